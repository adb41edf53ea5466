/** Intervals against every resample there is, against simulation, and under changes of unit. */
import { describe, expect, it } from 'vitest';
import {
	bootstrap,
	differenceInterval,
	meanInterval,
	ratioInterval,
	type Part
} from '../../../../src/core/math/interval';
import { normals } from '../../../../src/core/math/random';
import { Draws } from '../../../draws';

const draws = new Draws(55);
const parts = (n: number): Part[] =>
	draws.list(n, () => {
		const of = draws.integer(1, 9);
		return { hit: draws.integer(0, of), of };
	});
const scaled = (some: Part[], by: number): Part[] =>
	some.map(({ hit, of }) => ({ hit: by * hit, of }));

/** Every way to draw as many clusters as there are, as how often each is drawn. */
function* resamples(n: number): Generator<number[]> {
	for (let code = 0; code < n ** n; code++) {
		const times = new Array<number>(n).fill(0);
		for (let i = 0, rest = code; i < n; i++, rest = Math.floor(rest / n)) times[rest % n]!++;
		yield times;
	}
}

/** Values below which a share of all resamples lie, a little to each side of `q`. */
function around(values: number[], q: number): [number, number] {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (share: number) =>
		sorted[Math.max(0, Math.min(sorted.length - 1, Math.floor(share * sorted.length)))]!;
	// 2,000 draws leave a standard error of 0.0035 on a share of 0.025.
	return [at(q - 0.014), at(q + 0.014)];
}

describe('the ends of a bootstrap', () => {
	it('are those of all resamples that there are', () => {
		for (let trial = 0; trial < 8; trial++) {
			const some = parts(5);
			const rates = [...resamples(5)].map((times) => {
				const sum = (of: (part: Part) => number) =>
					some.reduce((total, part, i) => total + times[i]! * of(part), 0);
				return sum(({ hit }) => hit) / sum(({ of }) => of);
			});
			const found = ratioInterval(some, trial)!;
			for (const [end, q] of [
				[found.low, 0.025],
				[found.high, 0.975]
			] as const) {
				const [least, most] = around(rates, q);
				expect(end).toBeGreaterThanOrEqual(least - 1e-9);
				expect(end).toBeLessThanOrEqual(most + 1e-9);
			}
		}
	});

	it('hold the share of draws that the level says', () => {
		const values: number[] = [];
		const statistic = (times: Uint32Array) => {
			// Σ i² · times: hardly ever equal.
			const value = times.reduce((sum, n, i) => sum + n * i * i, 0);
			values.push(value);
			return value;
		};
		for (const level of [0.5, 0.8, 0.95]) {
			values.length = 0;
			const { low, high } = bootstrap(40, statistic, { draws: 4000, seed: 3, level })!;
			const within = values.filter((x) => x >= low && x <= high).length / 4000;
			expect(Math.abs(within - level)).toBeLessThan(0.01);
			const [under, over] = [values.filter((x) => x < low), values.filter((x) => x > high)];
			expect(Math.abs(under.length - over.length)).toBeLessThan(40);
		}
	});

	it('rest on 95 % of the draws unless a level is given', () => {
		const statistic = (times: Uint32Array) => times[0]! - times[1]! / 7;
		const options = { draws: 500, seed: 8 };
		expect(bootstrap(12, statistic, options)).toEqual(
			bootstrap(12, statistic, { ...options, level: 0.95 })
		);
	});

	it('are one number where only one draw has a value', () => {
		let asked = 0;
		const found = bootstrap(4, () => (asked++ === 6 ? 2.5 : null), { draws: 10, seed: 0 });
		expect(found).toEqual({ low: 2.5, high: 2.5, draws: 1, leftOut: 9 });
	});
});

describe('the interval of a rate', () => {
	it('scales with its unit and turns with its sign', () => {
		const some = parts(20);
		const found = ratioInterval(some, 5)!;
		const [tripled, turned] = [3, -1].map((by) => ratioInterval(scaled(some, by), 5)!);
		for (const end of ['value', 'low', 'high'] as const)
			expect(tripled![end]).toBeCloseTo(3 * found[end], 12);
		expect(turned!.low).toBeCloseTo(-found.high, 12);
		expect(turned!.high).toBeCloseTo(-found.low, 12);
	});

	it('weighs clusters by what they count, not each alike', () => {
		const found = ratioInterval(
			[
				{ hit: 90, of: 100 },
				{ hit: 0, of: 1 }
			],
			1
		)!;
		expect(found.value).toBeCloseTo(90 / 101, 12);
		expect(found.high).toBe(0.9);
	});

	it('may count in fractions, as a sum of weights does', () => {
		const some = [
			{ hit: 0.1, of: 0.2 },
			{ hit: 0, of: 0.3 }
		];
		expect(ratioInterval(some, 2)).toMatchObject({ value: 0.2, n: 0.5, clusters: 2 });
	});

	it('grows narrower as the root of the number of clusters', () => {
		const width = (n: number) => {
			const { low, high } = ratioInterval(parts(n), 4)!;
			return high - low;
		};
		expect(width(1600) / width(100)).toBeCloseTo(1 / 4, 1);
	});
});

