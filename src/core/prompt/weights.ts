/** How much the features of a prompt weigh, beside their strength. */
import type { SaeId } from '../names/ids';
import type { TokenProbability } from '../names/tokens';

export interface WeightsRequest {
	text: string;
	sae: SaeId;
}

/** Of every active feature at every token, in the order of a `SiteReading` of the same text. */
export interface FeatureWeights {
	sae: SaeId;
	/** [nnz] share of held-out tokens on which it is at least as strong; null where the pack has no statistics. */
	tails: Float32Array | null;
	/**
	 * [nnz] what the logit of `target` after the last token loses when the feature is switched off there, by its
	 * gradient; null where what the SAE reads is not in the stream.
	 */
	effects: Float32Array | null;
	/** The likeliest next token. */
	target: TokenProbability;
}
