/**
 * The encoder of a sparse autoencoder as ONNX nodes: standard (ReLU), TopK, JumpReLU and gated, with
 * SAELens' input options, and KronSAE's TopK over pairs (https://arxiv.org/abs/2505.22255). The decoder
 * stays outside: sparse codes times rows of `W_dec`.
 */
import type { KronShape } from '../../src/core/sae/kron';
import type { Graph, Value, Weight } from '../graph/graph';

export type SaeArchitecture = 'standard' | 'topk' | 'jumprelu' | 'gated' | 'kron';

/** What the graph must know of an SAE. Every weight is float32. */
export interface EncoderSpec {
	architecture: SaeArchitecture;
	dIn: number;
	/** Whole blocks of `TOP_K_BLOCK` where it is more than one. */
	dSae: number;
	/** TopK and kron only. */
	k: number;
	/** kron only. */
	kron: KronShape | null;
	subtractBDec: boolean;
	normalize: 'none' | 'layer_norm' | 'constant_norm_rescale' | 'centre';
	/** `b_dec`, and the tensors of `encoderTensors`. */
	weight(name: string): Weight;
}

/** Whether only the k largest count. */
export const isTopK = ({ architecture }: Pick<EncoderSpec, 'architecture'>): boolean =>
	architecture === 'topk' || architecture === 'kron';

/** One workgroup of onnxruntime's WebGPU TopK sorts this many columns; more take over 100 dispatches. */
export const TOP_K_BLOCK = 2048;

/** What the encoder's matrices see of `x` `[.., S, dIn]`. */
function inputOf(g: Graph, x: Value, spec: EncoderSpec): Value {
	let u = x;
	if (spec.normalize === 'layer_norm') u = layerNormUnbiased(g, u, spec.dIn);
	if (spec.normalize === 'constant_norm_rescale') u = rescaleToSqrtD(g, u, spec.dIn);
	if (spec.normalize === 'centre') u = centred(g, u);
	return spec.subtractBDec ? g.op('Sub', [u, g.weight(spec.weight('b_dec'))]) : u;
}

/** Pre-activations `[.., S, dSae]` of `x` `[.., S, dIn]`; for gated SAEs those of the gate. */
function preActivations(g: Graph, x: Value, spec: EncoderSpec): { u: Value; pre: Value } {
	const u = g.op('MatMul', [inputOf(g, x, spec), g.weight(spec.weight('W_enc'))]);
	const bias = spec.architecture === 'gated' ? 'b_gate' : 'b_enc';
	return { u, pre: g.op('Add', [u, g.weight(spec.weight(bias))]) };
}

/**
 * Every pair of two small codes a head, `[S, dSae]`: √(u·v) where both are positive, else 0. Columns
 * beyond the last pair are 0, which never counts as active.
 */
function pairs(g: Graph, x: Value, spec: EncoderSpec, { heads, rows, columns }: KronShape): Value {
	const input = inputOf(g, x, spec);
	const code = (matrix: string, bias: string, sizes: number[]) => {
		const product = g.op('MatMul', [input, g.weight(spec.weight(matrix))]);
		const sum = g.op('Add', [product, g.weight(spec.weight(bias))]);
		return g.op('Reshape', [g.op('Relu', [sum]), shape(g, [-1, heads, ...sizes])]);
	};
	const products = g.op('Mul', [code('W_p', 'b_p', [rows, 1]), code('W_q', 'b_q', [1, columns])]);
	const count = heads * rows * columns;
	const flat = g.op('Reshape', [g.op('Sqrt', [products]), shape(g, [-1, count])]);
	return spec.dSae === count
		? flat
		: g.op('Pad', [flat, shape(g, [0, 0, 0, spec.dSae - count])], { mode: 'constant' });
}

/** (x − μ) / (σ + 1e-5) with σ unbiased, as SAELens and OpenAI's TopK SAEs do it. */
function layerNormUnbiased(g: Graph, x: Value, d: number): Value {
	const around = centred(g, x);
	const squares = g.op('ReduceMean', [g.op('Mul', [around, around])], {
		axes: [-1],
		keepdims: 1
	});
	const unbiased = g.op('Mul', [squares, g.constant(Float32Array.of(d / (d - 1)), [1])]);
	const sigma = g.op('Add', [g.op('Sqrt', [unbiased]), g.constant(Float32Array.of(1e-5), [1])]);
	return g.op('Div', [around, sigma]);
}

/** x − μ */
function centred(g: Graph, x: Value): Value {
	return g.op('Sub', [x, g.op('ReduceMean', [x], { axes: [-1], keepdims: 1 })]);
}

/** x · √d / ‖x‖ */
function rescaleToSqrtD(g: Graph, x: Value, d: number): Value {
	const squares = g.op('ReduceMean', [g.op('Mul', [x, x])], { axes: [-1], keepdims: 1 });
	const norm = g.op('Sqrt', [g.op('Mul', [squares, g.constant(Float32Array.of(d), [1])])]);
	return g.op('Div', [g.op('Mul', [x, g.constant(Float32Array.of(Math.sqrt(d)), [1])]), norm]);
}

