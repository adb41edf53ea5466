import { describe, expect, it } from 'vitest';
import { quantile } from '../../../../src/core/math/quantile';
import { Draws } from '../../../draws';

/** Sorted values of any sign, with ties in every second list. */
function lists(seed: number): Float64Array[] {
	const draws = new Draws(seed);
	return draws.list(60, (i) =>
		Float64Array.from({ length: draws.integer(1, 30) }, () =>
			i % 2 ? draws.integer(-4, 4) : draws.real(-100, 100)
		).sort()
	);
}

describe('a quantile', () => {
	it('is type 7 of Hyndman and Fan (1996), the default of R and NumPy', () => {
		// numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.4, 0.5, 0.9, 1])
		const values = Float64Array.of(1, 2, 4, 8);
		const found = [0, 0.1, 0.4, 0.5, 0.9, 1].map((q) => quantile(values, q));
		[1, 1.3, 2.4, 3, 6.8, 8].forEach((x, i) => expect(found[i]).toBeCloseTo(x, 12));
	});

	it('is each of the values at its own share of the way', () => {
		for (const sorted of lists(1))
			sorted.forEach((value, i) =>
				expect(quantile(sorted, sorted.length > 1 ? i / (sorted.length - 1) : 0.3)).toBeCloseTo(
					value,
					9
				)
			);
	});

	it('is the middle value, or halfway between the two in the middle, at one half', () => {
		for (const sorted of lists(2)) {
			const n = sorted.length;
			const middle = (sorted[Math.ceil(n / 2) - 1]! + sorted[Math.floor(n / 2)]!) / 2;
			expect(quantile(sorted, 0.5)).toBeCloseTo(middle, 10);
		}
	});

	it('never falls as q rises, and splits the values in that share', () => {
		for (const sorted of lists(3)) {
			let before = -Infinity;
			for (let q = 0; q <= 1; q += 1 / 64) {
				const found = quantile(sorted, q);
				expect(found).toBeGreaterThanOrEqual(before - 1e-12);
				before = found;
				const under = sorted.filter((x) => x < found - 1e-9).length;
				const over = sorted.filter((x) => x > found + 1e-9).length;
				expect(under).toBeLessThanOrEqual(Math.ceil(q * (sorted.length - 1)));
				expect(over).toBeLessThanOrEqual(Math.ceil((1 - q) * (sorted.length - 1)));
			}
		}
	});

	it('moves and stretches with its values, and is turned round with them', () => {
		for (const sorted of lists(4))
			for (const q of [0, 0.025, 0.31, 0.5, 0.975, 1]) {
				const moved = sorted.map((x) => 3 * x - 7);
				expect(quantile(moved, q)).toBeCloseTo(3 * quantile(sorted, q) - 7, 9);
				const turned = sorted.map((x) => -x).reverse();
				expect(quantile(turned, q)).toBeCloseTo(-quantile(sorted, 1 - q), 9);
			}
	});

	it('of one value is that value at every q', () => {
		for (const q of [0, 0.2, 1]) expect(quantile(Float64Array.of(5), q)).toBe(5);
	});
});
