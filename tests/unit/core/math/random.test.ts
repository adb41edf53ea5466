import { describe, expect, it } from 'vitest';
import { twoSided } from '../../../../src/core/math/normal';
import { normals, seeded } from '../../../../src/core/math/random';
import { pearson } from '../../../../src/core/math/ranks';
import { chiSquare, chiSquareLimit } from '../../../draws';

const MASK = 0xffffffffn;

/** Mulberry32 as published in C (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
function published(seed: number): () => number {
	let x = BigInt.asUintN(32, BigInt(seed));
	return () => {
		x = (x + 0x6d2b79f5n) & MASK;
		let z = x;
		z = ((z ^ (z >> 15n)) * (z | 1n)) & MASK;
		z ^= (z + (((z ^ (z >> 7n)) * (z | 61n)) & MASK)) & MASK;
		return Number(z ^ (z >> 14n)) / 2 ** 32;
	};
}

/** Share of the standard normal distribution below `x`. */
const below = (x: number) => (x < 0 ? twoSided(x) / 2 : 1 - twoSided(x) / 2);

describe('seeded numbers', () => {
	it.each([0, 1, 42, 0x7fffffff, 0x80000000, 0xffffffff, -1, 2 ** 32 + 5])(
		'are those of the published Mulberry32 for seed %i',
		(seed) => {
			const [ours, theirs] = [seeded(seed), published(seed)];
			for (let i = 0; i < 500; i++) expect(ours()).toBe(theirs());
		}
	);

	it('take the low 32 bits of a seed', () => {
		expect(seeded(2 ** 32 + 5)()).toBe(seeded(5)());
		expect(seeded(-1)()).toBe(seeded(0xffffffff)());
	});

	it('lie in [0, 1) and fill it evenly, alone and in pairs', () => {
		const uniform = seeded(7);
		const [single, pairs] = [new Float64Array(100), new Float64Array(64)];
		let last = uniform();
		const draws = 100_000;
		let outside = 0;
		for (let i = 0; i < draws; i++) {
			const next = uniform();
			if (!(next >= 0 && next < 1)) outside++;
			single[Math.floor(100 * next)]!++;
			pairs[8 * Math.floor(8 * last) + Math.floor(8 * next)]!++;
			last = next;
		}
		expect(outside).toBe(0);
		expect(
			chiSquare(
				single,
				single.map(() => draws / 100)
			)
		).toBeLessThan(chiSquareLimit(99));
		expect(
			chiSquare(
				pairs,
				pairs.map(() => draws / 64)
			)
		).toBeLessThan(chiSquareLimit(63));
	});

	it('are unrelated for neighbouring seeds', () => {
		for (let seed = 0; seed < 20; seed++) {
			const [a, b] = [seed, seed + 1].map((s) => Float64Array.from({ length: 4000 }, seeded(s)));
			// The standard error of a correlation of 0 is 1 / √4000 = 0.016.
			expect(Math.abs(pearson(a!, b!)!)).toBeLessThan(0.065);
		}
	});
});

describe('normal numbers', () => {
	const n = 40_000;
	const draws = Float64Array.from({ length: n }, normals(seeded(21)));

	it('have the moments of the standard normal distribution', () => {
		const moment = (k: number) => draws.reduce((sum, x) => sum + x ** k, 0) / n;
		// Their standard errors are √(E x²ᵏ − (E xᵏ)²) / √n: 0.005, 0.0071, 0.019 and 0.049.
		expect(Math.abs(moment(1))).toBeLessThan(0.02);
		expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
		expect(Math.abs(moment(3))).toBeLessThan(0.08);
		expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
	});

	it('pass the test of Kolmogorov and Smirnov', () => {
		const sorted = draws.toSorted();
		let worst = 0;
		sorted.forEach((x, i) => {
			const share = below(x);
			worst = Math.max(worst, share - i / n, (i + 1) / n - share);
		});
		// √n · D exceeds 2.23 once in 10,000 samples.
		expect(Math.sqrt(n) * worst).toBeLessThan(2.23);
	});

	it('come in pairs that are independent, in every direction alike', () => {
		const sectors = new Float64Array(12);
		for (let i = 0; i < n; i += 2) {
			const angle = Math.atan2(draws[i]!, draws[i + 1]!) / (2 * Math.PI) + 0.5;
			sectors[Math.min(11, Math.floor(12 * angle))]!++;
		}
		expect(
			chiSquare(
				sectors,
				sectors.map(() => n / 24)
			)
		).toBeLessThan(chiSquareLimit(11));
		const [even, odd] = [0, 1].map((from) => draws.filter((_, i) => i % 2 === from));
		expect(Math.abs(pearson(even!, odd!)!)).toBeLessThan(0.03);
		const size = (x: Float64Array) => x.map(Math.abs);
		expect(Math.abs(pearson(size(even!), size(odd!))!)).toBeLessThan(0.03);
	});

	it('take two uniform numbers for every two, and are finite at the ends of their range', () => {
		let taken = 0;
		const normal = normals(() => (taken++, 0.25));
		for (let i = 0; i < 10; i++) normal();
		expect(taken).toBe(10);
		for (const end of [0, 1 - 2 ** -32]) {
			const extreme = normals(() => end);
			expect(Number.isFinite(extreme()) && Number.isFinite(extreme())).toBe(true);
		}
	});
});
