/**
 * The paper's tables and figures as measured on a pack, beside what the paper found on models of its own
 * (arXiv 2502.03032). Only what was measured stands here; a part that could not be is null.
 */
import type { FeatureId, SaeId } from '../names/ids';
import type { DeactivationSummary } from './deactivation';
import type { UpstreamKind } from '../flow/flow';
import type { MannWhitney } from '../math/ranks';

export interface Reproduction {
	/** How much of it was done: numbers that change what comes out. */
	settings: ReproductionSettings;
	groups: GroupReport | null;
	deactivation: DeactivationSummary | null;
	transitions: Transition[];
	agreement: Agreement[];
	steering: ThemeReport[];
	/** What was left out, and why, in sentences. */
	leftOut: string[];
	/** How long each part took on the machine that measured. */
	took: { part: Part; seconds: number }[];
	/** What the paper reports of models of its own, to stand beside. */
	paper: typeof PAPER;
}

export const PARTS = [
	'texts',
	'groups',
	'deactivation',
	'steering',
	'transitions',
	'agreement'
] as const;
export type Part = (typeof PARTS)[number];

export interface ReproductionSettings {
	/** Tokens of the pack's texts on which activations were compared. */
	tokens: number;
	texts: number;
	tokensPerText: number;
	featuresPerToken: number;
	/** Features of each token and layer on which every active feature upstream is tried, at most. */
	exhaustiveFeatures: number;
	themes: number;
	samples: number;
	length: number;
	seed: number;
}

/** As much as the paper did where it says so: 35 texts of 5 tokens, up to 25 features. */
export const WHOLE: ReproductionSettings = {
	tokens: 60_000,
	texts: 35,
	tokensPerText: 5,
	featuresPerToken: 25,
	exhaustiveFeatures: 2,
	themes: 6,
	samples: 4,
	length: 40,
	seed: 1
};
/** What somebody can wait for. */
export const QUICK: ReproductionSettings = {
	tokens: 3_000,
	texts: 3,
	tokensPerText: 2,
	featuresPerToken: 4,
	exhaustiveFeatures: 1,
	themes: 1,
	samples: 1,
	length: 8,
	seed: 1
};

/** Figure 5, and the Mann–Whitney tests: active features by which of their best matches were active too. */
export interface GroupReport {
	/** By layer: shares of the active features, in the order of `GROUPS`. */
	layers: { layer: number; active: number; shares: number[] }[];
	tests: GroupTest[];
	/** P(column group occurs | row group occurs) of a feature; null where no feature has the row's. */
	variability: (number | null)[][];
	/** Most probable group's share of a feature's occurrences, averaged over features. */
	steadiness: number;
}

/** Whether one score of two groups' features differs in one layer. */
export interface GroupTest extends Pick<MannWhitney, 'p' | 'effect' | 'n'> {
	layer: number;
	/** Indices in `GROUPS`. */
	groups: [number, number];
	score: UpstreamKind;
	/** Holm's correction over all tests. */
	corrected: number;
}

export const MAPS = ['cosine', 'pearson', 'permutation', 'none', 'own codes'] as const;
export const SCALES = ['as written', 'folded', 'fitted'] as const;

/** A map between the codes of two layers, used as if it were the layer. */
export interface Transition {
	from: SaeId;
	to: SaeId;
	map: (typeof MAPS)[number];
	/** Matches of each feature; 0 where there is no map. */
	k: number;
	/** Codes as they are, rescaled to each target's usual activation, or by one factor fitted elsewhere. */
	scale: (typeof SCALES)[number];
	/** 1 − ‖h − ĥ‖² / ‖h − mean‖² over the tokens left for it. */
	explained: number;
	tokens: number;
}

/** How often two measures choose the same best match. */
export interface Agreement {
	from: SaeId;
	to: SaeId;
	/** Share of the features active often enough; by cosine among the high ones only, too. */
	same: number;
	features: number;
	sameOfHigh: number | null;
	high: number;
}

/** Steering one theme in several ways. */
export interface ThemeReport {
	id: FeatureId;
	label: string | null;
	/** Residual features of its chain, in order of depth. */
	chain: FeatureId[];
	arms: ThemeArm[];
}

export interface ThemeArm {
	/** `one layer`, `cumulative`, and the controls. */
	name: string;
	control: 'none' | 'random' | 'reversed';
	/** Strength in units of each feature's maximum; at equal divergence, what it took. */
	dose: number;
	/** Matched to this KL; null for a fixed dose. */
	target: number | null;
	kl: number;
	perplexity: number;
	repeated: number | null;
	theme: number;
	lexicon: number;
	samples: number;
}

/**
 * What the paper reports, with the model it is about (sections 5.1 and appendices A, B and F of version 3). Of its
 * figures only what is written in them or in the text: heights of bars are not guessed.
 */
export const PAPER = {
	model: 'Gemma 2 2B with Gemma Scope 16k',
	/** Index in `GROUPS` of the largest group, and where the axis of the stacked figure ends. */
	groups: { largest: 0, most: 0.6 },
	/** Share of tests with p < 0.001 between two groups, by score. */
	tests: { groups: [2, 6], resid: 0.67, mlp: 0.72, attn: 1 },
	/** Some cells of Figure 13: indices in `GROUPS`. */
	variability: [
		{ row: 1, column: 0, share: 0.72 },
		{ row: 2, column: 0, share: 0.82 },
		{ row: 3, column: 5, share: 0.45 },
		{ row: 4, column: 1, share: 0.66 }
	],
	/** Table 1: features with one active predecessor, in two layers. */
	deactivation: {
		features: 1894,
		'top-1': { off: 0.65, change: 0.75 },
		'top-1 by Pearson': { off: 0.65, change: 0.74 },
		exhaustive: { off: 0.73, change: 0.83 }
	},
	/** Cosine, k = 1, residual of one layer to the next. */
	transition: { explained: 0.791, layers: '14 to 15' }
} as const;
