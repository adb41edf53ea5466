/** Doubling ranges: the counts are exact, and those of every order and every shard. */
import { describe, expect, it } from 'vitest';
import {
	mergeHistograms,
	BINS,
	countActivation,
	histogramOf,
	newHistograms,
	quantileOf,
	stepOf,
	type Histograms
} from '../../../../src/core/corpus/histogram';
import { Draws } from '../../../draws';

const draws = new Draws(29);
type Activation = readonly [feature: number, a: number];
const FEATURES = 4;

/** Of sizes between two powers of ten, some of them powers of two; feature 3 is never active. */
const drawn = (n: number, from = -3, to = 3): Activation[] =>
	draws.list(n, () => {
		const a = draws.chance(0.2) ? 2 ** draws.integer(-9, 9) : 10 ** draws.real(from, to);
		return [draws.integer(0, FEATURES - 2), Math.fround(a)];
	});

function counted(activations: readonly Activation[]): Histograms {
	const out = newHistograms(FEATURES);
	for (const [feature, a] of activations) countActivation(out, feature, a);
	return out;
}

function merged(...parts: Histograms[]): Histograms {
	const out = newHistograms(FEATURES);
	for (const part of parts) mergeHistograms(out, part);
	return out;
}

const own = (activations: readonly Activation[], feature: number) =>
	activations.filter(([f]) => f === feature).map(([, a]) => a);

/** Counts in equal bins from 0 to the smallest power of two above the largest. */
function exact(values: number[]): { step: number; counts: number[] } {
	let end = 2 ** -150;
	while (end <= Math.max(...values)) end *= 2;
	const counts = new Array<number>(BINS).fill(0);
	for (const a of values) counts[Math.floor((a * BINS) / end)]!++;
	return { step: end / BINS, counts };
}

describe('a histogram', () => {
	it('holds the exact counts in bins up to the next power of two', () => {
		for (let trial = 0; trial < 40; trial++) {
			const activations = drawn(draws.integer(1, 300), -trial / 5, trial / 8);
			const found = counted(activations);
			for (let f = 0; f < FEATURES; f++) {
				const values = own(activations, f);
				if (values.length === 0) {
					expect(stepOf(found, f)).toBe(0);
					expect(histogramOf(found, f)).toEqual({ edges: [0], counts: [] });
					continue;
				}
				const { step, counts } = exact(values);
				expect(stepOf(found, f)).toBe(step);
				expect([...found.counts.subarray(f * BINS, (f + 1) * BINS)]).toEqual(counts);
			}
		}
	});

	it('is the same in every order, rising and falling among them', () => {
		const activations = drawn(200);
		const expected = counted(activations);
		const rising = activations.toSorted(([, a], [, b]) => a - b);
		for (const order of [rising, rising.toReversed(), draws.shuffled(activations)])
			expect(counted(order)).toEqual(expected);
	});

	it.each([1, 0.5, 2, 2 ** -126, 2 ** 127, 2 ** -149])(
		'puts the power of two %f in the middle',
		(a) => {
			const found = counted([[0, a]]);
			expect(stepOf(found, 0)).toBe(a / (BINS / 2));
			expect(found.counts[BINS / 2]).toBe(1);
		}
	);

	it('takes the smallest and the largest of float32 in one feature', () => {
		const found = counted([
			[0, 2 ** -149],
			[0, 3.4028234e38],
			[0, 1]
		]);
		expect([found.counts[0], found.counts[BINS - 1]]).toEqual([2, 1]);
	});

	it('is shown up to its largest activation, which lies in the last bin', () => {
		const activations = drawn(150);
		const found = counted(activations);
		for (let f = 0; f < FEATURES - 1; f++) {
			const { edges, counts } = histogramOf(found, f);
			const values = own(activations, f);
			expect(edges).toHaveLength(counts.length + 1);
			expect(counts.reduce((a, b) => a + b)).toBe(values.length);
			expect(Math.max(...values)).toBeLessThan(edges.at(-1)!);
			expect(Math.max(...values)).toBeGreaterThanOrEqual(edges.at(-2)!);
			counts.forEach((count, b) =>
				expect(values.filter((a) => a >= edges[b]! && a < edges[b + 1]!)).toHaveLength(count)
			);
		}
	});
});

describe('histograms added up', () => {
	const [a, b, c] = [drawn(120, -3, -1), drawn(90, 0, 3), drawn(5, -6, 5)];
	const [x, y, z] = [counted(a), counted(b), counted(c)];

	it('are those of all activations at once', () => {
		expect(merged(x, y, z)).toEqual(counted([...a, ...b, ...c]));
	});

	it('do not depend on order or grouping', () => {
		const whole = merged(x, y, z);
		for (const [p, q, r] of [
			[z, y, x],
			[y, x, z],
			[x, z, y]
		] as const) {
			expect(merged(p, q, r)).toEqual(whole);
			expect(merged(merged(p, q), r)).toEqual(whole);
			expect(merged(p, merged(q, r))).toEqual(whole);
		}
	});

	it('are unchanged by those of nothing, and leave what is added as it was', () => {
		const before = structuredClone(y);
		expect(merged(newHistograms(FEATURES), y, newHistograms(FEATURES))).toEqual(y);
		merged(x, y);
		expect(y).toEqual(before);
	});

	it('are those of any number of shards', () => {
		const all = [...a, ...b, ...c];
		for (const shards of [2, 7, all.length]) {
			const parts = Array.from({ length: shards }, (_, s) =>
				counted(all.filter((_, i) => i % shards === s))
			);
			expect(merged(...draws.shuffled(parts))).toEqual(counted(all));
		}
	});
});

describe('the share that is not stronger', () => {
	const activations = drawn(400, -1, 1);
	const found = counted(activations);

	it('is exact at the edges of bins', () => {
		for (let f = 0; f < FEATURES - 1; f++) {
			const values = own(activations, f);
			for (const edge of histogramOf(found, f).edges) {
				const under = values.filter((a) => a < edge).length;
				expect(quantileOf(found, f, edge)).toBeCloseTo(under / values.length, 12);
			}
		}
	});

	it('rises with the activation, from 0 to all', () => {
		for (let f = 0; f < FEATURES - 1; f++) {
			const end = histogramOf(found, f).edges.at(-1)!;
			let before = 0;
			for (let a = 0; a <= end; a += end / 500) {
				const share = quantileOf(found, f, a);
				expect(share).toBeGreaterThanOrEqual(before);
				before = share;
			}
			expect(quantileOf(found, f, 0)).toBe(0);
			expect(quantileOf(found, f, end)).toBe(1);
			expect(quantileOf(found, f, 1000 * end)).toBe(1);
		}
	});

	it('goes evenly through a bin', () => {
		const even = counted([
			[0, 1.01],
			[0, 1.02],
			[0, 1.5],
			[0, 1.9]
		]);
		// Bins of 1/16: two of the four lie in the one from 1 on.
		expect(quantileOf(even, 0, 1)).toBe(0);
		expect(quantileOf(even, 0, 1 + 1 / 32)).toBeCloseTo(0.25, 12);
		expect(quantileOf(even, 0, 1 + 1 / 16)).toBeCloseTo(0.5, 12);
	});
});
