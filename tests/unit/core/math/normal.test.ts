import { describe, expect, it } from 'vitest';
import { twoSided } from '../../../../src/core/math/normal';
import { Draws } from '../../../draws';

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** ∫ of the density from `a` to `b` by Simpson's rule. */
function integral(a: number, b: number, steps = 2000): number {
	const h = (b - a) / steps;
	let sum = density(a) + density(b);
	for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * density(a + i * h);
	return (sum * h) / 3;
}

describe('the two tails of the normal distribution', () => {
	it.each([
		// Abramowitz and Stegun (1964), tables 26.5 and 26.6: x for which the upper tail is p / 2.
		[0.67448975, 0.5],
		[1.28155157, 0.2],
		[1.64485363, 0.1],
		[1.95996398, 0.05],
		[2.32634787, 0.02],
		[2.5758293, 0.01],
		[3.09023231, 0.002],
		[3.29052673, 0.001],
		[3.71901649, 2e-4],
		[4.26489079, 2e-5],
		[4.75342431, 2e-6]
	])('beyond %f hold %f', (z, p) => {
		expect(twoSided(z) / p - 1).toBeCloseTo(0, 6);
	});

	it('are what is left outside the integral of the density', () => {
		const draws = new Draws(3);
		for (const z of draws.list(100, () => draws.real(0, 5)))
			expect(twoSided(z)).toBeCloseTo(1 - 2 * integral(0, z), 12);
	});

	it('shrink between two points by what lies between them, across the change of method', () => {
		const change = 2 * Math.SQRT2;
		for (const [a, b] of [
			[change - 0.2, change + 0.2],
			[change - 1e-3, change + 1e-3],
			[5, 5.5],
			[9, 10]
		] as const) {
			const between = 2 * integral(a, b);
			expect((twoSided(a) - twoSided(b)) / between).toBeCloseTo(1, 8);
		}
	});

	it('lie between the bounds of Mills’s ratio as far out as there are digits', () => {
		// Gordon (1941): z / (z² + 1) < tail / density < 1 / z.
		for (let z = 0.5; z < 37; z += 0.37) {
			const ratio = twoSided(z) / 2 / density(z);
			expect(ratio).toBeGreaterThan(z / (z * z + 1));
			expect(ratio).toBeLessThan(1 / z);
		}
	});

	it('are all there is at 0, and the same on both sides', () => {
		expect(twoSided(0)).toBe(1);
		expect(twoSided(-0)).toBe(1);
		for (const z of [1e-9, 0.4, 2.9, 17]) expect(twoSided(-z)).toBe(twoSided(z));
	});
});
