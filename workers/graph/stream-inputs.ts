/** What a model's graph takes beside its tokens: weights, steering, and the keys and values of what was read before. */
import type { OpenFile } from '../../src/core/files/open-file';
import { attnOut, EMBEDDING, mlpOut, residMid, residPost } from '../../src/core/names/site';
import type { BlockMatrix } from './block-products';
import type { Weight } from './graph';
import type { EncoderSpec } from '../sae/encoder-graph';

/** Where a model's weights lie. */
export interface Located {
	/** One as its family names and shapes it. */
	weight(name: string): Weight;
	/** Matrices `[out, in]`, each transposed, one beside the other: `[in, Σ out]`. */
	transposed(names: string[]): Weight;
	/** The same in the blocks in which they are stored; null where they are to be multiplied as float32. */
	blocks(names: string[]): BlockMatrix | null;
}

/** An SAE whose edits depend on its own activation (`set`, `scale`, `ablate`) and so run in the graph. */
export interface EditedSae {
	id: string;
	site: string;
	/** What it reads, as the model taps it: the site itself, or what is computed before it. */
	reads: string;
	spec: EncoderSpec;
	/** The files its weights lie in, by the names in `spec`. */
	files: Record<string, OpenFile>;
}

/**
 * How keys and values leave the graph: `whole` for a GPU, where they stay; `rows`, those of the tokens
 * just read, where every output is copied; not at all in `batch`, a graph that reads one more token many
 * times over, each time with vectors of its own added to the stream, and in `plain`, which reads texts of one length, adds
 * vectors of their own to each of their tokens, and has no fused attention, so that gradients find their way through it.
 */
export type CacheForm = 'whole' | 'rows' | 'batch' | 'plain';

export const pastInput = (layer: number, part: 'key' | 'value'): string => `past.${layer}.${part}`;
export const presentOutput = (layer: number, part: 'key' | 'value'): string =>
	`present.${layer}.${part}`;
export const freshOutput = (layer: number, part: 'key' | 'value'): string =>
	`fresh.${layer}.${part}`;

/**
 * The sites at which a graph with these edits adds a vector to the stream, in the order in which its
 * input `adds`, `[sites · dModel]`, holds the vectors. After an MLP one place serves the MLP and the
 * residual, and one attention and the residual after it, but where the graph must look at the residual first.
 */
export function addSites(layers: number, edited: EditedSae[]): string[] {
	const split = (site: string) => (edited.some((e) => e.site === site) ? [site] : []);
	const blocks = Array.from({ length: layers }, (_, l) => [
		attnOut(l),
		...split(residMid(l)),
		mlpOut(l),
		...split(residPost(l))
	]);
	return [EMBEDDING, ...blocks.flat()];
}
