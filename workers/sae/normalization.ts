/** SAELens' input normalisations, each with its inverse for the reconstruction, and one of our own (`centre`). */
import type { Normalization } from '../../src/core/sae/config';
import type { Graph, Value } from '../graph/graph';

interface InputNormalization {
	/** Adds the nodes that normalise `x` `[.., d]`. */
	apply(g: Graph, x: Value, d: number): Value;
	/** Brings the reconstruction `y` back to the scale of the activation `x`, both `[d]`. */
	undo(y: Float32Array, x: Float32Array): Float32Array;
	/** The same as nodes, `[.., d]`. */
	restore(g: Graph, y: Value, x: Value, d: number): Value;
}

export const INPUT_NORMALIZATIONS: Record<Normalization, InputNormalization> = {
	none: { apply: (_, x) => x, undo: (y) => y, restore: (_, y) => y },

	/** x − μ */
	centre: {
		apply: centred,
		undo(y, x) {
			const mu = mean(x);
			return y.map((v) => v + mu);
		},
		restore: (g, y, x) => g.op('Add', [y, overLast(g, x)])
	},

	/** (x − μ) / (σ + 1e-5) with σ unbiased, as SAELens and OpenAI's TopK SAEs do it. */
	layer_norm: {
		apply(g, x, d) {
			const around = centred(g, x);
			const unbiased = g.op('Mul', [meanSquare(g, around), scalar(g, d / (d - 1))]);
			const sigma = g.op('Add', [g.op('Sqrt', [unbiased]), scalar(g, 1e-5)]);
			return g.op('Div', [around, sigma]);
		},
		undo(y, x) {
			const mu = mean(x);
			const sigma = Math.sqrt(x.reduce((s, v) => s + (v - mu) ** 2, 0) / (x.length - 1));
			return y.map((v) => v * sigma + mu);
		},
		restore(g, y, x, d) {
			const unbiased = g.op('Mul', [meanSquare(g, centred(g, x)), scalar(g, d / (d - 1))]);
			const scaled = g.op('Mul', [y, g.op('Sqrt', [unbiased])]);
			return g.op('Add', [scaled, overLast(g, x)]);
		}
	},

	/** x · √d / ‖x‖ */
	constant_norm_rescale: {
		apply(g, x, d) {
			const norm = g.op('Sqrt', [g.op('Mul', [meanSquare(g, x), scalar(g, d)])]);
			return g.op('Div', [g.op('Mul', [x, scalar(g, Math.sqrt(d))]), norm]);
		},
		undo(y, x) {
			const norm = Math.sqrt(x.reduce((s, v) => s + v * v, 0));
			return y.map((v) => (v * norm) / Math.sqrt(x.length));
		},
		// ‖x‖ / √d is the root of the mean square.
		restore: (g, y, x) => g.op('Mul', [y, g.op('Sqrt', [meanSquare(g, x)])])
	}
};

const scalar = (g: Graph, value: number) => g.constant(Float32Array.of(value), [1]);

const overLast = (g: Graph, x: Value) => g.op('ReduceMean', [x], { axes: [-1], keepdims: 1 });

const meanSquare = (g: Graph, x: Value) => overLast(g, g.op('Mul', [x, x]));

function centred(g: Graph, x: Value): Value {
	return g.op('Sub', [x, overLast(g, x)]);
}

const mean = (x: Float32Array) => x.reduce((s, v) => s + v, 0) / x.length;
