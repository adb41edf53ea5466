/** What a pack stores about features, in every form it may have, and damaged. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32, integers, parseSafetensors } from '../../../../src/core/files/safetensors';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { ExampleTexts, Statistics } from '../../../../workers/packs/statistics';
import { Tokenizer } from '../../../../workers/model/tokenizer';
import { FIXTURES } from '../../../golden/fixture';

const SAE = 'blocks.0.hook_resid_post';
/** Three features: one with two examples, one with one, one that never fires. */
const N = 3;
const VOCAB = 64;

function file(
	change: (file: SafetensorsWriter) => SafetensorsWriter = (f) => f
): SafetensorsWriter {
	const plain = new SafetensorsWriter()
		.floats('density', { shape: [N], data: Float32Array.of(0.5, 0.25, 0) }, 'f32')
		.floats('max', { shape: [N], data: Float32Array.of(5.1, 2, 0) }, 'f32')
		.floats('mean', { shape: [N], data: Float32Array.of(2, 1, 0) }, 'f32')
		.integers('hist_counts', [N, 16], new Uint32Array(N * 16))
		.integers('example_at', [N, 2], Int32Array.of(3, 6, 2, -1, -1, -1))
		.floats('example_quantile', { shape: [N, 2], data: new Float32Array(6).fill(0.5) }, 'f16')
		.integers('example_count', [N, 2], Uint8Array.of(2, 1, 1, 0, 0, 0))
		.integers('example_offset', [4], Uint8Array.of(0, 2, 5, 1))
		.integers('promoted', [N, 2], new Uint16Array(N * 2))
		.integers('suppressed', [N, 2], new Uint16Array(N * 2));
	return change(plain);
}
const acts = (f: SafetensorsWriter) =>
	f.floats('example_act', { shape: [4], data: Float32Array.of(1, 5, 3, 2) }, 'f32');
const floats = (name: string, shape: number[], data: number[]) => (f: SafetensorsWriter) =>
	acts(f).floats(name, { shape, data: Float32Array.from(data) }, 'f32');
/** The same file with other values under a name that it has. */
const floatsOver = (name: string, shape: number[], data: number[]) =>
	over(name, (f) => f.floats(name, { shape, data: Float32Array.from(data) }, 'f32'));
const integersOver = (name: string, shape: number[], data: number[]) =>
	over(name, (f) => f.integers(name, shape, Int32Array.from(data)));

function over(name: string, write: (f: SafetensorsWriter) => SafetensorsWriter): SafetensorsWriter {
	const whole = parseSafetensors(file(acts).toBytes());
	const changed = new SafetensorsWriter();
	for (const other of whole.names)
		if (other !== name) {
			const { shape, dtype } = whole.tensor(other);
			if (/^[FB]/.test(dtype))
				changed.floats(other, { shape, data: float32(whole, other).data }, 'f32');
			else changed.integers(other, shape, Int32Array.from(integers(whole, other)));
		}
	return write(changed);
}

const statistics = (f: SafetensorsWriter) =>
	new Statistics(SAE, parseSafetensors(f.toBytes()), N, VOCAB);
const fill = (n: number) => Array<number>(n).fill(0.5);

