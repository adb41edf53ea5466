import { describe, expect, it } from 'vitest';
import type { Pack } from '../../../../src/core/packs/manifest';
import { seeded } from '../../../../src/core/math/random';
import { inventory, isWhole, type ListedPack } from '../../../../workers/storage/inventory';

/** A pack of files named by their checksums, with their bytes. */
const listed = (hash: string, files: Record<string, number>, address: string | null = null) =>
	({
		record: { hash: hash.padEnd(64, '0'), address, text: '' },
		pack: {
			name: hash,
			title: hash,
			files: Object.fromEntries(
				Object.entries(files).map(([sha256, bytes]) => [`path/${sha256}`, { bytes, sha256 }])
			)
		} as Pack
	}) satisfies ListedPack;

describe('inventory', () => {
	it('counts what packs share once, and what is not whole as far as it is stored', () => {
		const packs = [listed('a', { x: 10, y: 5 }, 'https://example.org/'), listed('b', { x: 10 })];
		const sizes = new Map([
			['x', 10],
			['y', 2],
			['lost', 7]
		]);
		const report = inventory(packs, sizes);
		expect(report).toMatchObject({ total: 12, leftover: 7 });
		expect(report.packs).toMatchObject([
			{
				hash: 'a00000000000',
				bytes: 12,
				shared: 10,
				size: 15,
				files: 2,
				whole: 1,
				complete: false
			},
			{ hash: 'b00000000000', bytes: 10, shared: 10, size: 10, files: 1, whole: 1, complete: true }
		]);
		expect(report.packs.map(({ address }) => address)).toEqual(['https://example.org/', null]);
	});

	it('counts a file that a pack has under two names once', () => {
		const twice = listed('a', { x: 10 });
		twice.pack.files['again'] = { bytes: 10, sha256: 'x' };
		const { packs } = inventory([twice], new Map([['x', 10]]));
		expect(packs[0]).toMatchObject({ bytes: 10, shared: 0, size: 10, files: 2, whole: 2 });
	});

	it('adds up, whatever is stored', () => {
		const random = seeded(3);
		for (let round = 0; round < 300; round++) {
			const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
			const some = () => keys.filter(() => random() < 0.5);
			const sizes = new Map(some().map((key) => [key, Math.floor(random() * 50)]));
			const packs = Array.from({ length: Math.floor(random() * 4) }, (_, i) =>
				listed(`p${i}`, Object.fromEntries(some().map((key) => [key, 20])))
			);
			const report = inventory(packs, sizes);
			const stored = [...sizes.values()].reduce((a, b) => a + b, 0);
			expect(report.total + report.leftover).toBe(stored);
			for (const [i, { bytes, shared, whole, files, complete }] of report.packs.entries()) {
				expect(shared).toBeLessThanOrEqual(bytes);
				expect(bytes).toBeLessThanOrEqual(report.total);
				const own = Object.values(packs[i]!.pack.files);
				expect(whole).toBe(own.filter((file) => isWhole(file, sizes)).length);
				expect(complete).toBe(whole === files);
			}
		}
	});
});
