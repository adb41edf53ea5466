/**
 * Which features push towards a token: direct logit attribution. With the final norm's scale frozen a logit is linear in
 * the stream, and so a sum over whatever wrote the stream.
 */
import type { FeatureId, SaeId } from '../names/ids';

/** A token by its id, or as text that must be a single token. */
export type TokenWish = number | string;

export interface AttributionRequest {
	text: string;
	/** The token after which the model speaks; the last of the text where this is left out. */
	position?: number | undefined;
	token: TokenWish;
	/** The logit is taken less that of this token. */
	against?: TokenWish | undefined;
	/** So many parts are switched off and answered, those of the largest direct contribution; all where left out. */
	top?: number | undefined;
	seed?: number | undefined;
}

export interface AttributionPart {
	id: FeatureId;
	position: number;
	activation: number;
	/** What it adds to the logit with the norm's scale frozen. */
	direct: number;
	/** What the logit loses when the feature is set to 0 there and the model runs on from it. */
	ablated: number;
	/** Root mean square of what it loses when a random vector of the same length is taken away instead. */
	random: number;
}

export interface Attribution {
	sae: SaeId;
	token: { id: number; text: string };
	against: { id: number; text: string } | null;
	position: number;
	/** The logit of the token, less that of `against`. */
	logit: number;
	/** Probability of the token, next. */
	p: number;
	/** Largest direct contribution first. */
	parts: AttributionPart[];
	/** Direct contributions of the active features that are not among `parts`. */
	rest: number;
	/** Active features, those in `parts` included. */
	active: number;
	/** What the SAE does not reconstruct, and what layers behind it write. Σ direct + rest + error + bias = logit. */
	error: number;
	/** Of `error`, what layers behind the SAE's site write. */
	later: number;
	/** b_dec, and the bias of the final norm. */
	bias: number;
	/** Random vectors behind each `random`. */
	draws: number;
}
