/**
 * The paper's tables and figures as measured on a pack, beside what the paper found on models of its own
 * (arXiv 2502.03032). Only what was measured stands here; a part that could not be is null.
 */
import type { FeatureId, SaeId } from './contract';
import type { DeactivationSummary } from './deactivation';
import type { UpstreamKind } from './flow';
import type { MannWhitney } from './ranks';

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
	/** What the paper reports of models of its own, to stand beside. */
	paper: typeof PAPER;
}

export interface ReproductionSettings {
	/** Tokens of the pack's texts on which activations were compared. */
	tokens: number;
	texts: number;
	tokensPerText: number;
	featuresPerToken: number;
	themes: number;
	samples: number;
	length: number;
	seed: number;
}

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

/** A map between the codes of two layers, used as if it were the layer. */
export interface Transition {
	from: SaeId;
	to: SaeId;
	map: 'cosine' | 'pearson' | 'permutation' | 'none' | 'own codes';
	/** Matches of each feature; 0 where there is no map. */
	k: number;
	/** Codes as they are, rescaled to each target's usual activation, or by one factor fitted elsewhere. */
	scale: 'as written' | 'folded' | 'fitted';
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

/** What the paper reports, with the model it is about. */
export const PAPER = {
	model: 'Gemma 2 2B with Gemma Scope 16k',
	deactivation: { features: 1894, change: 0.75, off: 0.65, pearsonChange: 0.74, pearsonOff: 0.65 },
	exhaustive: { change: 0.83, off: 0.73 },
	transition: { explained: 0.791, layers: '14 to 15' },
	tests: { resid: 0.67, mlp: 0.72, attn: 1 }
} as const;
