/** The encoder of an SAE as ONNX nodes. The decoder stays outside: sparse codes times rows of `W_dec`. */
import type { SaeConfig } from '../../src/core/sae/config';
import { saeArchitecture } from '../../src/core/sae/architectures';
import type { Graph, Value, Weight } from '../graph/graph';
import { INPUT_NORMALIZATIONS } from './normalization';

/** What the graph must know of an SAE. */
export interface EncoderSpec extends SaeConfig {
	/** Where `b_dec` and the architecture's tensors lie, as float32. */
	weight(name: string): Weight;
}

/** Whether only the k largest count. */
export const isTopK = ({ architecture }: Pick<SaeConfig, 'architecture'>): boolean =>
	saeArchitecture(architecture).topK;

/** One workgroup of onnxruntime's WebGPU TopK sorts this many columns; more take over 100 dispatches. */
const TOP_K_BLOCK = 2048;

/** Activations of every feature, before TopK, of `x` `[.., S, dIn]`: `[.., S, dSae]`. */
export function denseCodes(g: Graph, x: Value, spec: EncoderSpec): Value {
	const tensor = (name: string) => g.weight(spec.weight(name));
	const normed = INPUT_NORMALIZATIONS[spec.normalizeActivations].apply(g, x, spec.dIn);
	const input = spec.applyBDecToInput ? g.op('Sub', [normed, tensor('b_dec')]) : normed;
	return saeArchitecture(spec.architecture).activations(g, input, tensor, spec);
}

export interface TopCodes {
	/** Every activation, `[S, dSae]`. */
	all: Value;
	/** The k largest, strongest first, before the ReLU: `[S, k]`. */
	values: Value;
	/** Their features, int32 `[S, k]`. */
	indices: Value;
}

/**
 * The k largest activations. Over more than `TOP_K_BLOCK` columns in two stages, which is exact: every one of
 * the k largest is among the k largest of its block.
 */
export function topCodes(g: Graph, x: Value, spec: EncoderSpec): TopCodes {
	const all = flat(g, denseCodes(g, x, spec), spec.dSae);
	const k = g.integers(spec.k!);
	if (spec.dSae <= TOP_K_BLOCK) {
		const [values, indices] = g.ops('TopK', [all, k], 2, { axis: -1 });
		return { all, values: values!, indices: g.op('Cast', [indices!], { to: 6 }) };
	}
	const blocks = Math.ceil(spec.dSae / TOP_K_BLOCK);
	const rows = g.op('Reshape', [
		widened(g, all, blocks * TOP_K_BLOCK - spec.dSae),
		g.integers(-1, blocks, TOP_K_BLOCK)
	]);
	const [best, places] = g.ops('TopK', [rows, k], 2, { axis: -1 });
	const starts = Int32Array.from({ length: blocks }, (_, i) => i * TOP_K_BLOCK);
	const inBlock = g.op('Cast', [places!], { to: 6 });
	const features = g.op('Add', [inBlock, g.constant(starts, [blocks, 1])]);
	const candidates = blocks * spec.k!;
	const [values, winners] = g.ops('TopK', [flat(g, best!, candidates), k], 2, { axis: -1 });
	const indices = g.op('GatherElements', [flat(g, features, candidates), winners!], { axis: 1 });
	return { all, values: values!, indices };
}

/** `[S, columns]` with so many columns more: zeros, which change nothing, since a code of 0 is no code. */
const widened = (g: Graph, x: Value, more: number): Value =>
	more > 0 ? g.op('Pad', [x, g.integers(0, 0, 0, more)], { mode: 'constant' }) : x;

/** What every feature is worth, after TopK or threshold, of `x` `[.., S, dIn]`: `[.. · S, dSae]`. */
export function wholeCodes(g: Graph, x: Value, spec: EncoderSpec): Value {
	if (!isTopK(spec)) return flat(g, denseCodes(g, x, spec), spec.dSae);
	const { all, values } = topCodes(g, x, spec);
	return amongTop(g, all, values, spec);
}

/** Of the activations `some`, those that are among the k largest, and above 0. */
function amongTop(g: Graph, some: Value, values: Value, spec: EncoderSpec): Value {
	const least = g.op('Gather', [values, g.integers(spec.k! - 1)], { axis: 1 });
	const on = g.op('GreaterOrEqual', [some, least]);
	return g.op('Relu', [g.op('Where', [on, some, g.constant(Float32Array.of(0), [1])])]);
}

/**
 * The change that edits make at a site, `[1, S, width]`: Σ_j (alpha_j + beta_j · a_j) · row_j, with the
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
		const { all, values } = topCodes(g, x, spec);
		const chosen = g.op('Gather', [all, inputs.index], { axis: 1 });
		activation = amongTop(g, chosen, values, spec);
	} else {
		const codes = flat(g, denseCodes(g, x, spec), spec.dSae);
		activation = g.op('Gather', [codes, inputs.index], { axis: 1 });
	}
	const strength = g.op('Add', [g.op('Mul', [activation, inputs.beta]), inputs.alpha]);
	const delta = g.op('MatMul', [strength, inputs.rows]);
	return g.op('Reshape', [delta, g.integers(1, -1, width)]);
}

const flat = (g: Graph, x: Value, columns: number): Value =>
	g.op('Reshape', [x, g.integers(-1, columns)]);
