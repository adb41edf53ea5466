/**
 * How far a measured number can be trusted: percentile intervals from a bootstrap that resamples whole
 * clusters (Efron 1979; Field and Welsh 2007). The tokens of one text are alike, so that it is texts
 * that are drawn, not tokens. With few clusters such an interval is too narrow: of rates that vary
 * between texts a nominal 95 % held 90 % of the time with 10 texts, 93 % with 20, 94 % with 40, 95 %
 * with 80.
 */
import { quantile } from './quantile';
import { seeded } from './random';

export interface Interval {
	low: number;
	high: number;
	/** Draws that gave a number, on which the interval rests. */
	draws: number;
	/** Draws in which the statistic had no value. */
	leftOut: number;
}

export interface BootstrapOptions {
	draws: number;
	seed: number;
	/** Share of the draws between the two ends; 0.95 unless said otherwise. */
	level?: number;
}

/** What one cluster adds to a rate: `hit` of `of`. A mean, where `hit` is a sum over `of` values. */
export interface Part {
	hit: number;
	of: number;
}

/** Enough for the ends of a 95 % interval to rest on 50 draws each. */
const DRAWS = 2000;

/**
 * The interval of a statistic of `clusters` clusters, drawn with replacement. `statistic` gets how
 * often each cluster was drawn, `[clusters]`, in an array that is used again for the next draw, and
 * gives null where it has no value. Null when no draw has one, as without clusters. Throws a
 * RangeError for counts that are none and for a level outside 0 to 1.
 */
export function bootstrap(
	clusters: number,
	statistic: (times: Uint32Array) => number | null,
	{ draws, seed, level = 0.95 }: BootstrapOptions
): Interval | null {
	if (!Number.isInteger(clusters) || clusters < 0 || !Number.isInteger(draws) || draws < 1)
		throw new RangeError('A bootstrap takes a number of clusters and at least one draw.');
	if (!(level > 0 && level < 1)) throw new RangeError('A level lies between 0 and 1.');
	if (clusters === 0) return null;
	const uniform = seeded(seed);
	const times = new Uint32Array(clusters);
	const found = new Float64Array(draws);
	let n = 0;
	for (let draw = 0; draw < draws; draw++) {
		times.fill(0);
		for (let i = 0; i < clusters; i++) times[Math.floor(uniform() * clusters)]!++;
		const value = statistic(times);
		if (value !== null) found[n++] = value;
	}
	if (n === 0) return null;
	const sorted = found.subarray(0, n).sort();
	const tail = (1 - level) / 2;
	return {
		low: quantile(sorted, tail),
		high: quantile(sorted, 1 - tail),
		draws: n,
		leftOut: draws - n
	};
}

/**
 * A rate with its 95 % interval over clusters: Σ hit / Σ of. Clusters in which nothing was to be
 * counted are drawn too, as they would be in another sample. Null where there is nothing to count.
 * An interval has no width where every cluster has the same rate, as with no hit at all: `n` is then
 * what tells how much was seen.
 */
export function ratioInterval(
	perCluster: readonly Part[],
	seed: number
): { value: number; low: number; high: number; n: number; clusters: number } | null {
	const sums = sumsOf(perCluster);
	const interval = bootstrap(perCluster.length, (times) => rate(sums, times), {
		draws: DRAWS,
		seed
	});
	const value = rate(sums, null);
	if (value === null || !interval) return null;
	const { low, high } = interval;
	return { value, low, high, n: total(sums.of, null), clusters: perCluster.length };
}

/**
 * The rate of `a` less that of `b` with its 95 % interval, both measured on the same clusters, which
 * are drawn for both at once: what a text does to both rates falls out. Null where one of them has
 * nothing to count. Throws a RangeError when the two differ in length.
 */
export function differenceInterval(
	a: readonly Part[],
	b: readonly Part[],
	seed: number
): { value: number; low: number; high: number; n: [number, number]; clusters: number } | null {
	if (a.length !== b.length) throw new RangeError('The two rates stand on different clusters.');
	const [x, y] = [sumsOf(a), sumsOf(b)];
	const difference = (times: Uint32Array | null) => {
		const [left, right] = [rate(x, times), rate(y, times)];
		return left === null || right === null ? null : left - right;
	};
	const interval = bootstrap(a.length, difference, { draws: DRAWS, seed });
	const value = difference(null);
	if (value === null || !interval) return null;
	const { low, high } = interval;
	return { value, low, high, n: [total(x.of, null), total(y.of, null)], clusters: a.length };
}

/** Student's 97.5th percentiles for 1 to 30 degrees of freedom. */
const STUDENT = [
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
	2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
	2.045, 2.042
];

/**
 * A mean with its 95 % interval by Student's t: for so few values that a bootstrap would be far too narrow. Null for
 * fewer than two. Beyond 31 values it is slightly too wide.
 */
export function meanInterval(
	values: readonly number[]
): { value: number; low: number; high: number; n: number } | null {
	const n = values.length;
	if (n < 2) return null;
	const value = values.reduce((a, b) => a + b, 0) / n;
	const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1);
	const reach = STUDENT[Math.min(n - 1, STUDENT.length) - 1]! * Math.sqrt(variance / n);
	return { value, low: value - reach, high: value + reach, n };
}

interface Sums {
	/** By cluster. */
	hit: Float64Array;
	of: Float64Array;
}

const sumsOf = (parts: readonly Part[]): Sums => ({
	hit: Float64Array.from(parts, (part) => part.hit),
	of: Float64Array.from(parts, (part) => part.of)
});

/** Every cluster once where `times` is null. */
function rate({ hit, of }: Sums, times: Uint32Array | null): number | null {
	const all = total(of, times);
	return all > 0 ? total(hit, times) / all : null;
}

function total(values: Float64Array, times: Uint32Array | null): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += values[i]! * (times ? times[i]! : 1);
	return sum;
}
