import { describe, expect, it } from 'vitest';
import { argmax, largest, sample, softmax, surprise } from '../../../../src/core/math/sampling';
import { chiSquare, chiSquareLimit, Draws } from '../../../draws';

const draws = new Draws(202);
const logits = (n: number, from = -4, to = 4) =>
	Float32Array.from({ length: n }, () => draws.real(from, to));

/** The tokens of the nucleus, the likeliest first (Holtzman et al. 2020, section 3.1). */
function nucleus(p: Float64Array, topP: number): number[] {
	const order = [...p.keys()].sort((a, b) => p[b]! - p[a]! || a - b);
	for (let kept = 1; ; kept++)
		if (kept === p.length || order.slice(0, kept).reduce((sum, i) => sum + p[i]!, 0) >= topP)
			return order.slice(0, kept);
}

describe('softmax', () => {
	it('gives probabilities whose ratios are e to the differences over the temperature', () => {
		for (const temperature of [0.1, 0.7, 1, 2.5]) {
			const x = logits(30);
			const p = softmax(x, temperature);
			expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
			for (let i = 1; i < 30; i++)
				expect(Math.log(p[i]! / p[0]!)).toBeCloseTo((x[i]! - x[0]!) / temperature, 9);
		}
	});

	it('does not change when all logits rise by the same, however high', () => {
		const x = Float32Array.of(0, 1, 2.5, -3);
		for (const by of [1, -64, 65_536]) {
			const raised = softmax(x.map((v) => v + by));
			softmax(x).forEach((p, i) => expect(raised[i]).toBeCloseTo(p, 12));
		}
	});

	it('is even where it is very warm, and certain where it is very cold', () => {
		const x = logits(8);
		softmax(x, 1e9).forEach((p) => expect(p).toBeCloseTo(1 / 8, 6));
		expect(softmax(x, 1e-9)[argmax(x)]).toBe(1);
	});

	it('leaves nothing to what has a logit of minus infinity', () => {
		expect([...softmax(Float32Array.of(2, -Infinity, 2))]).toEqual([0.5, 0, 0.5]);
	});
});

describe('surprise', () => {
	it('is −ln of the softmax', () => {
		const x = logits(40);
		const p = softmax(x);
		x.forEach((_, i) => expect(surprise(x, i)).toBeCloseTo(-Math.log(p[i]!), 10));
	});

	it('has a value where the probability is too small for one, and under huge logits', () => {
		expect(surprise(Float32Array.of(2000, 0), 1)).toBe(2000);
		expect(surprise(Float32Array.of(-3e38, -3e38), 0)).toBeCloseTo(0, 10);
		expect(surprise(Float32Array.of(5), 0)).toBe(0);
	});
});

describe('the largest', () => {
	it('are those of a stable sort, for any number of them', () => {
		for (let trial = 0; trial < 80; trial++) {
			const values = draws.list(draws.integer(0, 20), () => draws.integer(-3, 3));
			const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
			for (let k = 0; k <= 22; k++) expect(largest(values, k)).toEqual(sorted.slice(0, k));
			if (values.length > 0) expect(argmax(values)).toBe(sorted[0]);
		}
	});

	it('come from infinite values as from others', () => {
		expect(largest([0, -Infinity, Infinity, 5], 3)).toEqual([2, 3, 0]);
		expect(argmax([-Infinity, -Infinity])).toBe(0);
		expect(argmax(Float32Array.of(-2, Infinity, Infinity))).toBe(1);
	});
});

describe('a sampled token', () => {
	const SETTINGS = [
		{ temperature: 1, topP: 1 },
		{ temperature: 0.6, topP: 1 },
		{ temperature: 1, topP: 0.9 },
		{ temperature: 1.8, topP: 0.55 },
		{ temperature: 0.6, topP: 0.98 }
	];

	it.each(SETTINGS)('comes as often as it should at %j', (settings) => {
		const x = logits(12, -2, 2);
		const p = softmax(x, settings.temperature);
		const kept = settings.topP >= 1 ? [...p.keys()] : nucleus(p, settings.topP);
		const total = kept.reduce((sum, i) => sum + p[i]!, 0);
		const counts = new Float64Array(12);
		const times = 40_000;
		for (let i = 0; i < times; i++) counts[sample(x, settings, draws.uniform)]!++;
		expect(counts.reduce((sum, n, i) => (kept.includes(i) ? sum : sum + n), 0)).toBe(0);
		const found = kept.map((i) => counts[i]!);
		const expected = kept.map((i) => (times * p[i]!) / total);
		expect(chiSquare(found, expected)).toBeLessThan(chiSquareLimit(kept.length - 1));
	});

	it('is the one in whose share of the line the drawn number lies', () => {
		for (const settings of SETTINGS) {
			const x = logits(9, -2, 2);
			const p = softmax(x, settings.temperature);
			const order = settings.topP >= 1 ? [...p.keys()] : nucleus(p, settings.topP);
			const total = order.reduce((sum, i) => sum + p[i]!, 0);
			let from = 0;
			for (const token of order) {
				const share = p[token]! / total;
				for (const inside of [1e-6, 0.3, 0.999_999])
					expect(sample(x, settings, () => from + inside * share)).toBe(token);
				from += share;
			}
			expect(from).toBeCloseTo(1, 12);
		}
	});

	it('is from the smallest nucleus, which is one token at the least', () => {
		const even = Float32Array.of(0, 0, 0, 0);
		const among = (topP: number) => {
			const seen = new Set<number>();
			for (let draw = 0; draw < 1; draw += 1 / 64)
				seen.add(sample(even, { temperature: 1, topP }, () => draw));
			return [...seen];
		};
		// Of equals the first: two of four reach one half, and it takes three for a little more.
		expect(among(0.5)).toEqual([0, 1]);
		expect(among(0.5001)).toEqual([0, 1, 2]);
		expect(among(0)).toEqual([0]);
		expect(among(0.999)).toEqual([0, 1, 2, 3]);
	});

	it('is never one that cannot be, at either end of the line', () => {
		const x = Float32Array.of(-Infinity, 1, 0.5, -Infinity);
		for (const { topP } of SETTINGS)
			for (const draw of [0, 0.5, 1 - 2 ** -32])
				expect([1, 2]).toContain(sample(x, { temperature: 1, topP }, () => draw));
	});

	it('is the likeliest without temperature, whatever is drawn', () => {
		for (let trial = 0; trial < 20; trial++) {
			const x = logits(15);
			for (const temperature of [0, -1])
				expect(sample(x, { temperature, topP: 0.5 }, draws.uniform)).toBe(argmax(x));
		}
	});
});
