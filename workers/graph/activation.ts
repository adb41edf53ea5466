/** The MLP's activation functions, by the names that config.json gives them. */
import { Problem } from '../../src/core/names/errors';
import type { Graph, Value } from './graph';

type Activation = (g: Graph, x: Value) => Value;

const silu: Activation = (g, x) => g.op('QuickGelu', [x], { alpha: { float: 1 } });
/** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) */
const tanhGelu: Activation = (g, x) => g.op('FastGelu', [x]);
/** x/2 · (1 + erf(x/√2)) */
const exactGelu: Activation = (g, x) => g.op('Gelu', [x]);

const ACTIVATIONS: Record<string, Activation> = {
	silu,
	swish: silu,
	gelu: exactGelu,
	gelu_new: tanhGelu,
	gelu_fast: tanhGelu,
	gelu_pytorch_tanh: tanhGelu,
	relu: (g, x) => g.op('Relu', [x])
};

/** Throws a Problem for a name that is not known. */
export function activation(name: unknown): Activation {
	if (typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name]!;
	throw new Problem(
		'unsupported',
		`This model's activation function is ${JSON.stringify(name ?? null).slice(0, 40)}, which is not supported.`,
		`Supported: ${Object.keys(ACTIVATIONS).join(', ')}.`
	);
}
