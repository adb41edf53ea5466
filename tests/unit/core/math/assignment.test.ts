import { describe, expect, it } from 'vitest';
import { assign } from '../../../../src/core/math/assignment';
import { randomDirections } from '../../../../src/core/flow/matching';
import { row, times } from '../../../../src/core/math/matrix';
import { normals, seeded } from '../../../../src/core/math/random';
import golden from '../../../fixtures/scipy.json' with { type: 'json' };

/** To its end, with all that it said on the way. */
function solved(scores: Float32Array, rows: number, columns: number) {
	const work = assign(scores, rows, columns);
	const said: number[] = [];
	for (;;) {
		const { done, value } = work.next();
		if (done) return { columnOf: value, said };
		said.push(value);
	}
}

const totalOf = (scores: Float32Array, columns: number, columnOf: Int32Array) =>
	columnOf.reduce((sum, column, row) => sum + scores[row * columns + column]!, 0);

/** The best total of all, by trying every one. */
function tried(scores: Float32Array, rows: number, columns: number): number {
	const best = (row: number, taken: number): number => {
		if (row === rows) return 0;
		let most = -Infinity;
		for (let c = 0; c < columns; c++)
			if (!(taken & (1 << c)))
				most = Math.max(most, scores[row * columns + c]! + best(row + 1, taken | (1 << c)));
		return most;
	};
	return best(0, 0);
}

describe('an assignment', () => {
	it.each(golden.assigned)("has SciPy's total on $rows x $columns, $levels levels", (line) => {
		const { rows, columns, levels } = line;
		const uniform = seeded(line.seed);
		const scores = new Float32Array(rows * columns);
		if (levels > 0)
			for (let i = 0; i < scores.length; i++) scores[i] = Math.floor(uniform() * levels) / levels;
		else {
			const left = Float64Array.from({ length: rows }, uniform);
			const right = Float64Array.from({ length: columns }, uniform);
			for (let i = 0; i < scores.length; i++)
				scores[i] = left[Math.floor(i / columns)]! * right[i % columns]!;
		}
		const { columnOf } = solved(scores, rows, columns);
		expect(new Set(columnOf).size).toBe(rows);
		expect(Math.min(...columnOf)).toBeGreaterThanOrEqual(0);
		expect(Math.max(...columnOf)).toBeLessThan(columns);
		expect(Math.abs(totalOf(scores, columns, columnOf) - line.total)).toBeLessThan(1e-9);
	});

	it('is the best of all there are, with scores of both signs and many ties', () => {
		const uniform = seeded(50);
		for (let trial = 0; trial < 300; trial++) {
			const rows = 1 + (trial % 5);
			const columns = rows + (trial % 3);
			const span = trial % 2 ? 4 : 1e6;
			const scores = Float32Array.from({ length: rows * columns }, () =>
				Math.round((uniform() - 0.5) * span)
			);
			const { columnOf } = solved(scores, rows, columns);
			expect(totalOf(scores, columns, columnOf)).toBe(tried(scores, rows, columns));
		}
	});

	it('finds a planted permutation of noisy directions', () => {
		const [n, d] = [300, 64];
		const a = randomDirections(n, d, 1);
		const noise = normals(seeded(2));
		const scores = new Float32Array(n * n);
		for (let r = 0; r < n; r++) {
			// Row r is the noisy copy of direction 7 r mod n, to which it lies at a cosine of about 0.9.
			const copy = row(a, (7 * r) % n).map((x) => x + (0.5 * noise()) / Math.sqrt(d));
			scores.set(times(a, copy), r * n);
		}
		const { columnOf } = solved(scores, n, n);
		columnOf.forEach((column, r) => expect(column).toBe((7 * r) % n));
	});

	it('says after every row how many have a column, and can be left at any of them', () => {
		const scores = Float32Array.from({ length: 900 }, seeded(3));
		const { said } = solved(scores, 30, 30);
		expect(said.length).toBeGreaterThanOrEqual(30);
		said.forEach((n, i) => expect(n).toBeGreaterThanOrEqual(said[i - 1] ?? 0));
		expect(said.at(-1)).toBe(30);
		const work = assign(scores, 30, 30);
		work.next();
		expect(work.return(new Int32Array()).done).toBe(true);
		expect(work.next().done).toBe(true);
	});

	it('of no rows is empty', () => {
		expect(solved(new Float32Array(), 0, 0).columnOf).toEqual(new Int32Array());
		expect(solved(new Float32Array(), 0, 5).columnOf).toEqual(new Int32Array());
	});

	it('takes scores of very different size', () => {
		const scores = Float32Array.of(3e38, 3e38, 1e-38, 3e38, -3e38, 0, 3e38, 0, 1);
		const { columnOf } = solved(scores, 3, 3);
		expect(totalOf(scores, 3, columnOf)).toBe(tried(scores, 3, 3));
	});

	it('refuses scores that are not finite and shapes that do not fit', () => {
		for (const bad of [NaN, Infinity, -Infinity])
			expect(() => solved(Float32Array.of(1, 2, bad, 4), 2, 2)).toThrow(RangeError);
		expect(() => solved(new Float32Array(6), 3, 2)).toThrow(RangeError);
		expect(() => solved(new Float32Array(5), 2, 3)).toThrow(RangeError);
		expect(() => solved(new Float32Array(2), -1, 2)).toThrow(RangeError);
		expect(() => solved(new Float32Array(2), 1.5, 2)).toThrow(RangeError);
	});
});
