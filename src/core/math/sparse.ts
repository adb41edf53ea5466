/** Sparse codes of many tokens, by token and by feature. */

/** Row t is `offsets[t] .. offsets[t + 1]`. */
export interface SparseRows {
	/** [rows + 1] */
	offsets: Uint32Array;
	/** [nnz] */
	features: Uint32Array;
	/** [nnz] */
	activations: Float32Array;
}

/** Feature f is `offsets[f] .. offsets[f + 1]`, its tokens in rising order. */
export interface SparseColumns {
	/** [features + 1] */
	offsets: Uint32Array;
	/** [nnz] */
	tokens: Uint32Array;
	/** [nnz] */
	activations: Float32Array;
}

/** Rows of several codes one after another. */
export function joined(parts: SparseRows[]): SparseRows {
	const rows = parts.reduce((n, part) => n + part.offsets.length - 1, 0);
	const nnz = parts.reduce((n, part) => n + part.features.length, 0);
	const out = {
		offsets: new Uint32Array(rows + 1),
		features: new Uint32Array(nnz),
		activations: new Float32Array(nnz)
	};
	let [row, at] = [0, 0];
	for (const { offsets, features, activations } of parts) {
		for (let t = 1; t < offsets.length; t++) out.offsets[++row] = at + offsets[t]!;
		out.features.set(features, at);
		out.activations.set(activations, at);
		at += features.length;
	}
	return out;
}

/** Activation of a feature in a row; 0 where it is silent. */
export function activationAt(codes: SparseRows, row: number, feature: number): number {
	for (let i = codes.offsets[row]!; i < codes.offsets[row + 1]!; i++)
		if (codes.features[i] === feature) return codes.activations[i]!;
	return 0;
}

/** The same codes by feature. */
export function byFeature(codes: SparseRows, features: number): SparseColumns {
	const offsets = new Uint32Array(features + 1);
	for (const f of codes.features) offsets[f + 1]!++;
	for (let f = 0; f < features; f++) offsets[f + 1]! += offsets[f]!;
	const next = offsets.slice();
	const tokens = new Uint32Array(codes.features.length);
	const activations = new Float32Array(codes.features.length);
	for (let t = 0; t + 1 < codes.offsets.length; t++)
		for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
			const at = next[codes.features[i]!]!++;
			tokens[at] = t;
			activations[at] = codes.activations[i]!;
		}
	return { offsets, tokens, activations };
}
