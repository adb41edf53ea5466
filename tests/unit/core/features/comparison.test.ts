import { describe, expect, it } from 'vitest';
import { byChance, coactivation, usualCosine } from '../../../../src/core/features/comparison';
import { Draws } from '../../../draws';

/** Pearson's r from the deviations. */
function pearson(a: number[], b: number[]): number {
	const mean = (x: number[]) => x.reduce((s, v) => s + v, 0) / x.length;
	const [ma, mb] = [mean(a), mean(b)];
	const sum = (f: (i: number) => number) => a.reduce((s, _, i) => s + f(i), 0);
	const across = sum((i) => (a[i]! - ma) * (b[i]! - mb));
	return across / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2));
}

describe('coactivation', () => {
	it('counts, and correlates as the deviations say', () => {
		const draws = new Draws(3);
		for (let trial = 0; trial < 200; trial++) {
			const value = () => (draws.chance(0.4) ? draws.real(0, 50) : 0);
			const a = Array.from({ length: 40 }, value);
			const b = a.map((x) => (draws.chance(0.5) ? x : value()));
			const found = coactivation(a, b);
			expect(found.tokens).toBe(40);
			expect(found.a).toBe(a.filter((x) => x > 0).length);
			expect(found.both).toBe(a.filter((x, i) => x > 0 && b[i]! > 0).length);
			expect(found.correlation).toBeCloseTo(pearson(a, b), 9);
		}
	});

	it('says nothing of what never varies', () => {
		expect(coactivation([0, 0], [1, 0]).correlation).toBeNull();
		expect(coactivation([0.1, 0.1, 0.1], [1, 0, 2]).correlation).toBeNull();
		expect(coactivation([], []).correlation).toBeNull();
		expect(byChance(coactivation([], []))).toBe(0);
		expect(byChance(coactivation([1, 1, 0, 0], [1, 0, 0, 0]))).toBe(0.5);
	});
});

it('knows how far random directions go', () => {
	const draws = new Draws(5);
	const d = 64;
	const direction = () => Array.from({ length: d }, () => draws.real(-1, 1) + draws.real(-1, 1));
	let within = 0;
	for (let i = 0; i < 4000; i++) {
		const [a, b] = [direction(), direction()];
		const dot = (x: number[], y: number[]) => x.reduce((s, v, c) => s + v * y[c]!, 0);
		within += Number(Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b)) < usualCosine(d));
	}
	expect(within / 4000).toBeCloseTo(0.95, 1.5);
});
