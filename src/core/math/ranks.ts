/** Statistics of order: a test of two samples, many tests at once, and correlations. */
import { twoSided } from './normal';

export interface MannWhitney {
	/** U of the first sample: pairs in which its value is the larger, ties half. */
	u: number;
	/** Above 0 where the first sample tends to be larger; corrected for ties and continuity. */
	z: number;
	/** Two-sided. */
	p: number;
	/** Probability that a random value of the first exceeds one of the second, ties half. */
	effect: number;
	/** Sizes of the samples. */
	n: [number, number];
}

/**
 * Mann and Whitney's U test (1947) by its normal approximation with tie and continuity correction:
 * SciPy's `mannwhitneyu` with `method="asymptotic"`. It is meant for samples of more than eight values.
 * Where one is empty or all values are equal nothing can be told apart: effect 0.5, z 0, p 1.
 * p stays exact down to 1e-300 and is 0 from |z| = 38.6 on. Infinite values have their place in the
 * order. Throws a RangeError for NaN, which has none.
 */
export function mannWhitney(a: ArrayLike<number>, b: ArrayLike<number>): MannWhitney {
	const [x, y] = [sorted(a), sorted(b)];
	const n: [number, number] = [x.length, y.length];
	const pairs = x.length * y.length;
	const { u, ties } = merged(x, y);
	if (pairs === 0) return { u, z: 0, p: 1, effect: 0.5, n };
	const all = x.length + y.length;
	const low = Math.min(x[0]!, y[0]!);
	// Rounding could leave a spread where there is none, so equality is asked for by itself.
	if (low === Math.max(x.at(-1)!, y.at(-1)!)) return { u, z: 0, p: 1, effect: 0.5, n };
	const spread = Math.sqrt((pairs / 12) * (all + 1 - ties / (all * (all - 1))));
	const off = u - pairs / 2;
	const z = (Math.sign(off) * Math.max(0, Math.abs(off) - 0.5)) / spread;
	return { u, z, p: twoSided(z), effect: u / pairs, n };
}

function sorted(values: ArrayLike<number>): Float64Array {
	const out = new Float64Array(values).sort();
	// Typed arrays sort NaN behind everything.
	if (Number.isNaN(out.at(-1))) throw new RangeError('A value is not a number.');
	return out;
}

/** U of the first of two sorted samples, and Σ t³ − t over the groups of t equal values of both. */
function merged(x: Float64Array, y: Float64Array): { u: number; ties: number } {
	let [u, ties, i, j] = [0, 0, 0, 0];
	while (i < x.length || j < y.length) {
		const value = j === y.length || x[i]! < y[j]! ? x[i]! : y[j]!;
		const [fromX, fromY] = [i, j];
		while (x[i] === value) i++;
		while (y[j] === value) j++;
		const t = i - fromX + j - fromY;
		u += (i - fromX) * (fromY + (j - fromY) / 2);
		ties += t * (t * t - 1);
	}
	return { u, ties };
}

/**
 * p-values adjusted for having made all these tests (Holm 1979): each is the least family-wise
 * error at which it would be rejected. In the order given, at most 1, never below its own p.
 * Throws a RangeError for what is no probability.
 */
export function holm(p: ArrayLike<number>): number[] {
	const given = Array.from(p);
	if (!given.every((x) => x >= 0 && x <= 1)) throw new RangeError('A p-value is not in 0 to 1.');
	const order = given.map((_, i) => i).sort((i, j) => given[i]! - given[j]!);
	const out = new Array<number>(given.length);
	let least = 0;
	order.forEach((index, rank) => {
		least = Math.max(least, Math.min(1, (given.length - rank) * given[index]!));
		out[index] = least;
	});
	return out;
}

/**
 * Pearson's correlation, −1 to 1; null where it has no meaning: fewer than two pairs, a side that is
 * constant, values that are not finite. Throws a RangeError when the sides differ in length.
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
	if (a.length !== b.length) throw new RangeError('The two sides differ in length.');
	const [x, y] = [centred(a), centred(b)];
	if (!x || !y) return null;
	let [product, left, right] = [0, 0, 0];
	for (let i = 0; i < x.length; i++) {
		product += x[i]! * y[i]!;
		left += x[i]! * x[i]!;
		right += y[i]! * y[i]!;
	}
	return Math.max(-1, Math.min(1, product / Math.sqrt(left * right)));
}

/**
 * Spearman's correlation: Pearson's of the ranks, equal values sharing their mean rank. Infinite
 * values have a rank; NaN has none and makes it null.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
	return pearson(ranks(a), ranks(b));
}

/** Values less their mean, the farthest brought to ±1; null when they do not vary. */
function centred(values: ArrayLike<number>): Float64Array | null {
	const x = new Float64Array(values);
	// The mean of equal values may miss them by a rounding error, which must not count as variation.
	if (x.every((value) => value === x[0])) return null;
	const mean = x.reduce((sum, value) => sum + value / x.length, 0);
	let far = 0;
	for (let i = 0; i < x.length; i++) far = Math.max(far, Math.abs((x[i]! -= mean)));
	return Number.isFinite(far) && far > 0 ? x.map((value) => value / far) : null;
}

/** Mean ranks from 0; NaN, which has none, stays NaN. */
function ranks(values: ArrayLike<number>): Float64Array {
	const x = new Float64Array(values);
	const order = x.toSorted();
	return x.map((value) =>
		Number.isNaN(value)
			? NaN
			: (first(order, (other) => other >= value) + first(order, (other) => other > value) - 1) / 2
	);
}

/** Index of the first value that passes, in an order where all behind it pass too. */
function first(order: Float64Array, passes: (value: number) => boolean): number {
	let [low, high] = [0, order.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (passes(order[middle]!)) high = middle;
		else low = middle + 1;
	}
	return low;
}
