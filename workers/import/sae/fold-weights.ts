/** Rewriting weights so that what a library does around its matrices needs no doing at run time. */

/** Lengths of the rows of `W_dec [dSae, dIn]`; 1 for a row of zeros, which stays one. */
export function rowNorms(wDec: Float32Array, dIn: number): Float64Array {
	const norms = new Float64Array(wDec.length / dIn);
	for (let f = 0; f < norms.length; f++) {
		let square = 0;
		for (let i = f * dIn; i < (f + 1) * dIn; i++) square += wDec[i]! ** 2;
		norms[f] = Math.sqrt(square) || 1;
	}
	return norms;
}

/** Each of n columns of a row-major matrix (or each number of a vector) times its factor. */
export function scaleColumns(data: Float32Array, factors: ArrayLike<number>): Float32Array {
	return data.map((x, i) => x * factors[i % factors.length]!);
}

/** Each row of `[n, dIn]` over its divisor. */
export function divideRows(
	data: Float32Array,
	divisors: ArrayLike<number>,
	dIn: number
): Float32Array {
	return data.map((x, i) => x / divisors[Math.floor(i / dIn)]!);
}

export const scaleAll = (data: Float32Array, factor: number): Float32Array =>
	data.map((x) => x * factor);

/**
 * Activations counted in decoder rows of length 1: a·‖w‖ in place of a, w/‖w‖ in place of w. `W_enc`,
 * `b_enc` and `threshold` grow by ‖w‖; the reconstruction is the same.
 */
export function withUnitDecoderRows(
	weights: Record<string, Float32Array>,
	dIn: number
): Record<string, Float32Array> {
	const norms = rowNorms(weights.W_dec!, dIn);
	const grown = Object.entries(weights).filter(([name]) =>
		['W_enc', 'b_enc', 'threshold'].includes(name)
	);
	return {
		...weights,
		...Object.fromEntries(grown.map(([name, data]) => [name, scaleColumns(data, norms)])),
		W_dec: divideRows(weights.W_dec!, norms, dIn)
	};
}

/** For an SAE of activations times `factor`: takes the activations as they are. Its codes stay the same. */
export function withInputScale(
	weights: Record<string, Float32Array>,
	factor: number
): Record<string, Float32Array> {
	return {
		...weights,
		W_enc: scaleAll(weights.W_enc!, factor),
		W_dec: scaleAll(weights.W_dec!, 1 / factor),
		b_dec: scaleAll(weights.b_dec!, 1 / factor)
	};
}
