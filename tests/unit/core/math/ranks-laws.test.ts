/** Statistics of order against their definitions, counted out pair by pair and subset by subset. */
import { describe, expect, it } from 'vitest';
import { holm, mannWhitney, pearson, spearman } from '../../../../src/core/math/ranks';
import { Draws } from '../../../draws';

const draws = new Draws(77);
/** Few levels, so that many are equal. */
const levels = (n: number, most: number) => draws.list(n, () => draws.integer(-most, most));
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** Pairs in which the first is the larger, equal ones as one half. */
const pairwise = (a: number[], b: number[]) =>
	sum(a.flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0))));

/** All ways to choose `k` of the items, with those that are left. */
function splits(items: number[], k: number): [number[], number[]][] {
	const out: [number[], number[]][] = [];
	for (let bits = 0; bits < 1 << items.length; bits++) {
		const taken = items.filter((_, i) => bits & (1 << i));
		if (taken.length === k) out.push([taken, items.filter((_, i) => !(bits & (1 << i)))]);
	}
	return out;
}

describe('U', () => {
	it('counts the pairs, however many are equal', () => {
		for (let trial = 0; trial < 100; trial++) {
			const [a, b] = [levels(draws.integer(1, 12), 3), levels(draws.integer(1, 12), 4)];
			const found = mannWhitney(a, b);
			expect(found.u).toBe(pairwise(a, b));
			expect(found.u + mannWhitney(b, a).u).toBe(a.length * b.length);
			expect(found.effect).toBeCloseTo(pairwise(a, b) / a.length / b.length, 12);
		}
	});

	it('has the spread of all ways to deal the same values out, ties included', () => {
		for (const most of [1, 2, 50]) {
			const values = levels(9, most);
			const all = splits(values, 4).map(([a, b]) => pairwise(a, b));
			const mean = sum(all) / all.length;
			expect(mean).toBeCloseTo(10, 10);
			const spread = Math.sqrt(sum(all.map((u) => (u - mean) ** 2)) / all.length);
			for (const [a, b] of splits(values, 4).slice(0, 20)) {
				const { u, z } = mannWhitney(a, b);
				// Half a pair is taken off towards the mean: the correction for continuity.
				const off = Math.sign(u - 10) * Math.max(0, Math.abs(u - 10) - 0.5);
				expect(z).toBeCloseTo(off / spread, 10);
			}
		}
	});

	it('says nothing of values that are half a pair from the middle', () => {
		expect(mannWhitney([1, 4, 5], [2, 3, 6])).toMatchObject({ u: 4, p: 1 });
		expect(mannWhitney([1, 4, 6], [2, 3, 5])).toMatchObject({ u: 5, p: 1 });
		expect(mannWhitney([2, 4, 6], [1, 3, 5]).p).toBeLessThan(1);
	});

	it('depends on the order of the values alone', () => {
		const [a, b] = [levels(15, 4), levels(10, 4)];
		const risen = [a, b].map((values) => values.map((x) => Math.exp(x) - 3));
		expect(mannWhitney(risen[0]!, risen[1]!)).toEqual(mannWhitney(a, b));
		expect(mannWhitney(draws.shuffled(a), draws.shuffled(b))).toEqual(mannWhitney(a, b));
		const turned = mannWhitney(
			a.map((x) => -x),
			b.map((x) => -x)
		);
		expect(turned.z).toBeCloseTo(-mannWhitney(a, b).z, 12);
	});

	it('calls samples of one distribution different as rarely as it says', () => {
		const levelsOfError = [0.05, 0.2, 0.5];
		const hits = [0, 0, 0];
		const trials = 2000;
		for (let trial = 0; trial < trials; trial++) {
			const sample = (n: number) => draws.list(n, () => draws.uniform());
			const { p } = mannWhitney(sample(20), sample(25));
			levelsOfError.forEach((level, i) => (hits[i]! += Number(p <= level)));
		}
		levelsOfError.forEach((level, i) => {
			const error = 4 * Math.sqrt((level * (1 - level)) / trials);
			expect(Math.abs(hits[i]! / trials - level)).toBeLessThan(error + 0.005);
		});
	});
});

