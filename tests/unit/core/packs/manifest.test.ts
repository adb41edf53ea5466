import { describe, expect, it } from 'vitest';
import { parsePack } from '../../../../src/core/packs/manifest';

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

const required = {
	l0: 30,
	nmse: 0.1,
	fvu: 0.12,
	ce_clean: 2,
	ce_sae: 2.1,
	ce_zero: 6,
	ce_recovered: 0.975,
	dead: 0,
	tokens: 1000
};
const measured = {
	explained_variance: 0.88,
	density_histogram: { edges: [-6, -3, 0], counts: [5, 3] },
	effective_rank: 3.2,
	labelled: { truth: 0.5, pattern: 0.1, alive: 8, control: 0.01 }
};
const modelled = (metrics: unknown) => pack({ model: { ...(pack().model as object), metrics } });
const withMetric = (more: Record<string, unknown>) =>
	pack({ saes: [sae({ metrics: { ...required, ...more } })] });
const kron = (over: Record<string, unknown>) =>
	pack({
		saes: [sae({}, { architecture: 'kron', kron_h: 2, kron_m: 2, kron_n: 2, ...over })]
	});
const probe = { accuracy: 0.9, chance: 0.5, n: 10 };
const fluency = { stories: 1, sentences: 10, parsed: 0.9, novel: 0.5 };
const histogram = (edges: unknown, counts: unknown) =>
	withMetric({ density_histogram: { edges, counts } });