/** Activations of every feature `[.., S, dSae]` for the kinds whose rule looks at one feature alone. */
export function denseCodes(g: Graph, x: Value, spec: EncoderSpec): Value {
	const { u, pre } = preActivations(g, x, spec);
	if (spec.architecture === 'standard') return g.op('Relu', [pre]);
	if (spec.architecture === 'jumprelu') {
		const on = g.op('Greater', [pre, g.weight(spec.weight('threshold'))]);
		return g.op('Where', [on, g.op('Relu', [pre]), g.constant(Float32Array.of(0), [1])]);
	}
	const on = g.op('Greater', [pre, g.constant(Float32Array.of(0), [1])]);
	const scaled = g.op('Mul', [u, g.op('Exp', [g.weight(spec.weight('r_mag'))])]);
	const magnitude = g.op('Relu', [g.op('Add', [scaled, g.weight(spec.weight('b_mag'))])]);
	return g.op('Where', [on, magnitude, g.constant(Float32Array.of(0), [1])]);
}

export interface TopCodes {
	/** Every pre-activation, `[S, dSae]`. */
	pre: Value;
	/** The k largest, strongest first, before the ReLU: `[S, k]`. */
	values: Value;
	/** Their features, int32 `[S, k]`. */
	indices: Value;
}

/**
 * The k largest pre-activations. Over more than `TOP_K_BLOCK` columns in two stages, which is exact:
 * every one of the k largest is among the k largest of its block. `dSae` must then be a multiple of
 * the block (the loader pads with features that can never win).
 */
export function topCodes(g: Graph, x: Value, spec: EncoderSpec): TopCodes {
	const pre = spec.kron
		? pairs(g, x, spec, spec.kron)
		: g.op('Reshape', [preActivations(g, x, spec).pre, shape(g, [-1, spec.dSae])]);
	const k = g.constant(BigInt64Array.of(BigInt(spec.k)), [1]);
	if (spec.dSae <= TOP_K_BLOCK) {
		const [values, indices] = g.ops('TopK', [pre, k], 2, { axis: -1 });
		return { pre, values: values!, indices: g.op('Cast', [indices!], { to: 6 }) };
	}
	const blocks = spec.dSae / TOP_K_BLOCK;
	const rows = g.op('Reshape', [pre, shape(g, [-1, blocks, TOP_K_BLOCK])]);
	const [best, places] = g.ops('TopK', [rows, k], 2, { axis: -1 });
	const starts = Int32Array.from({ length: blocks }, (_, i) => i * TOP_K_BLOCK);
	const inBlock = g.op('Cast', [places!], { to: 6 });
	const global = g.op('Add', [inBlock, g.constant(starts, [blocks, 1])]);
	const wide = shape(g, [-1, blocks * spec.k]);
	const [values, winners] = g.ops('TopK', [g.op('Reshape', [best!, wide]), k], 2, { axis: -1 });
	const candidates = g.op('Reshape', [global, wide]);
	return {
		pre,
		values: values!,
		indices: g.op('GatherElements', [candidates, winners!], { axis: 1 })
	};
}

/**
 * The change that edits make at a site, `[.., S, width]`: Σ_j (alpha_j + beta_j · a_j) · row_j, with the
 * activation a_j after TopK or threshold. `set:v` is (v, −1), `scale:r` (0, r − 1), `add:s` (s, 0).
 * Inputs: `index` int64 [m], `alpha` [m], `beta` [m], `rows` [m, width]; `x` is what the SAE reads.
 */
export function editDelta(
	g: Graph,
	x: Value,
	spec: EncoderSpec,
	inputs: { index: Value; alpha: Value; beta: Value; rows: Value },
	width: number
): Value {
	let activation: Value;
	if (isTopK(spec)) {
		const { pre, values } = topCodes(g, x, spec);
		const chosen = g.op('Gather', [pre, inputs.index], { axis: 1 });
		const last = g.constant(BigInt64Array.of(BigInt(spec.k - 1)), [1]);
		const least = g.op('Gather', [values, last], { axis: 1 });
		const kept = g.op('Where', [
			g.op('GreaterOrEqual', [chosen, least]),
			chosen,
			g.constant(Float32Array.of(0), [1])
		]);
		activation = g.op('Relu', [kept]);
	} else {
		const flat = g.op('Reshape', [denseCodes(g, x, spec), shape(g, [-1, spec.dSae])]);
		activation = g.op('Gather', [flat, inputs.index], { axis: 1 });
	}
	const strength = g.op('Add', [g.op('Mul', [activation, inputs.beta]), inputs.alpha]);
	const delta = g.op('MatMul', [strength, inputs.rows]);
	return g.op('Reshape', [delta, shape(g, [1, -1, width])]);
}

function shape(g: Graph, dims: number[]): Value {
	return g.constant(BigInt64Array.from(dims.map(BigInt)), [dims.length]);
}
