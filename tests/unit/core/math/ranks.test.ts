import { describe, expect, it } from 'vitest';
import { twoSided } from '../../../../src/core/math/normal';
import { seeded } from '../../../../src/core/math/random';
import { holm, mannWhitney, pearson, spearman } from '../../../../src/core/math/ranks';
import golden from '../../../fixtures/scipy.json' with { type: 'json' };

const relative = (found: number, expected: number) => Math.abs(found / expected - 1);
const levelled = (uniform: () => number, n: number, levels: number, shift = 0) =>
	Float64Array.from({ length: n }, () => Math.floor(uniform() * levels) + shift);

describe('the tails of the normal distribution', () => {
	it("are SciPy's, down to 1e-300", () => {
		for (const { z, p } of golden.tails) {
			expect(relative(twoSided(z), p), `z ${z}`).toBeLessThan(1e-11);
			expect(twoSided(-z)).toBe(twoSided(z));
		}
	});

	it('fall without a step, and end in 0 rather than in NaN', () => {
		for (let z = 0; z < 37; z += 0.05) {
			const ratio = twoSided(z + 0.05) / twoSided(z);
			expect(ratio, `z ${z}`).toBeLessThan(1);
			expect(ratio, `z ${z}`).toBeGreaterThan(0.15);
		}
		expect(twoSided(1e5)).toBe(0);
		expect(twoSided(Infinity)).toBe(0);
	});
});

describe('Mann–Whitney', () => {
	it.each(golden.samples)('agrees with SciPy on $a and $b', ({ a, b, u, p }) => {
		const found = mannWhitney(a, b);
		expect(found.u).toBe(u);
		expect(relative(found.p, p)).toBeLessThan(1e-12);
		expect(found.effect).toBe(u / (a.length * b.length));
		expect(found.n).toEqual([a.length, b.length]);
		const other = mannWhitney(b, a);
		expect(other.p).toBe(found.p);
		expect(other.z).toBeCloseTo(-found.z, 12);
		expect(other.effect).toBeCloseTo(1 - found.effect, 12);
	});

	it.each(golden.drawn)('agrees with SciPy on $n values of $levels levels', (line) => {
		const uniform = seeded(line.seed);
		const a = levelled(uniform, line.n[0]!, line.levels);
		const b = levelled(uniform, line.n[1]!, line.levels, line.shift);
		const { u, z, p } = mannWhitney(a, b);
		expect(u).toBe(line.u);
		expect(relative(p, line.p)).toBeLessThan(1e-9);
		expect(relative(twoSided(z), p)).toBeLessThan(1e-12);
		expect(Math.sign(z)).toBe(Math.sign(u - (a.length * b.length) / 2));
	});

	it('leaves its samples as they are and takes any list of numbers', () => {
		const a = Float32Array.of(3, 1, 2);
		expect(mannWhitney(a, { 0: 0, 1: 2, length: 2 })).toMatchObject({ u: 4.5, effect: 0.75 });
		expect([...a]).toEqual([3, 1, 2]);
	});

	it('tells nothing apart where there is nothing to tell', () => {
		const nothing = { z: 0, p: 1, effect: 0.5 };
		expect(mannWhitney([], [])).toMatchObject({ ...nothing, u: 0, n: [0, 0] });
		expect(mannWhitney([], [1, 2])).toMatchObject(nothing);
		expect(mannWhitney([1], [])).toMatchObject(nothing);
		expect(mannWhitney([2, 2, 2], [2, 2])).toMatchObject({ ...nothing, u: 3 });
		expect(mannWhitney([0], [-0])).toMatchObject({ ...nothing, u: 0.5 });
		const many = new Float64Array(90_000).fill(0.1);
		expect(mannWhitney(many, many)).toMatchObject(nothing);
	});

	it('orders infinite values and refuses what has no order', () => {
		expect(mannWhitney([Infinity, Infinity], [0, Infinity, -Infinity]).u).toBe(5);
		expect(() => mannWhitney([1, NaN], [2])).toThrow(RangeError);
		expect(() => mannWhitney([1], [NaN])).toThrow(RangeError);
	});
});

describe('Holm', () => {
	it('adjusts the textbook case', () => {
		// Steps 4·0.005, 3·0.01, 2·0.03, 1·0.04; the last may not fall below the one before it.
		expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
	});

	it('stays between p and 1, keeps the order, and gives equals the same', () => {
		const uniform = seeded(4);
		const p = Array.from({ length: 200 }, () => uniform() ** 6);
		p[17] = p[3]!;
		const adjusted = holm(p);
		const order = p.map((_, i) => i).sort((i, j) => p[i]! - p[j]!);
		order.forEach((index, rank) => {
			expect(adjusted[index]!).toBeGreaterThanOrEqual(p[index]!);
			expect(adjusted[index]!).toBeLessThanOrEqual(1);
			if (rank > 0) expect(adjusted[index]!).toBeGreaterThanOrEqual(adjusted[order[rank - 1]!]!);
		});
		expect(adjusted[17]).toBe(adjusted[3]);
		expect(Math.min(...adjusted)).toBeCloseTo(200 * Math.min(...p), 15);
	});

	it('takes none and one, and refuses what is no probability', () => {
		expect(holm([])).toEqual([]);
		expect(holm([0.2])).toEqual([0.2]);
		expect(holm([0, 1, 1])).toEqual([0, 1, 1]);
		for (const bad of [NaN, -0.1, 1.1]) expect(() => holm([0.5, bad])).toThrow(RangeError);
	});
});

describe('correlations', () => {
	it.each(golden.pairs)('agree with SciPy on $a and $b', (line) => {
		expect(pearson(line.a, line.b)).toBeCloseTo(line.pearson, 12);
		expect(spearman(line.a, line.b)).toBeCloseTo(line.spearman, 12);
	});

	it.each(golden.correlated)('agree with SciPy on $n pairs', (line) => {
		const uniform = seeded(line.seed);
		const a = levelled(uniform, line.n, line.levels);
		const noise = levelled(uniform, line.n, line.levels);
		const b = a.map((x, i) => line.weight * x + noise[i]!);
		expect(pearson(a, b)).toBeCloseTo(line.pearson, 10);
		expect(spearman(a, b)).toBeCloseTo(line.spearman, 10);
	});

	it('are null where they have no meaning', () => {
		for (const correlation of [pearson, spearman]) {
			expect(correlation([], [])).toBeNull();
			expect(correlation([1], [2])).toBeNull();
			expect(correlation([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
			expect(correlation([1, 2, NaN], [1, 2, 3])).toBeNull();
			expect(() => correlation([1, 2], [1])).toThrow(RangeError);
		}
		expect(pearson([1, 2, Infinity], [1, 2, 3])).toBeNull();
		expect(spearman([1, 2, Infinity], [1, 2, 3])).toBe(1);
	});

	it('keep within ±1 and survive very large values', () => {
		expect(pearson([1e200, 2e200, 3e200], [-1e-200, -2e-200, -3e-200])).toBe(-1);
	});
});