describe('parsePack', () => {
	it('translates the words of Hugging Face and SAELens, with their defaults', () => {
		const parsed = parsePack(pack({ unknown: 1 }));
		expect(parsed).toMatchObject({
			name: 'default',
			title: 'default',
			examples: null,
			model: {
				tokenizerConfig: 't.json',
				metrics: {
					bitsPerCharacter: {},
					tokensTrained: null,
					probes: {},
					fluency: null,
					check: null
				}
			}
		});
		expect(parsed.saes[0]).toEqual({
			id: SITE,
			site: SITE,
			cfg: {
				architecture: 'topk',
				dIn: 4,
				dSae: 8,
				k: 2,
				own: {},
				applyBDecToInput: true,
				heads: false,
				reads: null,
				dOut: 4,
				skip: false,
				normalizeActivations: 'none',
				metadata: {}
			},
			weights: 'm.safetensors',
			stats: null,
			labels: null,
			statsTokens: null,
			statsText: null,
			null: null,
			metrics: null
		});
	});

	it('reads a KronSAE in words of its own', () => {
		const cfg = {
			architecture: 'kron',
			kron_h: 2,
			kron_m: 1,
			kron_n: 4,
			apply_b_dec_to_input: true
		};
		expect(parsePack(pack({ saes: [sae({}, cfg)] })).saes[0]!.cfg).toMatchObject({
			architecture: 'kron',
			dSae: 8,
			k: 2,
			own: { kron_h: 2, kron_m: 1, kron_n: 4 }
		});
	});

	it('reads what else was measured, and leaves out what was not', () => {
		const metrics = { ...required, ...measured };
		const parsed = parsePack(pack({ saes: [sae({ metrics: { ...metrics, unknown: [] } })] }));
		expect(parsed.saes[0]!.metrics).toEqual(metrics);
		const few = parsePack(pack({ saes: [sae({ metrics: { ...required, labelled: null } })] }));
		expect(few.saes[0]!.metrics).toEqual(required);
	});

	it('reads what the model can do', () => {
		const probes = { 'greater-than': { accuracy: 0.9, chance: 0.5, n: 500 } };
		const fluency = { stories: 200, sentences: 4000, parsed: 0.97, novel: 0.6 };
		expect(parsePack(modelled({ probes, fluency, unknown: 1 })).model.metrics).toEqual({
			bitsPerCharacter: {},
			tokensTrained: null,
			probes,
			fluency,
			check: null
		});
	});

	it('names the file of labels only when it is there', () => {
		const label = (labels: unknown) => parsePack(pack({ saes: [sae({ labels })] })).saes[0]!.labels;
		expect([label('t.json'), label('absent.json.gz'), label(null)]).toEqual(['t.json', null, null]);
	});

	it('survives being sent through JSON and back', () => {
		expect(parsePack(JSON.parse(JSON.stringify(pack())))).toEqual(parsePack(pack()));
	});

	it('leaves out an optional file that is named but not listed', () => {
		expect(parsePack(pack({ worked_example: 'later.json' })).workedExample).toBeNull();
		expect(parsePack(pack({ reproduction: 'later.json' })).reproduction).toBeNull();
		expect(parsePack(pack({ reproduction: 't.json' })).reproduction).toBe('t.json');
	});

	it('reads in which parts a file lies', () => {
		const files = {
			...(pack().files as object),
			'm.safetensors': { bytes: 8, sha256, parts: [5, 3] }
		};
		expect(parsePack(pack({ files })).files['m.safetensors']!.parts).toEqual([5, 3]);
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
		[
			'parts that are not the file',
			pack({
				files: {
					'm.safetensors': { bytes: 8, sha256, parts: [4, 3] },
					't.json': { bytes: 1, sha256 }
				}
			})
		],
		[
			'no parts at all',
			pack({
				files: { 'm.safetensors': { bytes: 0, sha256, parts: [] }, 't.json': { bytes: 1, sha256 } }
			})
		],
		[
			'a part under the name of another file',
			pack({
				files: {
					'm.safetensors': { bytes: 8, sha256, parts: [8] },
					't.json': { bytes: 1, sha256 },
					'm.safetensors.part0': { bytes: 8, sha256 }
				}
			})
		],
		['nothing', null],
		['a list', []],
		['another format', pack({ format: 'zip' })],
		['a missing version', pack({ version: undefined })],
		['version 0', pack({ version: 0 })],
		['a version that is no text', pack({ version: { toString: 1 } })],
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
		['an unknown architecture', pack({ saes: [sae({}, { architecture: 'crosscoder' })] })],
		['a transcoder of no width', pack({ saes: [sae({}, { architecture: 'transcoder' })] })],
		[
			'a transcoder that reads nowhere',
			pack({ saes: [sae({}, { architecture: 'topk_skip_transcoder', d_out: 2 })] })
		],
		[
			'a transcoder that reads what comes later',
			pack({
				saes: [
					sae(
						{},
						{
							...{ architecture: 'transcoder', d_out: 2 },
							metadata: { hook_name: 'blocks.9999.mlp.hook_in' }
						}
					)
				]
			})
		],
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
		['a number that is none', pack({ saes: [sae({ metrics: { l0: '1' } })] })],
		['a path of labels that is none', pack({ saes: [sae({ labels: 7 })] })],
		['kron without k', kron({ k: undefined })],
		['kron without heads', kron({ kron_h: undefined })],
		['kron of no rows', kron({ kron_m: 0 })],
		['kron of half a column', kron({ kron_n: 0.5 })],
		['kron whose pairs are not its features', kron({ kron_n: 3 })],
		['an explained variance in words', withMetric({ explained_variance: 'most' })],
		['an effective rank without end', withMetric({ effective_rank: Infinity })],
		['a histogram that is a list', withMetric({ density_histogram: [1, 2] })],
		['a histogram without bins', histogram([0], [])],
		['a histogram with an edge too few', histogram([-6, 0], [1, 2])],
		['a histogram whose edges fall', histogram([0, -6], [1])],
		['a histogram with half a feature', histogram([-6, 0], [0.5])],
		['a histogram of too many bins', histogram(Array(9001).fill(0), Array(9000).fill(0))],
		['labels beyond the whole', withMetric({ labelled: { ...measured.labelled, truth: 1.1 } })],
		['labels without a control', withMetric({ labelled: { truth: 0, pattern: 0, alive: 1 } })],
		['probes that are a list', modelled({ probes: [probe] })],
		['a probe without chance', modelled({ probes: { a: { ...probe, chance: undefined } } })],
		[
			'a probe that is always right, and more',
			modelled({ probes: { a: { ...probe, accuracy: 2 } } })
		],
		['a family of no probes', modelled({ probes: { a: { ...probe, n: 0 } } })],
		[
			'more families than one can read',
			modelled({ probes: Object.fromEntries(Array.from({ length: 999 }, (_, i) => [i, probe])) })
		],
		['a share of sentences below none', modelled({ fluency: { ...fluency, parsed: -0.1 } })],
		['stories that are no number', modelled({ fluency: { ...fluency, stories: null } })],
		['metrics that are none', modelled('good')]
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
