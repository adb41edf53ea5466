/** Rewriting weights so that what a library does around its matrices need not be done at run time. */

type Weights = Record<string, Float32Array>;

/** Norms of the rows of `W_dec [dSae, dIn]`; 1 for a row of zeros, so that it stays one. */
export function rowNorms(wDec: Float32Array, dIn: number): Float64Array {
	const norms = new Float64Array(wDec.length / dIn);
	for (let f = 0; f < norms.length; f++) {
		let square = 0;
		for (let i = f * dIn; i < (f + 1) * dIn; i++) square += wDec[i]! ** 2;
		norms[f] = Math.sqrt(square) || 1;
	}
	return norms;
}

/**
 * Activations measured along unit decoder rows: a·‖w‖ in place of a, w/‖w‖ in place of w. `W_enc`, `b_enc` and
 * `threshold` grow by ‖w‖, or of a gated SAE exp(`r_mag`) and `b_mag`; the reconstruction is the same.
 */
export function withUnitDecoderRows(weights: Weights, dIn: number): Weights {
	const norms = rowNorms(weights.W_dec!, dIn);
	const n = norms.length;
	const grow = weights.r_mag ? ['b_mag'] : ['W_enc', 'b_enc', 'threshold'];
	return {
		...Object.fromEntries(
			Object.entries(weights).map(([name, data]) => [
				name,
				grow.includes(name) ? data.map((x, i) => x * norms[i % n]!) : data
			])
		),
		...(weights.r_mag && { r_mag: weights.r_mag.map((r, f) => r + Math.log(norms[f]!)) }),
		W_dec: weights.W_dec!.map((x, i) => x / norms[Math.floor(i / dIn)]!)
	};
}

/** For an SAE of activations times `factor`: takes the activations as they are. Its codes stay the same. */
export function withInputScale(weights: Weights, factor: number): Weights {
	const by: Record<string, number> = { W_dec: 1 / factor, b_dec: 1 / factor };
	for (const encoder of ['W_enc', 'W_p', 'W_q']) by[encoder] = factor;
	return Object.fromEntries(
		Object.entries(weights).map(([name, data]) => {
			const scale = by[name];
			return [name, scale === undefined ? data : data.map((x) => x * scale)];
		})
	);
}
