/** From the residual stream to logits: what the model does at its end, and the lens after any layer. */
import type { Graph, Value } from './graph';
import type { Norm, Weights } from './norm';

export interface Readout {
	norm: Norm;
	/** Name of the unembedding `[vocab, dModel]`. */
	unembedding: string;
	/** Logits are cap · tanh(logits / cap); null leaves them as they are. */
	softcap: number | null;
}

/** Logits of many rows of the stream after the final norm, by the unembedding as it is stored: `[rows × vocab]`. */
export function rowLogits(g: Graph, normed: Value, readout: Readout, weight: Weights): Value {
	return capped(g, g.op('Gemm', [normed, weight(readout.unembedding)], { transB: 1 }), readout);
}

/** What a model makes of the product with its unembedding. */
export function capped(g: Graph, logits: Value, { softcap }: Readout): Value {
	return softcap === null ? logits : softcapped(g, logits, softcap);
}

/** cap · tanh(x / cap) */
export function softcapped(g: Graph, x: Value, cap: number): Value {
	const by = (factor: number) => g.constant(Float32Array.of(factor), [1]);
	return g.op('Mul', [g.op('Tanh', [g.op('Div', [x, by(cap)])]), by(cap)]);
}
