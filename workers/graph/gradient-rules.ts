/** For each operator the product of a vector with its Jacobian (https://onnx.ai/onnx/operators/, and onnxruntime's own). */
import type { Graph, GraphNode, Value } from './graph';

export interface Passed {
	/** One for each input; null where none is needed or known. */
	into: (Value | null)[];
	/** What an output of the node itself gains beside what has reached it. */
	sums?: [Value, Value][];
}

/** `outputs`: the gradient of each output, null where none has come; `moves`: which inputs need one. */
export type Rule = (
	g: Graph,
	node: GraphNode,
	outputs: (Value | null)[],
	moves: boolean[]
) => Passed;

const numbers = (g: Graph, ...values: number[]): Value =>
	g.constant(Float32Array.from(values), [values.length]);

/** A chain of products. */
const times = (g: Graph, ...factors: Value[]): Value =>
	factors.reduce((a, b) => g.op('Mul', [a, b]));
const plus = (g: Graph, ...terms: Value[]): Value => terms.reduce((a, b) => g.op('Add', [a, b]));
const minus = (g: Graph, a: Value, b: Value): Value => g.op('Sub', [a, b]);

const mean = (g: Graph, x: Value): Value => g.op('ReduceMean', [x], { axes: [-1], keepdims: 1 });

/** Summed over the axes along which `x`, of the same rank, was repeated. */
function asWideAs(g: Graph, gradient: Value, x: Value): Value {
	const same = g.op('Equal', [g.op('Shape', [gradient]), g.op('Shape', [x])]);
	const axes = g.op('Reshape', [g.op('NonZero', [g.op('Not', [same])]), g.integers(-1)]);
	return g.op('ReduceSum', [gradient, axes], { keepdims: 1, noop_with_empty_axes: 1 });
}

/** A rule for an operator of one input and one output. */
const unary =
	(derivative: (g: Graph, x: Value, y: Value, node: GraphNode) => Value): Rule =>
	(g, node, [out]) => ({
		into: [times(g, out!, derivative(g, node.inputs[0]!, node.outputs[0]!, node))]
	});

/** A rule for an operator whose output is its input in another form. */
const reshaped =
	(back: (g: Graph, gradient: Value, node: GraphNode) => Value): Rule =>
	(g, node, [out]) => ({ into: [back(g, out!, node)] });

const asBefore = reshaped((g, gradient, node) =>
	g.op('Reshape', [gradient, g.op('Shape', [node.inputs[0]!])])
);

/** What a norm passes on to `x`, the last axis of which it normalises. */
function throughNorm(
	g: Graph,
	x: Value,
	gradient: Value,
	gain: Value,
	node: GraphNode,
	isCentred: boolean,
	isFrozen: boolean
): Value {
	const epsilon = (node.attributes.epsilon as { float: number }).float;
	const around = isCentred ? minus(g, x, mean(g, x)) : x;
	const variance = mean(g, times(g, around, around));
	const rate = g.op('Reciprocal', [g.op('Sqrt', [plus(g, variance, numbers(g, epsilon))])]);
	const normed = times(g, around, rate);
	const inner = times(g, gradient, gain);
	const level = isCentred ? minus(g, inner, mean(g, inner)) : inner;
	if (isFrozen) return times(g, level, rate);
	const along = times(g, normed, mean(g, times(g, inner, normed)));
	return times(g, minus(g, level, along), rate);
}

const norm =
	(isCentred: boolean, isFrozen = false): Rule =>
	(g, node, [out]) => ({
		into: [throughNorm(g, node.inputs[0]!, out!, node.inputs[1]!, node, isCentred, isFrozen)]
	});

/** (h, out, gain, [beta], [bias]) → normed, -, -, h + out + bias; the sum is a value that others read, too. */
const addAndNorm =
	(isCentred: boolean, isFrozen = false): Rule =>
	(g, node, [normed, , , sum]) => {
		const total = node.outputs[3]!;
		const through =
			normed === null || normed === undefined
				? null
				: throughNorm(g, total, normed, node.inputs[2]!, node, isCentred, isFrozen);
		const whole = through === null ? sum! : sum ? plus(g, sum, through) : through;
		return {
			into: [whole, whole],
			sums: through === null ? [] : [[total, through]]
		};
	};

