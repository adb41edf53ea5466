/** The normalisations of transformers as ONNX nodes, alone or in one with the addition before them. */
import { decimal, type Config } from './families/model-config';
import type { Graph, Value } from './graph';

/** RMSNorm (https://arxiv.org/abs/1910.07467), or LayerNorm where there is a bias. */
export interface Norm {
	/** Name of a tensor `[dModel]`. */
	gain: string;
	/** Name of a tensor `[dModel]`. */
	bias?: string;
	epsilon: number;
	/** Gemma's: the gain is 1 + what is stored. */
	onePlus?: boolean;
}

/** The LayerNorm `name`, with the epsilon that the config holds under `key`. */
export const layerNorm = (config: Config, key: string, name: string): Norm => ({
	gain: `${name}.weight`,
	bias: `${name}.bias`,
	epsilon: decimal(config, key, 1e-5)
});

/** A tensor of the model as a value of the graph. */
export type Weights = (name: string) => Value;

export function normalise(g: Graph, x: Value, norm: Norm, weight: Weights): Value {
	const attributes = { axis: -1, epsilon: { float: norm.epsilon }, stash_type: 1 };
	const gain = gainOf(g, norm, weight);
	return norm.bias === undefined
		? g.op('SimplifiedLayerNormalization', [x, gain], attributes)
		: g.op('LayerNormalization', [x, gain, weight(norm.bias)], attributes);
}

/** The same before gain and bias, of an `x` of this width. */
export function withoutGain(g: Graph, x: Value, norm: Norm, width: number): Value {
	const one = g.constant(new Float32Array(width).fill(1), [width]);
	const none = g.constant(new Float32Array(width), [width]);
	const plain = {
		...norm,
		gain: '',
		onePlus: false,
		...(norm.bias !== undefined && { bias: 'none' })
	};
	return normalise(g, x, plain, (name) => (name === 'none' ? none : one));
}

/** Gain and bias alone. */
export function scaledAndShifted(g: Graph, x: Value, norm: Norm, weight: Weights): Value {
	const scaled = g.op('Mul', [x, gainOf(g, norm, weight)]);
	return norm.bias === undefined ? scaled : g.op('Add', [scaled, weight(norm.bias)]);
}

/** h + out + bias, and the same normalised; `bias` is one vector for all rows, or ''. */
export function addAndNormalise(
	g: Graph,
	h: Value,
	out: Value,
	bias: Value,
	norm: Norm,
	weight: Weights
): [Value, Value] {
	const [type, own] =
		norm.bias === undefined
			? ['SkipSimplifiedLayerNormalization', []]
			: ['SkipLayerNormalization', [weight(norm.bias)]];
	const inputs = [h, out, gainOf(g, norm, weight), ...own, ...(bias ? [bias] : [])];
	const [normed, , , sum] = g.ops(type, inputs, 4, { epsilon: { float: norm.epsilon } });
	return [sum!, normed!];
}

function gainOf(g: Graph, { gain, onePlus }: Norm, weight: Weights): Value {
	return onePlus ? g.op('Add', [weight(gain), g.constant(Float32Array.of(1), [1])]) : weight(gain);
}
