/** What the model and its SAEs make of a prompt: plain data. */
import type { Call } from '../calls';
import type { Site, SaeId } from '../names/ids';
import type { Token, TokenProbability } from '../names/tokens';
import type { FeatureWeights, WeightsRequest } from './weights';

/** One SAE's view of a prompt, sparse: row t is `offsets[t] .. offsets[t + 1]`, strongest first. */
export interface SiteReading {
	sae: SaeId;
	site: Site;
	/** [nTokens + 1] */
	offsets: Uint32Array;
	/** [nnz] */
	features: Uint32Array;
	/** [nnz], > 0 */
	activations: Float32Array;
	/** [nTokens] number of active features. */
	l0: Uint32Array;
	/** [nTokens] ‖x−x̂‖² / ‖x−mean‖² */
	fvu: Float32Array;
}

/** What the model would say after `site`: the final norm and the unembedding applied there. */
export interface LensReading {
	site: Site;
	layer: number;
	/** [nTokens][5], likeliest first. */
	top: TokenProbability[][];
}

export interface Reading {
	tokens: Token[];
	/** Tokens of the prompt beyond the context, which were not read. */
	leftOut: Token[];
	sites: SiteReading[];
	lens: LensReading[];
	/** Next-token distribution after the last token, likeliest first. */
	next: TokenProbability[];
}

/** Parts of a reading as they come: tokens first, then SAEs in the order asked for. */
export type ReadingPart =
	| { kind: 'tokens'; tokens: Token[]; leftOut: Token[] }
	/** Comes twice: first without the lens, as soon as the model has read, then with it. */
	| {
			kind: 'next';
			next: TokenProbability[];
			lens: LensReading[];
			/** −ln p of each token after those before it, in nats, [nTokens]; NaN for the first. Comes with the lens. */
			surprise: Float32Array;
	  }
	| { kind: 'site'; site: SiteReading };

export interface ReadRequest {
	text: string;
	/** These first (those in view); all others follow. */
	first?: SaeId[];
}

export interface PromptCalls {
	tokenize: Call<string, { tokens: Token[]; leftOut: Token[] }>;
	read: Call<ReadRequest, void, ReadingPart>;
	weights: Call<WeightsRequest, FeatureWeights>;
}
