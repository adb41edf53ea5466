import { describe, expect, it } from 'vitest';
import { normals, seeded } from '../../../../src/core/math/random';
import { geometricMedian, meanOfRows, scaleAround } from '../../../../src/core/train/fitting';
import { shuffledColumns, ShuffleBuffer } from '../../../../src/core/train/shuffle-buffer';

describe('the centre', () => {
	it('is the geometric median: no step away from it lessens the sum of distances', () => {
		const [n, d] = [300, 5];
		const draw = normals(seeded(4));
		const x = Float32Array.from({ length: n * d }, draw);
		for (let i = 0; i < d; i++) x[i] = 500;
		const total = (from: ArrayLike<number>) => {
			let sum = 0;
			for (let t = 0; t < n; t++)
				sum += Math.hypot(...Array.from({ length: d }, (_, i) => x[t * d + i]! - from[i]!));
			return sum;
		};
		const centre = geometricMedian(x, d);
		const least = total(centre);
		for (let i = 0; i < d; i++)
			for (const step of [-0.05, 0.05]) {
				const beside = Array.from(centre);
				beside[i]! += step;
				expect(total(beside)).toBeGreaterThan(least);
			}
		expect(Math.hypot(...centre)).toBeLessThan(0.3);
		expect(Math.hypot(...meanOfRows(x, d))).toBeGreaterThan(3);
		const scale = scaleAround(x, centre);
		expect(
			scaleAround(
				x.map((v) => v * scale),
				centre.map((v) => v * scale)
			)
		).toBeCloseTo(1, 5);
	});
});

describe('the buffer', () => {
	it('gives every row once, in another order', () => {
		const buffer = new ShuffleBuffer(100, 2, seeded(1));
		const rows = Float32Array.from({ length: 160 }, (_, i) => i);
		expect(buffer.add(rows)).toBe(80);
		expect(buffer.add(rows)).toBe(20);
		const first = buffer.draw(60);
		const rest = buffer.draw(40);
		expect(buffer.count).toBe(0);
		const both = [...first, ...rest];
		const pairs = both.filter((_, i) => i % 2 === 0).map((x, i) => [x, both[2 * i + 1]]);
		for (const [x, y] of pairs) expect(y).toBe(x! + 1);
		const sorted = pairs.map(([x]) => x!).toSorted((a, b) => a - b);
		const expected = [...rows, ...rows.slice(0, 40)].filter((_, i) => i % 2 === 0);
		expect(sorted).toEqual(expected.toSorted((a, b) => a - b));
		expect(pairs.map(([x]) => x)).not.toEqual(sorted);
	});

	it('shuffles each column by itself for the control', () => {
		const x = Float32Array.from({ length: 400 }, (_, i) => i);
		const shuffled = shuffledColumns(x, 4, seeded(2));
		for (let c = 0; c < 4; c++) {
			const column = (of: Float32Array) => [...of].filter((_, i) => i % 4 === c);
			expect(column(shuffled).toSorted((a, b) => a - b)).toEqual(column(x));
		}
		const together = [...shuffled].filter((v, i) => i % 4 === 0 && shuffled[i + 1] === v + 1);
		expect(together.length).toBeLessThan(20);
	});
});
