import { describe, expect, it } from 'vitest';
import {
	bestMatches,
	cosineOf,
	isHigh,
	nullFrom,
	randomDirections,
	zScore
} from '../../../../src/core/flow/matching';
import { row, unitRows } from '../../../../src/core/math/matrix';
import { twoSided } from '../../../../src/core/math/normal';
import { Draws } from '../../../draws';

const draws = new Draws(18);

describe('random directions', () => {
	it('are unit vectors, the same for the same seed', () => {
		const directions = randomDirections(50, 9, 4);
		for (let r = 0; r < 50; r++) expect(Math.hypot(...row(directions, r))).toBeCloseTo(1, 6);
		expect(randomDirections(50, 9, 4)).toEqual(directions);
		expect(randomDirections(50, 9, 5)).not.toEqual(directions);
	});

	it('favour no axis: each coordinate has the moments of the uniform sphere', () => {
		const [n, d] = [20_000, 6];
		const { data } = randomDirections(n, d, 11);
		for (let c = 0; c < d; c++) {
			let [first, second, fourth] = [0, 0, 0];
			for (let r = 0; r < n; r++) {
				const x = data[r * d + c]!;
				first += x / n;
				second += x ** 2 / n;
				fourth += x ** 4 / n;
			}
			// Standard errors: 0.0029, 0.0014 and 0.0009.
			expect(Math.abs(first)).toBeLessThan(0.012);
			expect(Math.abs(second - 1 / d)).toBeLessThan(0.006);
			expect(Math.abs(fourth - 3 / (d * (d + 2)))).toBeLessThan(0.004);
		}
	});

	it('are unrelated to one another', () => {
		const directions = randomDirections(300, 100, 2);
		let sum = 0;
		let pairs = 0;
		for (let i = 0; i < 300; i++)
			for (let j = 0; j < i; j++, pairs++) sum += cosineOf(directions, i, directions, j) ** 2;
		expect(sum / pairs).toBeCloseTo(1 / 100, 3);
	});
});

describe('the best matches', () => {
	it('are the first of all cosines sorted, of equals the smaller index', () => {
		const m = randomDirections(80, 7, 3);
		m.data.copyWithin(7 * 40, 7 * 10, 7 * 11);
		for (let trial = 0; trial < 30; trial++) {
			const v = trial === 0 ? row(m, 10) : row(randomDirections(1, 7, 50 + trial), 0);
			const one = { rows: 1, columns: 7, data: v };
			const all = Array.from({ length: 80 }, (_, index) => ({
				index,
				cosine: Math.fround(cosineOf(m, index, one, 0))
			})).sort((a, b) => b.cosine - a.cosine || a.index - b.index);
			for (const k of [1, 5, 80, 100]) expect(bestMatches(m, v, k)).toEqual(all.slice(0, k));
		}
		expect(bestMatches(m, row(m, 40), 2).map(({ index }) => index)).toEqual([10, 40]);
	});

	it('are signed: an opposite direction matches least of all', () => {
		const m = unitRows({ rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, -1, 0) });
		expect(bestMatches(m, Float32Array.of(1, 0), 3)).toEqual([
			{ index: 0, cosine: 1 },
			{ index: 1, cosine: 0 },
			{ index: 2, cosine: -1 }
		]);
	});
});

describe('the null', () => {
	it('is the median, the spread and the 99.9th percentile of the draws', () => {
		const values = Float32Array.from({ length: 2001 }, (_, i) => i / 2000);
		const found = nullFrom(Float32Array.from(draws.shuffled([...values])), 6);
		expect(found.median).toBeCloseTo(0.5, 6);
		expect(found.q999).toBeCloseTo(0.999, 6);
		// Of n equally spaced numbers, with n − 1 below the fraction: h² n (n + 1) / 12.
		expect(found.std).toBeCloseTo(Math.sqrt((2001 * 2002) / 12) / 2000, 6);
		expect(found).toMatchObject({ draws: 2001, seed: 6 });
	});

	it('of one row is the distribution of a coordinate of the sphere', () => {
		const d = 400;
		const unit = {
			rows: 1,
			columns: d,
			data: Float32Array.from({ length: d }, (_, i) => Number(i === 0))
		};
		const vectors = randomDirections(20_000, d, 8);
		const best = Float32Array.from(
			{ length: 20_000 },
			(_, r) => bestMatches(unit, row(vectors, r), 1)[0]!.cosine
		);
		const { median, std, q999 } = nullFrom(best, 8);
		// Nearly normal with a variance of 1/d, of which 3.09 standard deviations leave 0.001 above.
		expect(Math.abs(median)).toBeLessThan(0.0015);
		expect(std * Math.sqrt(d)).toBeCloseTo(1, 1);
		expect(twoSided(q999 * Math.sqrt(d)) / 2).toBeGreaterThan(0.0005);
		expect(twoSided(q999 * Math.sqrt(d)) / 2).toBeLessThan(0.002);
	});

	it('rises with the number of rows that may match', () => {
		const of = (rows: number) => {
			const [m, vectors] = [randomDirections(rows, 16, 1), randomDirections(800, 16, 2)];
			return nullFrom(
				Float32Array.from({ length: 800 }, (_, r) => bestMatches(m, row(vectors, r), 1)[0]!.cosine),
				2
			);
		};
		const nulls = [1, 10, 100, 1000].map(of);
		for (let i = 1; i < 4; i++) {
			expect(nulls[i]!.median).toBeGreaterThan(nulls[i - 1]!.median);
			expect(nulls[i]!.std).toBeLessThan(nulls[i - 1]!.std);
		}
	});

	it('measures cosines in its own standard deviations, and calls none high that is just at its end', () => {
		const chance = { median: 0.25, std: 0.05, q999: 0.4, draws: 20_000, seed: 1 };
		expect(zScore(0.25, chance)).toBe(0);
		expect(zScore(0.35, chance)).toBeCloseTo(2, 12);
		expect(zScore(0.15, chance)).toBeCloseTo(-2, 12);
		expect(isHigh(0.4, chance)).toBe(false);
		expect(isHigh(0.4 + 1e-12, chance)).toBe(true);
		expect(isHigh(-0.9, chance)).toBe(false);
	});
});
