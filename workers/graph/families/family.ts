/** What one family of models must tell the graph builder: one small file each. */
import type { Readout } from '../readout';
import type { Config } from './model-config';
import type { ModelShape, Stream } from '../stream';

export interface Architecture {
	/** Values of `model_type` that it understands. */
	modelTypes: string[];
	/** Throws a Problem when the config asks for something the graph would get wrong. */
	shape(config: Config): ModelShape;
	/** Every tensor it needs, with its shape. */
	weights(config: Config): Record<string, number[]>;
	/** What begins its tensors' names here, and what begins them in other files of the same weights. */
	prefixes: Record<string, string[]>;
	/** Matrices stored `[in, out]`; all others are `[out, in]`. */
	storedInOut?: RegExp;
	embedding(config: Config): Embedding;
	readout(config: Config): Readout;
	/** Name of a layer's W_O, whose output is what attention adds to the stream; null where a norm lies between. */
	mixing(layer: number): string | null;
	build(stream: Stream, config: Config): void;
}

interface Embedding {
	/** Name of a tensor `[vocab, dModel]`. */
	table: string;
	/** What its rows are multiplied by on entering the stream. */
	scale: number;
	/** Whether positions are added to them. */
	placed: boolean;
}
