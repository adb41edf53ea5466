/** Matches of features between SAEs, as they are asked for and answered (arXiv 2502.03032, section 5): plain data. */
import type { Call } from '../calls';
import type { SaeId, FeatureId } from '../names/ids';
import type { Label } from '../features/feature';
import type { Null } from './matching';

/** How two features may be held to be the same: directions, activations, or one partner for each. */
export const MEASURES = ['cosine', 'pearson', 'coactivation', 'assignment'] as const;

export type Measure = (typeof MEASURES)[number];

export interface MatchRequest {
	id: FeatureId;
	target: SaeId;
	measure: Measure;
	/** How many; an assignment gives one. */
	k: number;
}

export interface MeasuredMatch {
	id: FeatureId;
	/** By the measure asked for. */
	score: number;
	/** Cosine of the decoder rows, whatever was asked for. */
	cosine: number;
	z: number;
	/** The cosine is above the null's 99.9th percentile. */
	high: boolean;
	label: Label | null;
}

export interface MatchAnswer {
	matches: MeasuredMatch[];
	/** Tokens behind a measure of activations; null for one of directions. */
	tokens: number | null;
}

/** A whole dictionary matched into another. */
export interface PairRequest extends Pick<MatchRequest, 'target' | 'measure' | 'k'> {
	from: SaeId;
}

/** The best matches of every feature of one dictionary, best first. */
export interface PairMatches {
	/** Matches of each feature; of an assignment 1. */
	k: number;
	/** [features × k], features of the target; −1 for none. */
	indices: Int32Array;
	/** By the measure asked for, [features × k]; 0 for none. */
	scores: Float32Array;
	/** Of the decoder rows, whatever was asked for, [features × k]. */
	cosines: Float32Array;
	chance: Null;
	/** Features without a match: their decoder row is zero, or none is active with them on the texts. */
	without: number;
	/** Tokens behind a measure of activations; null for one of directions. */
	tokens: number | null;
}

/** Chance cosines of a pair of dictionaries under one way to draw them. */
export interface NullRow {
	/** `isotropic`: the contract's. `rotated`: rows of the other dictionary, turned at random. */
	draw: 'isotropic' | 'rotated';
	/** Rows have their mean taken off first. */
	centred: boolean;
	median: number;
	q999: number;
	draws: number;
	/** Share of the real best cosines above `q999`. */
	high: number;
}

export interface MatchCalls {
	matches: Call<MatchRequest, MatchAnswer>;
	matchPair: Call<PairRequest, PairMatches>;
	/** Other ways to draw the null of a pair of SAEs. */
	nulls: Call<{ from: SaeId; target: SaeId }, NullRow[]>;
}
