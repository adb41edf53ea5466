import { describe, expect, it } from 'vitest';
import { partSizes, partsOf } from '../../../../src/core/packs/parts';
import { Draws } from '../../../draws';

const draws = new Draws(38);
const files = draws
	.list(300, () => ({
		path: draws.pick([
			'model.safetensors',
			'sae/a@b.safetensors',
			'stats.gz',
			'a.gz/b.gz',
			'x.gzip'
		]),
		bytes: draws.pick([0, 1, draws.integer(0, 5000), 2 ** 33 + draws.integer(0, 99)]),
		limit: draws.pick([1, 7, 1000, 2 ** 31, Infinity])
	}))
	.filter(({ bytes, limit }) => bytes / limit < 100);

describe('a file that is published in parts', () => {
	it('is all of the file, in parts that are no longer than the host allows', () => {
		for (const { path, bytes, limit } of files) {
			const cut = partSizes(path, bytes, limit);
			if (cut === null) {
				expect(bytes).toBeLessThanOrEqual(limit);
				continue;
			}
			expect(cut.reduce((a, b) => a + b, 0)).toBe(bytes);
			expect(Math.max(...cut)).toBeLessThanOrEqual(limit);
			// As few as there can be, none empty but that of an empty file.
			expect(cut).toHaveLength(Math.max(1, Math.ceil(bytes / limit)));
			if (bytes > 0) expect(Math.min(...cut)).toBeGreaterThan(0);
			expect(new Set(cut.slice(0, -1)).size).toBeLessThanOrEqual(1);
		}
	});

	it('lies whole just where it fits and no host would unpack it', () => {
		for (const { path, bytes, limit } of files)
			expect(partSizes(path, bytes, limit) === null).toBe(bytes <= limit && !path.endsWith('.gz'));
	});

	it('is found under names of its own, in order', () => {
		for (const { path, bytes, limit } of files) {
			const parts = partSizes(path, bytes, limit);
			const found = partsOf(path, parts ? { bytes, parts } : { bytes });
			if (parts === null) {
				expect(found).toEqual([{ path, bytes }]);
				continue;
			}
			expect(found.map((part) => part.bytes)).toEqual(parts);
			expect(new Set(found.map((part) => part.path)).size).toBe(parts.length);
			found.forEach((part, i) => {
				expect(part.path.endsWith(`.part${i}`)).toBe(true);
				expect(part.path).not.toMatch(/\.gz($|[./])/);
				expect(part.path.split('/')).toHaveLength(path.split('/').length);
			});
		}
	});
});
