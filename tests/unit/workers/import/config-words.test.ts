/**
 * Every word of every config that a library writes has its place: it is acted on, refused unless it has a certain value,
 * named to the reader, or known to change no number. `config-words.json` holds the words, taken from the libraries' sources.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
	disallowedWord,
	isKnownWord,
	notesOf,
	type ConfigWords
} from '../../../../src/core/files/config-words';
import { NO_OVERRIDES } from '../../../../src/core/import/build-request';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { architectureOf, notesOnConfig } from '../../../../workers/graph/families/families';
import { folderOf } from '../../../crafted-files';
import { readSae, SAE_FORMATS } from '../../../../workers/import/formats/formats';

/** Refused for all models alike unless they say nothing. */
const COMMON = new Set(['add_cross_attention', 'is_encoder_decoder', 'pruned_heads']);

const LISTED = JSON.parse(
	readFileSync(path.resolve(import.meta.dirname, '../../../fixtures/config-words.json'), 'utf8')
) as Record<string, { from: string; words: string[] }>;

describe('the words of a format', () => {
	const withWords = SAE_FORMATS.filter(({ words }) => words);

	it('are listed for every format that has a config', () => {
		expect(withWords.map(({ name }) => name).sort()).toEqual(
			Object.keys(LISTED)
				.filter((name) => !name.startsWith('model '))
				.sort()
		);
	});

	it.each(withWords)('$name', ({ name, words }) => {
		const within = (word: string) =>
			[...words!.used, ...Object.keys({ ...words!.only, ...words!.named })].some((one) =>
				one.startsWith(`${word}.`)
			);
		const homeless = LISTED[name]!.words.filter(
			(word) => !isKnownWord(word, words!) && !within(word)
		);
		expect(homeless).toEqual([]);
	});
});

describe('the words of a model', () => {
	const types = Object.keys(LISTED).flatMap((name) => /^model (.+)$/.exec(name)?.[1] ?? []);

	it('are listed for every type that is run', () => {
		const refusal = /Supported types: (.*)\./;
		let supported: string[] = [];
		try {
			architectureOf({ model_type: '' });
		} catch (error) {
			supported = refusal.exec((error as Error).message)![1]!.split(', ');
		}
		expect(supported.sort()).toEqual(types.sort());
	});

	it.each(types)('%s', (type) => {
		const { words } = architectureOf({ model_type: type });
		const refused = new Set([...COMMON, ...Object.keys(words.only ?? {})]);
		const said = LISTED[`model ${type}`]!.words.filter((word) => !refused.has(word));
		// Any value that says something.
		const loud = said.map((word) => [word, word.startsWith('rope_') ? { rope_theta: 1 } : 'x']);
		const config = { ...Object.fromEntries(loud), model_type: type };
		expect(notesOnConfig(config)).toEqual([]);
	});
});

