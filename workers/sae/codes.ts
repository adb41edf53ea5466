/** Sparse codes from the outputs of an encoder's graph. */
import type { SparseRows } from '../../src/core/math/sparse';

/** Codes of some tokens, strongest first, all > 0. */
export type Codes = SparseRows;

/** From the k largest activations of each token, strongest first, and their features: `[tokens × k]` each. */
export function codesFromTop(values: Float32Array, features: Int32Array, tokens: number): Codes {
	const k = values.length / tokens;
	return codesOf(tokens, (t, add) => {
		for (let i = t * k; i < (t + 1) * k && values[i]! > 0; i++) add(features[i]!, values[i]!);
	});
}

/** From the activations of all features, `[tokens × features]`. */
export function codesFromDense(all: Float32Array, tokens: number): Codes {
	const width = all.length / tokens;
	return codesOf(tokens, (t, add) => {
		const row = all.subarray(t * width, (t + 1) * width);
		const active: number[] = [];
		for (let f = 0; f < width; f++) if (row[f]! > 0) active.push(f);
		active.sort((a, b) => row[b]! - row[a]! || a - b);
		for (const f of active) add(f, row[f]!);
	});
}

function codesOf(
	tokens: number,
	visit: (t: number, add: (feature: number, activation: number) => void) => void
): Codes {
	const offsets = new Uint32Array(tokens + 1);
	const features: number[] = [];
	const activations: number[] = [];
	const add = (feature: number, activation: number) => {
		features.push(feature);
		activations.push(activation);
	};
	for (let t = 0; t < tokens; t++) {
		visit(t, add);
		offsets[t + 1] = features.length;
	}
	return {
		offsets,
		features: Uint32Array.from(features),
		activations: Float32Array.from(activations)
	};
}
