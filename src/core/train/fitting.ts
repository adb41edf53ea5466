/** Where activations lie: what an SAE begins with. */

const STEPS = 60;
/** Steps end when the point moves by less than this share of the mean distance. */
const STILL = 1e-5;

/**
 * The point with the least sum of distances to the rows of `x` `[n × d]`, by Weiszfeld's iteration from their mean. One far
 * row pulls it no more than any other, which the mean cannot say of itself.
 */
export function geometricMedian(x: Float32Array, d: number): Float32Array {
	const n = x.length / d;
	let point = meanOfRows(x, d);
	for (let step = 0; step < STEPS; step++) {
		const next = new Float64Array(d);
		let [weights, distances] = [0, 0];
		for (let t = 0; t < n; t++) {
			const away = distance(x, t * d, point);
			const weight = 1 / Math.max(away, 1e-12);
			weights += weight;
			distances += away;
			for (let i = 0; i < d; i++) next[i]! += weight * x[t * d + i]!;
		}
		for (let i = 0; i < d; i++) next[i]! /= weights;
		const moved = Math.hypot(...next.map((v, i) => v - point[i]!));
		point = next;
		if (moved <= (STILL * distances) / n) break;
	}
	return Float32Array.from(point);
}

/** The mean of the rows of `x`, `[d]`. */
export function meanOfRows(x: Float32Array, d: number): Float64Array {
	const sums = new Float64Array(d);
	for (let i = 0; i < x.length; i++) sums[i % d]! += x[i]!;
	return sums.map((sum) => (sum * d) / x.length);
}

/** What activations are multiplied by so that the median of their distances from `centre` is √d. */
export function scaleAround(x: Float32Array, centre: Float32Array): number {
	const d = centre.length;
	const distances = Float64Array.from({ length: x.length / d }, (_, t) =>
		distance(x, t * d, centre)
	).sort();
	return Math.sqrt(d) / distances[distances.length >> 1]!;
}

function distance(x: Float32Array, at: number, from: ArrayLike<number>): number {
	let square = 0;
	for (let i = 0; i < from.length; i++) {
		const difference = x[at + i]! - from[i]!;
		square += difference * difference;
	}
	return Math.sqrt(square);
}
