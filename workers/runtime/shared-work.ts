/**
 * A piece of work for several threads at once, as onnxruntime shares a matrix product: each does an equal part, and all
 * wait for the last. Plain types and numbers, for both sides of it.
 */

/** Places in the shared memory, 32-bit integers. */
export const PLACES = {
	/** Counts up when there is work. */
	round: 0,
	/** How many helpers take part in this round: those of lower index. */
	helpers: 1,
	/** TimedThreads that have done their part of this round. */
	done: 2
} as const;

export const SHARED_BYTES = 4 * Object.keys(PLACES).length;

/** Looks at the shared memory before a thread goes to sleep, as many as onnxruntime's take: waking it up takes longer. */
export const AWAKE = 1 << 20;

const VALUES = 2048;
const PASSES = 80;

/**
 * Does one part: products of numbers that stay in the first cache, with sums that do not wait for each other, so that two
 * threads on one core gain as little as they do in a matrix product. About 0.07 ms.
 */
export function doPart(values: Float32Array): void {
	let [a, b, c, d] = [0, 0, 0, 0];
	for (let pass = 0; pass < PASSES; pass++)
		for (let i = 0; i < VALUES; i += 4) {
			a += values[i]! * values[i]!;
			b += values[i + 1]! * values[i + 1]!;
			c += values[i + 2]! * values[i + 2]!;
			d += values[i + 3]! * values[i + 3]!;
		}
	// Kept where nothing reads it: what is never used need not be computed.
	values[VALUES] = a + b + c + d;
}

/** What `doPart` reads, its code compiled. */
export function preparedValues(): Float32Array {
	const values = new Float32Array(VALUES + 1).fill(0.5);
	for (let i = 0; i < 20; i++) doPart(values);
	return values;
}
