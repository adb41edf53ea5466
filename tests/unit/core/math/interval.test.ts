import { describe, expect, it } from 'vitest';
import {
	bootstrap,
	differenceInterval,
	ratioInterval,
	type Part,
	meanInterval
} from '../../../../src/core/math/interval';
import { seeded } from '../../../../src/core/math/random';

const CLUSTERS = 40;
const REPETITIONS = 400;

/** Texts of 5 to 14 tokens; each has a rate of its own, between `mean` − `spread` and `mean` + `spread`. */
function texts(uniform: () => number, rates: number[]): Part[] {
	return rates.map((rate) => {
		const of = 5 + Math.floor(uniform() * 10);
		let hit = 0;
		for (let i = 0; i < of; i++) if (uniform() < rate) hit++;
		return { hit, of };
	});
}

const around = (uniform: () => number, mean: number, spread: number) =>
	Array.from({ length: CLUSTERS }, () => mean + spread * (2 * uniform() - 1));

describe('the interval of a rate', () => {
	it('covers the truth as often as it says, and would not if tokens were drawn', () => {
		const uniform = seeded(11);
		let [texted, tokened] = [0, 0];
		for (let r = 0; r < REPETITIONS; r++) {
			const parts = texts(uniform, around(uniform, 0.4, 0.4));
			const { value, low, high, n } = ratioInterval(parts, r)!;
			if (low <= 0.4 && 0.4 <= high) texted++;
			const naive = 1.96 * Math.sqrt((value * (1 - value)) / n);
			if (Math.abs(value - 0.4) <= naive) tokened++;
		}
		expect(texted / REPETITIONS).toBeGreaterThan(0.92);
		expect(texted / REPETITIONS).toBeLessThan(0.98);
		expect(tokened / REPETITIONS).toBeLessThan(0.9);
	}, 120_000);

	it('is that of all clusters together, and the same for the same seed', () => {
		const parts = [
			{ hit: 3, of: 4 },
			{ hit: 0, of: 0 },
			{ hit: 1, of: 12 }
		];
		const found = ratioInterval(parts, 3)!;
		expect(found).toMatchObject({ value: 0.25, n: 16, clusters: 3 });
		expect(found.low).toBeCloseTo(1 / 12, 12);
		expect(found.high).toBeCloseTo(0.75, 12);
		expect(ratioInterval(parts, 3)).toEqual(found);
	});

	it('may be that of a mean, and says null where nothing was counted', () => {
		expect(ratioInterval([{ hit: -3, of: 2 }], 0)).toMatchObject({ value: -1.5, low: -1.5 });
		expect(ratioInterval([], 0)).toBeNull();
		expect(ratioInterval([{ hit: 0, of: 0 }], 0)).toBeNull();
	});
});

describe('the interval of a difference', () => {
	it('covers the truth as often as it says', () => {
		const uniform = seeded(12);
		let covered = 0;
		for (let r = 0; r < REPETITIONS; r++) {
			const rates = around(uniform, 0.5, 0.3);
			const higher = rates.map((rate) => rate + 0.1);
			const found = differenceInterval(texts(uniform, higher), texts(uniform, rates), r)!;
			if (found.low <= 0.1 && 0.1 <= found.high) covered++;
		}
		expect(covered / REPETITIONS).toBeGreaterThan(0.92);
		expect(covered / REPETITIONS).toBeLessThan(0.98);
	}, 120_000);

	it('is narrow where only the text moves both rates', () => {
		const uniform = seeded(13);
		const parts = texts(uniform, around(uniform, 0.5, 0.5));
		const better = parts.map(({ hit, of }) => ({ hit: Math.min(of, hit + 1), of }));
		const both = differenceInterval(better, parts, 1)!;
		const [a, b] = [ratioInterval(better, 1)!, ratioInterval(parts, 1)!];
		expect(both.value).toBeCloseTo(a.value - b.value, 12);
		expect(both.low).toBeGreaterThan(0);
		expect(both.high - both.low).toBeLessThan((a.high - a.low) / 3);
		expect(both.n).toEqual([a.n, b.n]);
	});

	it('is null where one side counts nothing, and refuses different clusters', () => {
		expect(differenceInterval([{ hit: 1, of: 1 }], [{ hit: 0, of: 0 }], 0)).toBeNull();
		expect(() => differenceInterval([{ hit: 1, of: 1 }], [], 0)).toThrow(RangeError);
	});
});

describe('a bootstrap', () => {
	it('draws as many clusters as there are, every time, each as likely', () => {
		const seen = new Float64Array(7);
		bootstrap(
			7,
			(times) => {
				expect(times.reduce((a, b) => a + b)).toBe(7);
				times.forEach((n, i) => (seen[i]! += n));
				return 0;
			},
			{ draws: 3000, seed: 5 }
		);
		// 3,000 draws, variance 7 · (1/7)(6/7) each: a standard deviation of 51 around 3,000.
		seen.forEach((n) => expect(Math.abs(n - 3000)).toBeLessThan(200));
	});

	it('counts the draws that have no value, and leaves them out', () => {
		const found = bootstrap(3, (times) => (times[0]! > 0 ? times[0]! : null), {
			draws: 2000,
			seed: 1
		})!;
		expect(found.draws + found.leftOut).toBe(2000);
		// The first of three is missing from 8 of 27 draws.
		expect(found.leftOut / 2000).toBeCloseTo(8 / 27, 1);
		expect(found.low).toBe(1);
		expect(bootstrap(3, () => null, { draws: 10, seed: 1 })).toBeNull();
		expect(bootstrap(0, () => 1, { draws: 10, seed: 1 })).toBeNull();
	});

	it('is wider at a higher level', () => {
		const first = (times: Uint32Array) => times[0]! + times[1]! / 10;
		const at = (level: number) => bootstrap(30, first, { draws: 4000, seed: 2, level })!;
		expect(at(0.99).high).toBeGreaterThan(at(0.5).high);
		expect(at(0.99).low).toBeLessThanOrEqual(at(0.5).low);
	});

	it('refuses what it cannot do', () => {
		const one = () => 1;
		expect(() => bootstrap(2.5, one, { draws: 10, seed: 0 })).toThrow(RangeError);
		expect(() => bootstrap(-1, one, { draws: 10, seed: 0 })).toThrow(RangeError);
		expect(() => bootstrap(2, one, { draws: 0, seed: 0 })).toThrow(RangeError);
		for (const level of [0, 1, NaN])
			expect(() => bootstrap(2, one, { draws: 10, seed: 0, level })).toThrow(RangeError);
	});
});

describe('meanInterval', () => {
	it('is Student’s, as SciPy has it', () => {
		// scipy.stats.t.interval(0.95, 4, loc=3, scale=scipy.stats.sem([1, 2, 3, 4, 5]))
		const of = meanInterval([1, 2, 3, 4, 5])!;
		expect(of.value).toBe(3);
		expect(of.low).toBeCloseTo(1.03676, 3);
		expect(of.high).toBeCloseTo(4.96324, 3);
		expect(of.n).toBe(5);
	});

	it('is very wide for two values, and none for one', () => {
		const { low, high } = meanInterval([0.01, 0.03])!;
		expect(low).toBeLessThan(-0.1);
		expect(high).toBeGreaterThan(0.14);
		expect(meanInterval([1])).toBeNull();
	});
});
