/** What one architecture of SAEs must tell: a small file each in `architectures/`, and a line in `architectures.ts`. */

/** A value of a graph, by its name. */
type Value = string;

/** The graph that an encoder adds its nodes to; operators are ONNX's (https://onnx.ai/onnx/operators/). */
export interface EncoderGraph {
	op(type: string, inputs: Value[], attributes?: Record<string, number | string>): Value;
	constant(values: Float32Array | BigInt64Array, shape: number[]): Value;
}

/** The sizes of an SAE, as its config states them. */
export interface SaeShape {
	/** Of what it reads: the model's width, or that of all heads together. */
	dIn: number;
	dSae: number;
	/** How many features count on a token; null where the architecture sets no such limit. */
	k: number | null;
	/** Whole numbers that only this architecture has, by their words in `cfg.json`. */
	own: Record<string, number>;
}

export interface SaeArchitecture<Name extends string = string> {
	/** Its word in `cfg.json`: SAELens', where SAELens has one. */
	name: Name;
	/** The word for a transcoder that encodes so: SAELens', or our own where it has none; absent where none is known. */
	transcoder?: string;
	/** Whether only the k largest activations of a token count; the config then states k. */
	topK: boolean;
	/** The words of `SaeShape.own`. */
	words?: readonly string[];
	/** What is wrong with these sizes, as the end of "a config whose …"; null if nothing is. */
	wrong?(sizes: SaeShape): string | null;
	/** Names and shapes of the tensors that encode, `b_dec` aside. Matrices are `[in, out]`. */
	tensors(sizes: SaeShape): Record<string, number[]>;
	/**
	 * Adds the nodes that make every feature's activation, before TopK, of the normalised input
	 * `[.., S, dIn]`: `[.., S, dSae]`, whose last axis may be split. `tensor` gives a tensor's value.
	 */
	activations(g: EncoderGraph, x: Value, tensor: (name: string) => Value, sizes: SaeShape): Value;
	/** What a feature looks along: columns of encoder matrices, as name and index. */
	directions(index: number, sizes: SaeShape): [string, number][];
	/** The tensor that holds the least activation of each feature, which matching folds into the decoder. */
	threshold?: string;
	/**
	 * Its activation rule in words, as the end of a sentence. Only architectures that encode by x·W_enc + b_enc
	 * have one: they differ in this rule alone, so that an SAE of one can be mistaken for another.
	 */
	rule?(stated: { k: number | null; threshold: number | null }): string;
}
