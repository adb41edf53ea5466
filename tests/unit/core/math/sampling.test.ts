import { describe, expect, it } from 'vitest';
import { normals, seeded } from '../../../../src/core/math/random';
import { largest, sample, softmax } from '../../../../src/core/math/sampling';

const LOGITS = Float32Array.from([0, 1, 2, 3, -1]);

describe('sampling', () => {
	it('is greedy at temperature 0, and takes the first of equals', () => {
		expect(sample(LOGITS, { temperature: 0, topP: 1 }, () => 0.99)).toBe(3);
		expect(sample(Float32Array.of(1, 1), { temperature: 0, topP: 1 }, () => 0.99)).toBe(0);
	});

	it('follows the probabilities', () => {
		const uniform = seeded(5);
		const counts = new Float64Array(5);
		for (let i = 0; i < 20_000; i++)
			counts[sample(LOGITS, { temperature: 1, topP: 1 }, uniform)]!++;
		softmax(LOGITS).forEach((p, i) =>
			expect(Math.abs(counts[i]! / 20_000 - p)).toBeLessThan(0.015)
		);
	});

	it('keeps to the smallest set that reaches top-p', () => {
		const uniform = seeded(6);
		for (let i = 0; i < 500; i++)
			expect([2, 3]).toContain(sample(LOGITS, { temperature: 1, topP: 0.8 }, uniform));
		expect(sample(LOGITS, { temperature: 1, topP: 1e-9 }, () => 0.999)).toBe(3);
	});

	it('takes one number whatever the settings, so that seeds stay comparable', () => {
		for (const settings of [
			{ temperature: 0, topP: 1 },
			{ temperature: 1, topP: 0.5 },
			{ temperature: 2, topP: 1 }
		]) {
			let taken = 0;
			sample(LOGITS, settings, () => (taken++, 0.5));
			expect(taken).toBe(1);
		}
	});

	it('stays finite for extreme logits', () => {
		const p = softmax(Float32Array.of(1e30, -1e30, 0));
		expect([...p]).toEqual([1, 0, 0]);
	});
});

describe('largest', () => {
	it('agrees with sorting, smaller index first among equals', () => {
		const uniform = seeded(1);
		const values = Array.from({ length: 200 }, () => Math.floor(uniform() * 50));
		const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
		expect(largest(values, 20)).toEqual(order.slice(0, 20));
		expect(largest([3, 1], 5)).toEqual([0, 1]);
	});
});

describe('random numbers', () => {
	it('repeat with their seed and spread evenly', () => {
		const [a, b] = [seeded(9), seeded(9)];
		let sum = 0;
		for (let i = 0; i < 5000; i++) {
			const x = a();
			expect(b()).toBe(x);
			sum += x;
		}
		expect(sum / 5000).toBeCloseTo(0.5, 1);
		const normal = normals(seeded(2));
		const draws = Array.from({ length: 5000 }, normal);
		const mean = draws.reduce((x, y) => x + y) / 5000;
		expect(Math.abs(mean)).toBeLessThan(0.05);
		expect(draws.reduce((s, x) => s + (x - mean) ** 2, 0) / 5000).toBeCloseTo(1, 1);
	});
});
