/** The sizes of a model, and how wide each of its taps is. */
import { headsLayer, placeOf } from '../../src/core/names/site';

/** Sizes that every decoder-only transformer has. */
export interface ModelShape {
	layers: number;
	dModel: number;
	heads: number;
	kvHeads: number;
	dHead: number;
	/** Numbers that the MLP's last matrix reads. */
	dMlp: number;
	vocabSize: number;
	context: number;
}

/** Numbers a token has at a tap: the stream's, those of all heads before W_O, or of the MLP's hidden layer. */
export function widthOf({ dModel, heads, dHead, dMlp }: ModelShape, tap: string): number {
	if (headsLayer(tap) !== null) return heads * dHead;
	return placeOf(tap)?.kind === 'hidden' ? dMlp : dModel;
}