describe('a config', () => {
	const words: ConfigWords = {
		sections: ['metadata'],
		used: ['d_in', 'loaded.centre'],
		only: { scale: [false, 1] },
		named: { bos: 'it was trained behind one.' },
		harmless: { 'how it was trained': ['lr'] }
	};

	it('may have a word in each place where its library writes it', () => {
		const fields = { d_in: 2, lr: 1e-3, metadata: { lr: 2, loaded: { centre: true } } };
		expect(disallowedWord(fields, words)).toBeNull();
		expect(notesOf(fields, words, 'cfg.json')).toEqual([]);
	});

	it.each([
		[{ scale: 2 }, 'scale', 2],
		[{ scale: true }, 'scale', true],
		[{ metadata: { scale: 'all' } }, 'scale', 'all'],
		[{ d_in: NaN }, 'd_in', NaN],
		[{ loaded: { centre: Infinity } }, 'loaded.centre', Infinity]
	])('%j is refused by its word', (fields, word, value) => {
		expect(disallowedWord(fields, words)).toMatchObject({ word, value });
	});

	it('may leave a word out, or say nothing by it', () => {
		for (const fields of [{}, { scale: null }, { scale: false }, { scale: 1, lr: NaN }])
			expect(disallowedWord(fields, words), JSON.stringify(fields)).toBeNull();
	});

	it('has what is to be known of it named, and what nobody knows', () => {
		const fields = {
			bos: true,
			fold: 3,
			loaded: { revision: 'x' },
			off: false,
			none: null,
			no: {}
		};
		expect(notesOf(fields, words, 'cfg.json')).toEqual([
			'cfg.json: it was trained behind one.',
			'cfg.json has words that are not known here, and nothing is done with them: fold, loaded.revision.'
		]);
		expect(notesOf({ bos: false }, words, 'cfg.json')).toEqual([]);
		const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`w${i}`, 1]));
		expect(notesOf(many, words, 'cfg.json')[0]).toMatch(/: w0, .*, w7 and others\.$/);
	});

	it('cannot be nested so deep that it does harm', () => {
		const deep = JSON.parse(`${'{"metadata":'.repeat(5000)}1${'}'.repeat(5000)}`) as object;
		expect(disallowedWord({ ...deep }, words)).toBeNull();
	});
});

describe('an SAE', () => {
	const shapes = { W_enc: [2, 3], W_dec: [3, 2], b_enc: [3], b_dec: [2] };
	const saeLens = (cfg: object) => {
		const file = new SafetensorsWriter();
		for (const [name, shape] of Object.entries(shapes)) {
			const length = shape.reduce((product, n) => product * n, 1);
			file.floats(name, { shape, data: new Float32Array(length).fill(1) }, 'f32');
		}
		const all = { d_in: 2, d_sae: 3, hook_name: 'blocks.1.hook_resid_post', ...cfg };
		const json = JSON.stringify(all).replace('"not a number"', 'NaN');
		const files = { 'cfg.json': json, 'sae_weights.safetensors': file.toBytes() };
		return readSae(folderOf('/x/mine', files), NO_OVERRIDES);
	};
	const VERSION = { sae_lens_version: '6.54.12' };

	it('says what of its config is not acted on', async () => {
		expect((await saeLens({ metadata: VERSION })).notes).toEqual([]);
		const metadata = { ...VERSION, prepend_bos: true, context_size: 128 };
		const { notes } = await saeLens({ metadata, whitening: 2 });
		expect(notes).toEqual([
			expect.stringMatching(/beginning of a text \(prepend_bos\)/),
			expect.stringMatching(/contexts of 128 tokens \(context_size\)/),
			expect.stringMatching(/not known here.*: whitening\.$/)
		]);
		expect((await saeLens({})).notes).toEqual([expect.stringMatching(/center_writing_weights/)]);
	});

	it('keeps that the stream it read had no mean', async () => {
		const kwargs = { model_from_pretrained_kwargs: { center_writing_weights: true } };
		expect(await saeLens(kwargs)).toMatchObject({ centred: true, notes: [] });
		expect(await saeLens({ metadata: kwargs })).toMatchObject({ centred: true });
		expect(await saeLens({ metadata: VERSION })).toMatchObject({ centred: false });
	});

	it.each([
		[{ d_in: 'not a number' }, /d_in: NaN/],
		[{ reshape_activations: 'hook_q' }, /reshape_activations: "hook_q"/],
		[
			{ model_from_pretrained_kwargs: { refactor_factored_attn_matrices: true } },
			/refactor_factored_attn_matrices: true/
		],
		[
			{
				hook_name: 'blocks.1.attn.hook_z',
				model_from_pretrained_kwargs: { fold_value_biases: true }
			},
			/fold_value_biases/
		],
		[{ normalize_activations: 'covariance_whitening' }, /covariance_whitening/]
	])('of %j is refused by that word', async (cfg, sentence) => {
		await expect(saeLens(cfg)).rejects.toThrow(sentence);
	});
});
