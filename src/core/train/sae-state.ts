/** A TopK SAE while it learns: what is stored between two steps, and nothing else. */
import { normals, seeded } from '../math/random';
import { unitRows } from '../math/matrix';

/** Numbers that are learned, with Adam's running means of their gradient and of its square. */
export interface Parameter {
	value: Float32Array;
	first: Float32Array;
	second: Float32Array;
}

/**
 * Activations are multiplied by `scale` before anything else, so all of this is in units in which they lie about √d from
 * `centre`.
 */
export interface SaeState {
	d: number;
	features: number;
	k: number;
	scale: number;
	/** Steps so far. */
	steps: number;
	/** [features × d]: W_enc transposed, a row a feature. */
	encoder: Parameter;
	/** [features × d]: W_dec, rows of length 1. */
	decoder: Parameter;
	/** b_enc, [features]. */
	bias: Parameter;
	/** b_dec, [d]. */
	centre: Parameter;
	/** Tokens since each feature was last active, [features]. */
	silent: Float64Array;
}

const untouched = (value: Float32Array): Parameter => ({
	value,
	first: new Float32Array(value.length),
	second: new Float32Array(value.length)
});

/** An SAE that has learned nothing: random rows, the encoder tied to the decoder, no biases but the centre. */
export function newSaeState(
	{ features, k }: Pick<SaeState, 'features' | 'k'>,
	{ centre, scale }: { centre: Float32Array; scale: number },
	seed: number
): SaeState {
	const d = centre.length;
	const draw = normals(seeded(seed));
	const data = Float32Array.from({ length: features * d }, draw);
	const rows = unitRows({ rows: features, columns: d, data }).data;
	return {
		...{ d, features, k, scale, steps: 0 },
		encoder: untouched(rows.slice()),
		decoder: untouched(rows),
		bias: untouched(new Float32Array(features)),
		centre: untouched(centre.map((x) => x * scale)),
		silent: new Float64Array(features)
	};
}

/** The tensors of the same SAE for activations as they are, as SAELens names and shapes them. */
export interface SaeTensors {
	/** [d × features] */
	W_enc: Float32Array;
	/** [features × d], rows of length 1. */
	W_dec: Float32Array;
	b_enc: Float32Array;
	b_dec: Float32Array;
}

/** The scale moves into the biases, since rows and columns stay as long as they are. */
export function rawTensors({ d, features, scale, ...state }: SaeState): SaeTensors {
	const rows = state.encoder.value;
	const columns = new Float32Array(rows.length);
	for (let f = 0; f < features; f++)
		for (let i = 0; i < d; i++) columns[i * features + f] = rows[f * d + i]!;
	return {
		W_enc: columns,
		W_dec: state.decoder.value.slice(),
		b_enc: state.bias.value.map((b) => b / scale),
		b_dec: state.centre.value.map((b) => b / scale)
	};
}

/** Whether every number that matters is one: a run that overflowed is not to be stored. */
export const isSound = (state: SaeState): boolean =>
	[state.decoder, state.encoder, state.bias, state.centre].every(({ value }) =>
		value.every(Number.isFinite)
	);
