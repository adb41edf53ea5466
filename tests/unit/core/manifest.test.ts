import { describe, expect, it } from 'vitest';
import { parsePack } from '../../../src/core/manifest';

const sha256 = 'a'.repeat(64);
const SITE = 'blocks.0.hook_resid_post';

/** A pack that is right, with this replaced at the top level. */
function pack(over: Record<string, unknown> = {}): Record<string, unknown> {
	return {
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: 'default',
		files: { 'm.safetensors': { bytes: 8, sha256 }, 't.json': { bytes: 1, sha256 } },
		model: {
			config: { model_type: 'llama' },
			weights: ['m.safetensors'],
			tokenizer: 't.json',
			tokenizer_config: 't.json'
		},
		saes: [sae()],
		...over
	};
}

function sae(over: Record<string, unknown> = {}, cfg: Record<string, unknown> = {}) {
	return {
		id: SITE,
		site: SITE,
		cfg: { architecture: 'topk', d_in: 4, d_sae: 8, k: 2, ...cfg },
		weights: 'm.safetensors',
		...over
	};
}

describe('parsePack', () => {
	it('translates the words of Hugging Face and SAELens, with their defaults', () => {
		const parsed = parsePack(pack({ unknown: 1 }));
		expect(parsed).toMatchObject({
			name: 'default',
			title: 'default',
			examples: null,
			model: { tokenizerConfig: 't.json', metrics: { bitsPerCharacter: {}, tokensTrained: null } }
		});
		expect(parsed.saes[0]).toEqual({
			id: SITE,
			site: SITE,
			cfg: {
				architecture: 'topk',
				dIn: 4,
				dSae: 8,
				k: 2,
				applyBDecToInput: true,
				normalizeActivations: 'none',
				metadata: {}
			},
			weights: 'm.safetensors',
			stats: null,
			statsTokens: null,
			null: null,
			metrics: null
		});
	});

	it('survives being sent through JSON and back', () => {
		expect(parsePack(JSON.parse(JSON.stringify(pack())))).toEqual(parsePack(pack()));
	});

	it('leaves out an optional file that is named but not listed', () => {
		expect(parsePack(pack({ worked_example: 'later.json' })).workedExample).toBeNull();
	});

	it.each(['1.9.3', 1, '1'])('reads version %s', (version) => {
		expect(parsePack(pack({ version })).name).toBe('default');
	});

	it.each(['2.0.0', 999, '999.0.0'])('refuses the newer version %s', (version) => {
		expect(() => parsePack(pack({ version }))).toThrow(
			expect.objectContaining({ name: 'pack-newer', message: expect.stringMatching(/newer/) })
		);
	});

	it.each([
		'../m.safetensors',
		'/etc/passwd',
		'a/../../b',
		'a//b',
		'./a',
		'a\\b',
		'https://example.org/m',
		'file:m',
		'C:/m',
		'%2e%2e/m',
		'a?b',
		'a#b',
		'',
		'a/',
		'.hidden',
		'pack.json'
	])('refuses the path "%s"', (path) => {
		expect(() => parsePack(pack({ files: { [path]: { bytes: 1, sha256 } } }))).toThrow(
			expect.objectContaining({ name: 'pack-invalid' })
		);
	});

	it('is not fooled by names that objects have anyway', () => {
		const model = { ...(pack().model as object), tokenizer: 'constructor' };
		expect(() => parsePack(pack({ model }))).toThrow('model.tokenizer');
		const own = JSON.parse(`{"__proto__": {"bytes": 1, "sha256": "${sha256}"}}`) as object;
		expect(() => parsePack(pack({ files: own }))).toThrow(/does not list the file/);
		expect({}).not.toHaveProperty('sha256');
	});

	const broken: [string, unknown][] = [
		['nothing', null],
		['a list', []],
		['another format', pack({ format: 'zip' })],
		['a missing version', pack({ version: undefined })],
		['version 0', pack({ version: 0 })],
		['a name that would not fit an address', pack({ name: 'A b' })],
		['no files', pack({ files: undefined })],
		['a negative length', pack({ files: { a: { bytes: -1, sha256 } } })],
		['a short checksum', pack({ files: { a: { bytes: 1, sha256: 'ab' } } })],
		['no model', pack({ model: undefined })],
		['no weights', pack({ model: { ...(pack().model as object), weights: [] } })],
		['saes that are no list', pack({ saes: {} })],
		['an SAE twice', pack({ saes: [sae(), sae()] })],
		['a site that does not exist', pack({ saes: [sae({ id: 'x', site: 'x' })] })],
		['an SAE that is not at its site', pack({ saes: [sae({ id: 'blocks.1.hook_mlp_out' })] })],
		['an SAE name with a slash', pack({ saes: [sae({ id: `${SITE}@a/b` })] })],
		['an unknown architecture', pack({ saes: [sae({}, { architecture: 'transcoder' })] })],
		['an unknown normalisation', pack({ saes: [sae({}, { normalize_activations: 'x' })] })],
		['no features', pack({ saes: [sae({}, { d_sae: 0 })] })],
		['a fraction of a feature', pack({ saes: [sae({}, { d_sae: 1.5 })] })],
		['TopK without k', pack({ saes: [sae({}, { k: undefined })] })],
		['an SAE without weights', pack({ saes: [sae({ weights: 'absent' })] })],
		[
			'a null without width',
			pack({ saes: [sae({ null: { median: 0, std: 0, q999: 0, draws: 1, seed: 0 } })] })
		],
		['metrics with a gap', pack({ saes: [sae({ metrics: { l0: 1 } })] })],
		['a number that is none', pack({ saes: [sae({ metrics: { l0: '1' } })] })]
	];

	it.each(broken)('refuses %s in a sentence', (_, json) => {
		expect(() => parsePack(json)).toThrow(
			expect.objectContaining({
				name: 'pack-invalid',
				message: expect.stringMatching(/^The pack's description \(pack\.json\) .*\. Ask/)
			})
		);
	});
});