describe('the interval of a difference', () => {
	it('turns round when the two change places', () => {
		const [a, b] = [parts(25), parts(25)];
		const [there, back] = [differenceInterval(a, b, 6)!, differenceInterval(b, a, 6)!];
		expect(back.value).toBeCloseTo(-there.value, 12);
		expect(back.low).toBeCloseTo(-there.high, 12);
		expect(back.high).toBeCloseTo(-there.low, 12);
		expect(back.n).toEqual(there.n.toReversed());
		expect(there.clusters).toBe(25);
	});

	it('is nothing between a rate and itself, to the last draw', () => {
		const a = parts(30);
		expect(differenceInterval(a, a, 9)).toMatchObject({ value: 0, low: 0, high: 0 });
	});

	it('is wider than either alone where the two have nothing to do with each other', () => {
		const [a, b] = [parts(200), parts(200)];
		const width = ({ low, high }: { low: number; high: number }) => high - low;
		const both = width(differenceInterval(a, b, 2)!);
		const alone = Math.hypot(width(ratioInterval(a, 2)!), width(ratioInterval(b, 2)!));
		expect(both / alone).toBeCloseTo(1, 1);
	});
});

describe('Student’s interval', () => {
	/** Share of Student's t distribution within ±t: ∫ (1 + x²/ν)^−(ν+1)/2, normed by itself. */
	function within(t: number, nu: number): number {
		// x = √ν tan φ makes it ∫ cos^(ν−1) φ, from 0 to its end at π/2.
		const integral = (end: number) => {
			const steps = 4000;
			let sum = 0;
			for (let i = 0; i <= steps; i++) {
				const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
				sum += weight * Math.cos((i * end) / steps) ** (nu - 1);
			}
			return (sum * end) / steps / 3;
		};
		return integral(Math.atan(t / Math.sqrt(nu))) / integral(Math.PI / 2);
	}

	it('reaches 95 % of its distribution for 2 to 31 values', () => {
		for (let n = 2; n <= 31; n++) {
			// Values whose standard error is 1 / √n: the reach times √n is t.
			const values = draws.list(n, () => draws.real(0, 1));
			const { value, high } = meanInterval(values)!;
			const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1));
			expect(within((high - value) / (spread / Math.sqrt(n)), n - 1)).toBeCloseTo(0.95, 4);
		}
	});

	it('stays at its last percentile beyond', () => {
		const values = draws.list(200, () => draws.real(0, 1));
		const { value, high } = meanInterval(values)!;
		const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - value) ** 2, 0) / 199);
		expect((high - value) / (spread / Math.sqrt(200))).toBeCloseTo(2.042, 9);
	});

	it('holds the mean 95 times in 100, even of three values', () => {
		const normal = normals(draws.uniform);
		for (const n of [3, 8]) {
			let held = 0;
			const trials = 4000;
			for (let trial = 0; trial < trials; trial++) {
				const { low, high } = meanInterval(draws.list(n, () => 10 + 3 * normal()))!;
				if (low <= 10 && 10 <= high) held++;
			}
			// The standard error of the share is 0.0034.
			expect(Math.abs(held / trials - 0.95)).toBeLessThan(0.014);
		}
	});

	it('is centred, and follows the unit of its values', () => {
		const values = draws.list(9, () => draws.real(-1, 1));
		const found = meanInterval(values)!;
		expect((found.low + found.high) / 2).toBeCloseTo(found.value, 12);
		const moved = meanInterval(values.map((x) => 100 - 2 * x))!;
		expect(moved.low).toBeCloseTo(100 - 2 * found.high, 9);
		expect(moved.high).toBeCloseTo(100 - 2 * found.low, 9);
		expect(meanInterval([])).toBeNull();
		expect(meanInterval([4, 4, 4])).toEqual({ value: 4, low: 4, high: 4, n: 3 });
	});
});