/** σ(x) + x·σ'(x) of x·σ(αx) */
function swish(g: Graph, x: Value, node: GraphNode): Value {
	const { float: alpha } = node.attributes.alpha as { float: number };
	const on = g.op('Sigmoid', [times(g, x, numbers(g, alpha))]);
	const slope = times(g, on, minus(g, numbers(g, 1), on), x, numbers(g, alpha));
	return plus(g, on, slope);
}

function tanhGelu(g: Graph, x: Value): Value {
	const k = Math.sqrt(2 / Math.PI);
	const squared = times(g, x, x);
	const inner = times(g, x, plus(g, numbers(g, k), times(g, squared, numbers(g, 0.044715 * k))));
	const t = g.op('Tanh', [inner]);
	const slope = plus(g, numbers(g, k), times(g, squared, numbers(g, 3 * 0.044715 * k)));
	const rise = times(g, minus(g, numbers(g, 1), times(g, t, t)), slope, x);
	return times(g, plus(g, numbers(g, 1), t, rise), numbers(g, 0.5));
}

function exactGelu(g: Graph, x: Value): Value {
	const below = g.op('Erf', [times(g, x, numbers(g, Math.SQRT1_2))]);
	const density = g.op('Exp', [times(g, x, x, numbers(g, -0.5))]);
	const share = times(g, plus(g, below, numbers(g, 1)), numbers(g, 0.5));
	return plus(g, share, times(g, x, density, numbers(g, 1 / Math.sqrt(2 * Math.PI))));
}

const isAbove0 = (g: Graph, x: Value): Value =>
	g.op('Cast', [g.op('Greater', [x, numbers(g, 0)])], { to: 1 });

/** Sizes along an axis, `[1]`. */
const sizeAlong = (g: Graph, x: Value, axis: number): Value =>
	g.op('Gather', [g.op('Shape', [x]), g.integers(axis)], { axis: 0 });