describe('Holm’s adjustment', () => {
	/** The closure of Bonferroni's test: the worst of all sets of hypotheses that hold it. */
	function closed(p: number[]): number[] {
		return p.map((_, i) => {
			let worst = 0;
			for (let bits = 0; bits < 1 << p.length; bits++) {
				if (!(bits & (1 << i))) continue;
				const set = p.filter((_, j) => bits & (1 << j));
				worst = Math.max(worst, Math.min(1, set.length * Math.min(...set)));
			}
			return worst;
		});
	}

	it('is Bonferroni’s over every set of hypotheses', () => {
		for (let trial = 0; trial < 60; trial++) {
			const p = draws.list(draws.integer(1, 8), () => draws.uniform() ** draws.integer(1, 4));
			if (trial % 3 === 0) p[0] = p.at(-1)!;
			const expected = closed(p);
			holm(p).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 12));
		}
	});

	it('goes with its p-values whatever their order', () => {
		const p = draws.list(12, () => draws.uniform() ** 3);
		const order = draws.shuffled([...p.keys()]);
		const adjusted = holm(p);
		expect(holm(order.map((i) => p[i]!))).toEqual(order.map((i) => adjusted[i]!));
	});

	it('leaves the ends of the range where they are', () => {
		expect(holm([0, 1])).toEqual([0, 1]);
		expect(holm([1, 1, 1])).toEqual([1, 1, 1]);
		expect(() => holm([0.5, -1e-9])).toThrow(RangeError);
		expect(() => holm([1 + 1e-9])).toThrow(RangeError);
	});
});

describe('correlations', () => {
	/** Mean rank from 1, by comparing with every other value. */
	const ranks = (values: number[]) =>
		values.map((x) => sum(values.map((y) => (y < x ? 1 : y === x ? 0.5 : 0))) + 0.5);

	/** Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²) */
	function byDefinition(x: number[], y: number[]): number {
		const less = (values: number[]) => values.map((v) => v - sum(values) / values.length);
		const [a, b] = [less(x), less(y)];
		const square = (values: number[]) => sum(values.map((v) => v * v));
		return sum(a.map((v, i) => v * b[i]!)) / Math.sqrt(square(a) * square(b));
	}

	const pairs = draws.list(60, (i) => {
		const n = draws.integer(3, 20);
		const x = i % 2 ? levels(n, 2) : draws.list(n, () => draws.real(-5, 5));
		const y = x.map((v) => 0.7 * v + draws.real(-4, 4));
		const pair: [number[], number[]] = [
			[...x, 9],
			[...y, -8]
		];
		return pair;
	});

	it('are those of the definition', () => {
		for (const [x, y] of pairs) expect(pearson(x, y)).toBeCloseTo(byDefinition(x, y), 12);
	});

	it('of ranks are those of the mean ranks', () => {
		for (const [x, y] of pairs)
			expect(spearman(x, y)).toBeCloseTo(byDefinition(ranks(x), ranks(y)), 12);
	});

	it('of ranks without ties are 1 − 6 Σd² / (n³ − n)', () => {
		for (let trial = 0; trial < 30; trial++) {
			const n = draws.integer(2, 15);
			const [x, y] = [draws.shuffled([...Array(n).keys()]), draws.shuffled([...Array(n).keys()])];
			const squares = sum(x.map((v, i) => (v - y[i]!) ** 2));
			expect(spearman(x, y)).toBeCloseTo(1 - (6 * squares) / (n ** 3 - n), 12);
		}
	});

	it('are symmetric, and turn with a side that is turned round', () => {
		for (const [x, y] of pairs)
			for (const correlation of [pearson, spearman]) {
				const found = correlation(x, y)!;
				expect(correlation(y, x)).toBeCloseTo(found, 12);
				expect(
					correlation(
						x.map((v) => 5 - 2 * v),
						y
					)
				).toBeCloseTo(-found, 12);
				expect(Math.abs(found)).toBeLessThanOrEqual(1);
			}
	});

	it('are 1 between a side and itself, to the last bit', () => {
		for (const [x] of pairs) {
			expect(pearson(x, x)).toBeCloseTo(1, 14);
			expect(pearson(x, x)).toBeLessThanOrEqual(1);
			expect(
				spearman(
					x,
					x.map((v) => v ** 3)
				)
			).toBeCloseTo(1, 14);
		}
	});
});
