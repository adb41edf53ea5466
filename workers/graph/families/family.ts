/** What one family of models must tell the graph builder: one small file each. */
import type { ConfigWords } from '../../../src/core/files/config-words';
import type { Value } from '../graph';
import type { Norm } from '../norm';
import type { Readout } from '../readout';
import type { Config } from './model-config';
import type { ModelShape } from '../shape';
import type { Stream } from '../stream';

export interface Architecture {
	/** Values of `model_type` that it understands. */
	modelTypes: string[];
	/** The words of its configs. */
	words: ConfigWords;
	/** What transformers takes where a config leaves a word out; the other methods are given configs with these in. */
	defaults(config: Config): Config;
	/** Its unembedding where that is a table of its own. */
	head: string;
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
	/**
	 * What is the same as a site of TransformerLens, by the name of a module in a layer of Hugging Face's class, or of the
	 * embedding: its output, or where the name ends in `.input`, its input. A module between whose output and the
	 * stream a norm or a factor stands is no site and is left out.
	 */
	modules(config: Config): Record<string, 'attn' | 'mlp' | 'heads' | 'embed'>;
	/** Whether attention and MLP read the same stream, so that there is none between them; absent: they do not. */
	parallel?(config: Config): boolean;
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

/** Adds every block and the readout. `block` answers the stream after attention and what the MLP adds to it. */
export function buildBlocks(
	stream: Stream,
	embedded: Value,
	readout: Readout,
	/** The norm before attention. */
	normOf: (layer: number) => Norm,
	block: (layer: number, h: Value, normed: Value) => { h: Value; mlp: Value }
): void {
	const { layers } = stream.shape;
	let h = stream.embed(embedded);
	let normed = stream.normalise(h, normOf(0));
	for (let l = 0; l < layers; l++) {
		const out = block(l, h, normed);
		const next = l + 1 === layers ? readout.norm : normOf(l + 1);
		[h, normed] = stream.afterMlp(l, out.h, out.mlp, next);
	}
	stream.head(normed, readout);
}