export const RULES: Record<string, Rule> = {
	Identity: (_, __, [out]) => ({ into: [out!] }),
	Add: (g, { inputs }, [out], [a, b]) => ({
		into: a && b ? inputs.map((x) => asWideAs(g, out!, x)) : [out!, out!]
	}),
	Sub: (g, { inputs: [x, y] }, [out], [a, b]) => {
		const both = a && b;
		return {
			into: [
				a ? (both ? asWideAs(g, out!, x!) : out!) : null,
				b ? g.op('Neg', [both ? asWideAs(g, out!, y!) : out!]) : null
			]
		};
	},
	Mul: (g, { inputs: [x, y] }, [out], [a, b]) => {
		const into = (other: Value, own: Value) => {
			const product = times(g, out!, other);
			return a && b ? asWideAs(g, product, own) : product;
		};
		return { into: [a ? into(y!, x!) : null, b ? into(x!, y!) : null] };
	},
	Div: (g, { inputs: [x, y], outputs: [z] }, [out], [a, b]) => {
		const upper = g.op('Div', [out!, y!]);
		const lower = () => g.op('Neg', [times(g, upper, z!)]);
		return {
			into: [
				a ? (b ? asWideAs(g, upper, x!) : upper) : null,
				b ? (a ? asWideAs(g, lower(), y!) : lower()) : null
			]
		};
	},
	MatMul: (g, { inputs: [x, y] }, [out], [a, b]) => ({
		into: [
			a ? g.op('FusedMatMul', [out!, y!], { transB: 1 }) : null,
			b ? asWideAs(g, g.op('FusedMatMul', [x!, out!], { transA: 1 }), y!) : null
		]
	}),
	Where: (g, { inputs: [on, x, y] }, [out], [, a, b]) => {
		const zero = numbers(g, 0);
		return {
			into: [
				null,
				a ? asWideAs(g, g.op('Where', [on!, out!, zero]), x!) : null,
				b ? asWideAs(g, g.op('Where', [on!, zero, out!]), y!) : null
			]
		};
	},
	Relu: unary((g, x) => isAbove0(g, x)),
	Tanh: unary((g, _, y) => minus(g, numbers(g, 1), times(g, y, y))),
	// 0 where the root is 0: what lies there is switched off.
	Sqrt: unary((g, _, y) => {
		const rate = g.op('Div', [numbers(g, 0.5), g.op('Max', [y, numbers(g, 1e-12)])]);
		return times(g, rate, isAbove0(g, y));
	}),
	QuickGelu: unary((g, x, _, node) => swish(g, x, node)),
	FastGelu: unary((g, x) => tanhGelu(g, x)),
	Gelu: unary((g, x) => exactGelu(g, x)),
	Softmax: (g, { outputs: [y] }, [out]) => {
		const weighted = times(g, out!, y!);
		const sum = g.op('ReduceSum', [weighted, g.integers(-1)], { keepdims: 1 });
		return { into: [minus(g, weighted, times(g, y!, sum))] };
	},
	ReduceMean: (g, { inputs: [x] }, [out]) => {
		const size = g.op('Cast', [sizeAlong(g, x!, -1)], { to: 1 });
		return { into: [g.op('Expand', [g.op('Div', [out!, size]), g.op('Shape', [x!])])] };
	},
	// Only the last of the rows along axis 1 is ever gathered.
	Gather: (g, { inputs: [x] }, [out]) => {
		const before = minus(g, sizeAlong(g, x!, 1), g.integers(1));
		const none = g.integers(0);
		const pads = g.op('Concat', [none, before, none, none, none, none], { axis: 0 });
		return { into: [g.op('Pad', [out!, pads]), null] };
	},
	SimplifiedLayerNormalization: norm(false),
	LayerNormalization: norm(true),
	SkipSimplifiedLayerNormalization: addAndNorm(false),
	SkipLayerNormalization: addAndNorm(true),
	// A rotation's transpose is the rotation the other way.
	RotaryEmbedding: (g, { inputs: [, places, cos, sin] }, [out]) => ({
		into: [g.op('RotaryEmbedding', [out!, places!, cos!, g.op('Neg', [sin!])])]
	}),
	Reshape: asBefore,
	Unsqueeze: asBefore,
	Squeeze: asBefore,
	Transpose: reshaped((g, gradient, { attributes }) => {
		const perm = attributes.perm as number[];
		return g.op('Transpose', [gradient], { perm: perm.map((_, i) => perm.indexOf(i)) });
	}),
	Split: (g, { inputs: [x], outputs, attributes }, gradients) => {
		const parts = gradients.map((gradient, i) => gradient ?? times(g, outputs[i]!, numbers(g, 0)));
		const axis = attributes.axis as number;
		return { into: [x && parts.length > 1 ? g.op('Concat', parts, { axis }) : parts[0]!] };
	},
	Concat: (g, { inputs, attributes }, [out], moves) => {
		const axis = attributes.axis as number;
		let start = g.integers(0);
		const into = inputs.map((x, i) => {
			const end = plus(g, start, sizeAlong(g, x, axis));
			const own = moves[i] ? g.op('Slice', [out!, start, end, g.integers(axis)]) : null;
			start = end;
			return own;
		});
		return { into };
	}
};

/** y / x of an activation, as if it were a number that x is multiplied by; 0 at 0, where y is 0 too. */
const asGate: Rule = (g, { inputs: [x], outputs: [y] }, [out]) => {
	const isZero = g.op('Equal', [x!, numbers(g, 0)]);
	const below = g.op('Where', [isZero, numbers(g, 1), x!]);
	return { into: [times(g, out!, g.op('Div', [y!, below]))] };
};

const GATES = ['Relu', 'QuickGelu', 'FastGelu', 'Gelu'];
const nothing: Rule = (_, { inputs }) => ({ into: inputs.map(() => null) });

/**
 * The same where attention's shares, the scales of norms and the gates of the MLP are numbers that do not move: what is left is
 * linear. Of a product of a gate with something else, the gate does not move.
 */
export const FROZEN_RULES: Record<string, Rule> = {
	...RULES,
	...Object.fromEntries(GATES.map((type) => [type, asGate])),
	Softmax: nothing,
	Sqrt: nothing,
	SimplifiedLayerNormalization: norm(false, true),
	LayerNormalization: norm(true, true),
	SkipSimplifiedLayerNormalization: addAndNorm(false, true),
	SkipLayerNormalization: addAndNorm(true, true),
	Mul: (g, node, outputs, moves) => {
		const isGate = node.inputs.map((value) =>
			g.nodes.some(({ type, outputs }) => GATES.includes(type) && outputs.includes(value))
		);
		const other = moves.map((moving, i) => moving && !(isGate[i] && moves[1 - i]));
		const { into } = RULES.Mul!(g, node, outputs, other);
		return { into: into.map((gradient, i) => (other[i] ? gradient : null)) };
	}
};
