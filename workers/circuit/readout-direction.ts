/** A logit as a linear function of the stream: the unembedding seen through the final norm at a frozen scale. */
import { dot } from '../../src/core/math/dot';
import type { Workbench } from '../packs/open-pack';

export interface LogitDirection {
	/** `[dModel]`: its product with a vector is what that vector adds to the logit. */
	vector: Float64Array;
	/** What the norm's own bias adds. */
	bias: number;
}

/**
 * Of the logit of `token`, for the stream `x` `[dModel]` after the last layer: the norm's scale is that of `x`. Where the
 * model caps its logits, cap · tanh(z / cap), the cap's factor tanh(u) / u is frozen too, so that the product with `x` is the logit.
 */
export function logitDirection(bench: Workbench, x: Float32Array, token: number): LogitDirection {
	const { norm, softcap } = bench.model.architecture.readout(bench.model.config);
	const gain = bench.finalGain;
	const isCentred = norm.bias !== undefined;
	const shift = norm.bias === undefined ? null : bench.model.weights.read(norm.bias).data;
	const u = bench.unembedding;
	const d = x.length;
	const mean = isCentred ? sum(x) / d : 0;
	let squares = 0;
	for (const value of x) squares += (value - mean) ** 2;
	const scale = 1 / Math.sqrt(squares / d + norm.epsilon);
	const vector = new Float64Array(d);
	let bias = 0;
	for (let c = 0; c < d; c++) {
		const weight = u.data[token * d + c]!;
		vector[c] = scale * gain[c]! * weight;
		if (shift) bias += shift[c]! * weight;
	}
	if (isCentred) {
		const middle = sum(vector) / d;
		for (let c = 0; c < d; c++) vector[c]! -= middle;
	}
	if (softcap === null) return { vector, bias };
	const z = (dot(vector, x) + bias) / softcap;
	const factor = z === 0 ? 1 : Math.tanh(z) / z;
	return { vector: vector.map((v) => v * factor), bias: bias * factor };
}

/** The direction of one logit less another. */
export function less(one: LogitDirection, other: LogitDirection): LogitDirection {
	const vector = one.vector.map((v, c) => v - other.vector[c]!);
	return { vector, bias: one.bias - other.bias };
}

const sum = (x: ArrayLike<number>): number => {
	let total = 0;
	for (let c = 0; c < x.length; c++) total += x[c]!;
	return total;
};
