import { describe, expect, it } from 'vitest';
import { parseGguf } from '../../../../src/core/files/gguf';
import { Problem } from '../../../../src/core/names/errors';
import { joined, number } from '../../../crafted-files';
import { ggufOf, ggufText, type CraftedGguf, type CraftedTensor } from '../../../crafted-gguf';

const tensor = (name: string, more: Partial<CraftedTensor> = {}): CraftedTensor => ({
	name,
	shape: [2, 32],
	type: 'q8_0',
	bytes: new Uint8Array(2 * 34),
	...more
});
const SOUND: CraftedGguf = {
	metadata: [
		['general.architecture', 'llama'],
		['llama.block_count', 2],
		['llama.rope.freq_base', 0.5],
		['flag', true],
		['tokens', ['a', 'é', '']],
		['scores', [0.5, -1.25]],
		['types', [1, -2]]
	],
	tensors: [tensor('a'), tensor('b', { type: 'F32', shape: [3], bytes: new Uint8Array(12) })]
};
const parse = (crafted: CraftedGguf) => {
	const file = ggufOf(crafted);
	return parseGguf(file, file.length)!;
};
const withTensor = (more: Partial<CraftedTensor>) => () =>
	parse({ ...SOUND, tensors: [tensor('x', more)] });

describe('parseGguf', () => {
	it('reads metadata and where tensors lie', () => {
		const file = ggufOf(SOUND);
		const { metadata, tensors } = parseGguf(file, file.length)!;
		expect([...metadata]).toEqual(SOUND.metadata);
		const [a, b] = [tensors.get('a')!, tensors.get('b')!];
		expect(a).toMatchObject({ type: 'q8_0', shape: [2, 32] });
		expect(b).toMatchObject({ type: 'F32', shape: [3] });
		expect([a.to - a.from, b.to - b.from, b.from - a.from]).toEqual([68, 12, 96]);
		expect(file.length - b.from).toBe(32);
	});

	it('asks for more of a header that goes on, and refuses a file that ends in it', () => {
		const file = ggufOf(SOUND);
		const { tensors } = parseGguf(file, file.length)!;
		const end = tensors.get('a')!.from;
		for (let cut = 0; cut < end - 32; cut++) {
			expect(parseGguf(file.subarray(0, cut), file.length), String(cut)).toBeNull();
			expect(() => parseGguf(file.subarray(0, cut), cut), String(cut)).toThrow(Problem);
		}
		expect(() => parseGguf(file, tensors.get('b')!.to - 1)).toThrow(/ends before tensor b/);
	});

	it.each([
		['another kind of file', { magic: 'GGML' }, /does not begin/],
		['an old version', { version: 1n }, /version 1/],
		['bytes in the other order', { version: 0x03000000n }, /big-endian/],
		['2^60 tensors', { tensors: 1n << 60n }, /announces more entries/],
		['2^63 words', { entries: 1n << 63n }, /announces more entries/]
	])('refuses %s', (_, says, message) => {
		expect(() => parse({ ...SOUND, says })).toThrow(message);
	});

	it.each([
		['a type that is not read', { says: { type: 10n } }, /tensor x as Q2_K/],
		['a type that there is not', { says: { type: 77n } }, /tensor x as type 77/],
		['rows that are no whole blocks', { shape: [2, 33] }, /whole blocks/],
		['nine dimensions', { says: { dimensions: 9n } }, /usable shape/],
		['2^60 rows', { shape: [1n << 60n, 32] }, /usable shape/],
		['no numbers', { shape: [0, 32] }, /usable shape/],
		['data beyond its end', { says: { offset: 1n << 40n } }, /ends before tensor x/],
		['data out of line', { says: { offset: 16n } }, /out of line/]
	])('refuses a tensor with %s', (_, more, message) => {
		expect(withTensor(more)).toThrow(message);
	});

	it('refuses tensors over one another, and names given twice', () => {
		const over = [tensor('a'), tensor('b', { says: { offset: 32n } })];
		expect(() => parse({ ...SOUND, tensors: over })).toThrow(/overlapping/);
		expect(() => parse({ ...SOUND, tensors: [tensor('a'), tensor('a')] })).toThrow(/a twice/);
		const twice: CraftedGguf['metadata'] = [...SOUND.metadata, ['flag', 1]];
		expect(() => parse({ ...SOUND, metadata: twice })).toThrow(/flag twice/);
	});

	it.each([0, 3, 2 ** 21, 0.5, 'x'])('refuses an alignment of %s', (alignment) => {
		expect(() => parse({ ...SOUND, metadata: [['general.alignment', alignment]] })).toThrow(
			/alignment/
		);
	});

	/** A file of one word, whose value is these bytes. */
	const word = (...value: Uint8Array[]) => {
		const start = [...'GGUF'].map((letter) => letter.charCodeAt(0));
		const head = [number(3n, 4), number(0n, 8), number(1n, 8), ggufText('key')];
		return joined([Uint8Array.from(start), ...head, ...value, new Uint8Array(64)]);
	};

	it.each([
		['a text of 4 GB', [number(8n, 4), number(1n << 32n, 8)], /longer than that of any model/],
		['a value of no type', [number(13n, 4)], /not known/],
		['a list of lists', [number(9n, 4), number(9n, 4), number(1n, 8)], /not known/],
		['a list of 2^60', [number(9n, 4), number(0n, 4), number(1n << 60n, 8)], /longer than those/]
	])('refuses %s before it is built', (_, value, message) => {
		const file = word(...value);
		expect(() => parseGguf(file, 1e12)).toThrow(message);
	});
});