describe('Statistics', () => {
	let tokenizer: Tokenizer;
	const texts = new ExampleTexts(
		parseSafetensors(
			new SafetensorsWriter()
				.integers('tokens', [8], Uint16Array.of(0, 5, 6, 7, 8, 9, 10, 11))
				.integers('documents', [1], Int32Array.of(0))
				.toBytes()
		),
		VOCAB
	);
	beforeAll(async () => {
		const read = (name: string) => readFile(path.join(FIXTURES, 'llama-tied', name), 'utf8');
		tokenizer = new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
	});

	it('says of what an older pack does not hold that it is not measured', () => {
		const old = statistics(file(acts));
		expect([old.tokenEntropy(0), old.observed(0), old.together(0)]).toEqual([null, null, null]);
		expect(old.examples(0, texts, tokenizer).map((e) => Math.max(...e.activations))).toEqual([
			5, 3
		]);
	});

	it('reads activations stored as steps of each feature’s own size', () => {
		const small = statistics(
			file((f) =>
				f
					.integers('example_act', [4], Uint8Array.of(51, 255, 100, 200))
					.floats('example_act.scale', { shape: [N], data: Float32Array.of(0.02, 0.01, 1) }, 'f32')
			)
		);
		const [first, second] = small.examples(0, texts, tokenizer);
		expect(first!.activations[0]).toBeCloseTo(1.02);
		expect(first!.activations[2]).toBeCloseTo(5.1);
		expect(second!.activations[5]).toBeCloseTo(2);
		expect(first!.quantile).toBe(0.5);
		expect(small.examples(1, texts, tokenizer)[0]!.activations[1]).toBeCloseTo(2);
		expect(small.examples(2, texts, tokenizer)).toEqual([]);
	});

	it('gives groups, entropy and companions, leaving out what says nothing', () => {
		const shares = [0.5, 0, 0, 0.25, 0, 0, 0, 0.25, ...Array<number>(8).fill(0), ...fill(8)];
		const whole = statistics(
			file((f) =>
				floats(
					'group_share',
					[N, 8],
					shares
				)(f)
					.floats('token_entropy', { shape: [N], data: Float32Array.of(2, 1, 0) }, 'f32')
					.integers('coactive.index', [N, 5], Uint16Array.of(1, 2, 0, 0, 0, ...Array<number>(10)))
					.floats(
						'coactive.value',
						{ shape: [N, 5], data: Float32Array.of(0.75, 0.5, 0.25, 0, -0.1, ...fill(10)) },
						'f32'
					)
			)
		);
		expect(whole.tokenEntropy(1)).toBe(1);
		expect(whole.observed(0)).toEqual([0.5, 0, 0, 0.25, 0, 0, 0, 0.25]);
		expect(whole.observed(1)).toBeNull();
		expect(whole.together(0)).toEqual([
			{ index: 1, correlation: 0.75 },
			{ index: 2, correlation: 0.5 }
		]);
	});

	it.each<[string, (f: SafetensorsWriter) => SafetensorsWriter]>([
		['entropy of too few features', floats('token_entropy', [2], [1, 1])],
		['entropy that is no number', floats('token_entropy', [N], [1, NaN, 1])],
		['seven groups', floats('group_share', [N, 7], fill(21))],
		['correlations without features', floats('coactive.value', [N, 5], fill(15))],
		[
			'companions that do not exist',
			(f) =>
				floats(
					'coactive.value',
					[N, 5],
					fill(15)
				)(f).integers('coactive.index', [N, 5], new Uint16Array(15).fill(3))
		],
		['steps without a size', (f) => f.integers('example_act', [4], new Uint8Array(4))],
		[
			'a size for fewer features',
			(f) =>
				f
					.integers('example_act', [4], new Uint8Array(4))
					.floats('example_act.scale', { shape: [1], data: Float32Array.of(1) }, 'f32')
		]
	])('refuses %s', (_, change) => {
		expect(() => statistics(file(change))).toThrow(
			expect.objectContaining({ name: 'pack-damaged' })
		);
	});

	it.each([
		['max', [N], [5, Infinity, 0]],
		['max', [N], [NaN, 2, 0]],
		['density', [N], [0.5, 1.5, 0]],
		['mean', [N], [2, -1, 0]],
		['example_act', [4], [1, NaN, 3, 2]]
	])('refuses a number in %s that cannot be one', (name, shape, data) => {
		const { length } = data;
		expect(length).toBeGreaterThan(0);
		const hostile = floatsOver(name, shape, data);
		expect(() => statistics(hostile)).toThrow(`number in ${name}`);
	});

	it.each([
		['promoted', [N, 2], [0, 1, 2, VOCAB, 0, 0], /number in promoted/],
		['example_count', [N, 2], [2, 1, 2, 0, 0, 0], /example_offset/]
	])('refuses integers of %s that point out of what there is', (name, shape, data, said) => {
		expect(() => statistics(integersOver(name, shape, data))).toThrow(said);
	});

	it.each([
		['example_at', [N, 2], [30, 6, 2, -1, -1, -1], 'behind the end of its texts'],
		['example_offset', [4], [0, 2, 200, 1], 'behind the end of an example']
	])('refuses examples whose %s lies outside of them', (name, shape, data, said) => {
		const hostile = statistics(integersOver(name, shape, data));
		expect(() => hostile.examples(0, texts, tokenizer)).toThrow(said);
	});

	it.each([
		['tokens', [0, 5, VOCAB], [0]],
		['documents', [0, 5, 6], [1]],
		['documents', [0, 5, 6], [0, 3]],
		['order', [0, 5, 6], [0, 2, 1]]
	])('refuses example texts with wrong %s', (_, tokens, documents) => {
		const bytes = new SafetensorsWriter()
			.integers('tokens', [tokens.length], Int32Array.from(tokens))
			.integers('documents', [documents.length], Int32Array.from(documents))
			.toBytes();
		expect(() => new ExampleTexts(parseSafetensors(bytes), VOCAB)).toThrow(
			expect.objectContaining({ name: 'pack-damaged' })
		);
	});

	it('refuses statistics of another number of features', () => {
		expect(() => new Statistics(SAE, parseSafetensors(file(acts).toBytes()), 4, VOCAB)).toThrow(
			'density'
		);
	});
});
