import { describe, expect, it } from 'vitest';
import {
	inMemory,
	computedFile,
	peakMemory,
	partOf,
	chunksFrom,
	free
} from '../../../../src/core/files/open-file';

const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);

describe.each([
	['in memory', inMemory(bytes)],
	['a part', partOf(inMemory(Uint8Array.of(99, ...bytes, 99)), 1, 21)],
	['a part of a part', partOf(partOf(inMemory(Uint8Array.of(9, 9, ...bytes)), 1, 22), 1, 21)],
	['made anew', computedFile(20, () => bytes.slice())]
])('a file %s', (_, file) => {
	it('reads what lies in a range', () => {
		expect(file.size).toBe(20);
		expect([...file.read(3, 6)]).toEqual([3, 4, 5]);
		expect([...file.read(0, 20)]).toEqual([...bytes]);
		expect(file.read(20, 20)).toHaveLength(0);
	});

	it.each([
		[0, 21],
		[-1, 3],
		[5, 4],
		[0.5, 3],
		[NaN, 3],
		[21, 21]
	])('refuses bytes %d to %d', (from, to) => {
		expect(() => file.read(from, to)).toThrow(RangeError);
	});

	it('reads on in pieces', () => {
		expect([...chunksFrom(file, 2, 19)].flatMap((piece) => [...piece])).toEqual([
			...bytes.subarray(2, 19)
		]);
	});
});

describe('free', () => {
	it('lets go of copies only', () => {
		const kept = inMemory(bytes).read(0, 5);
		free(inMemory(bytes), kept);
		expect(kept).toHaveLength(5);
		const file = partOf(
			computedFile(20, () => bytes.slice()),
			2,
			9
		);
		const copy = file.read(0, 5);
		free(file, copy);
		// Engines without `transfer` keep it until it is collected.
		expect(copy).toHaveLength('transfer' in ArrayBuffer.prototype ? 0 : 5);
	});
});

describe('peakMemory', () => {
	it('counts what stays in memory, and the largest of what does not', () => {
		const [small, large] = [
			computedFile(8, () => new Uint8Array(8)),
			computedFile(30, () => new Uint8Array(30))
		];
		expect(peakMemory([small, large])).toBe(0);
		small.read(0, 1);
		expect(peakMemory([small, large])).toBe(8);
		large.read(0, 1);
		small.read(0, 1);
		expect(peakMemory([inMemory(bytes), small, inMemory(bytes), large])).toBe(70);
	});

	it('knows that a part in memory is no more than the part', () => {
		expect(partOf(inMemory(bytes), 3, 7).resident).toBe(4);
	});
});
