import { describe, expect, it } from 'vitest';
import { partSizes, partsOf } from '../../../../src/core/packs/parts';

describe('a file of a pack', () => {
	it('is its own only part where it lies whole', () => {
		expect(partsOf('a/b.bin', { bytes: 7 })).toEqual([{ path: 'a/b.bin', bytes: 7 }]);
	});

	it('lies in parts under names that no host takes for those of compressed files', () => {
		const parts = partsOf('stats/a@b.safetensors.gz', { bytes: 25, parts: [10, 10, 5] });
		expect(parts.map(({ bytes }) => bytes)).toEqual([10, 10, 5]);
		expect(parts[2]!.path).toBe('stats/a@b.safetensors-gz.part2');
		expect(parts.filter(({ path }) => /\.gz(\.|$)/.test(path))).toEqual([]);
	});

	it.each([
		['a.bin', 10, 10, null],
		['a.bin', 11, 10, [10, 1]],
		['a.bin', 20, 10, [10, 10]],
		['a.bin', 2 ** 40, Infinity, null],
		['a.gz', 7, 10, [7]],
		['a.gz', 7, Infinity, [7]],
		['a.gz', 0, 10, [0]],
		['a.gz', 21, 10, [10, 10, 1]]
	])('%s of %d bytes is cut for a limit of %d as %j', (path, bytes, limit, parts) => {
		expect(partSizes(path, bytes, limit)).toEqual(parts);
	});
});
