/** Finding features: plain data. `workers/search` does it. */
import type { Call } from '../calls';
import type { Label } from '../features/feature';
import type { Origin } from '../flow/origin';
import type { FeatureId, SaeId } from '../names/ids';

/**
 * `name`: names, and ids in any notation; `token`: tokens that it promotes or reads; `example`: example texts;
 * `prompt`: largest activation on the text over the stored maximum; `contrast`: that, less that of another text;
 * `logit`: what the unit decoder row adds to the logit of a token, centred over the vocabulary.
 */
export const SEARCH_WAYS = ['name', 'token', 'example', 'prompt', 'contrast', 'logit'] as const;
export type SearchWay = (typeof SEARCH_WAYS)[number];

export interface SearchRequest {
	text?: string | undefined;
	/** All ways that fit the text, merged, where it is left out. */
	by?: SearchWay | undefined;
	/** The other text of `contrast`. */
	against?: string | undefined;
	/** Features whose decoder rows point as this one's does, instead of a text. */
	like?: FeatureId | undefined;
	/** In this SAE alone. */
	sae?: SaeId | undefined;
	/** Features that fire on a larger share of tokens are left out; those of unknown density stay. */
	maxDensity?: number | undefined;
	top?: number | undefined;
	/** Where an id does not say its SAE, that of this one comes first. */
	near?: SaeId | undefined;
}

export interface FoundFeature {
	id: FeatureId;
	/** Of one way, its own measure; merged, between 0 and 1. */
	score: number;
	/** Why it was found, for people. */
	why: string;
	label: Label | null;
	/** null when not measured. */
	density: number | null;
}

/** All features of an SAE, a value each; null: not measured. */
export interface FeatureTable {
	sae: SaeId;
	density: Float32Array | null;
	max: Float32Array | null;
	/** Bits. */
	entropy: Float32Array | null;
	labels: (Label | null)[];
	/** null where features of this site have none, or where it was not asked for. */
	origins: (Origin | null)[] | null;
}

export interface SearchCalls {
	/** Best first; parts are what was found so far. */
	search: Call<SearchRequest, FoundFeature[], FoundFeature[]>;
	/** Reads what searching needs, in short pieces of work, so that the first search is quick. */
	prepareSearch: Call<void, void>;
	featureTable: Call<{ sae: SaeId; origins?: boolean }, FeatureTable>;
}
