/**
 * Whether an SAE fits the model it is shown on: decided on numbers alone. What is measured beside them is what the
 * SAE would make of the same text if one of the known mistakes were undone.
 */
import type { SaeId, Site } from '../names/ids';
import type { ArchitectureName } from '../sae/architectures';
import type { Normalization, SaeConfig } from '../sae/config';

/** One known mistake undone. All but `site` change the SAE alone. */
export type Repair =
	/** It was trained at another site. */
	| { kind: 'site'; site: Site }
	/** It was trained on activations times a factor that was not folded into its weights. */
	| { kind: 'scale'; factor: number }
	/** Each token's activation was normalised in another way than the config says; `centre`: its mean taken off. */
	| { kind: 'normalize'; to: Normalization }
	/** `b_dec` has to be subtracted before encoding, or must not be. */
	| { kind: 'subtract'; bDec: boolean }
	/** `b_dec` is missing: what the text says it would be, `[dIn]`. */
	| { kind: 'bias'; bDec: number[] }
	/** `threshold`: one for all features; null keeps those that the file has. */
	| {
			kind: 'activation';
			architecture: ArchitectureName;
			k: number | null;
			threshold: number | null;
	  }
	/** Matrices lie the other way round, or in each other's place. */
	| { kind: 'turned'; which: 'swapped' | 'encoder' | 'decoder' | 'both' };

/** What an SAE makes of a text, over the tokens that count. */
export interface Reconstruction {
	/** Active features a token. */
	l0: number;
	/** Σ‖x−x̂‖² / Σ‖x−mean‖², the mean being that of the text at that site. */
	fvu: number;
}

/** The same with what splicing it in does to the model's loss, in nats a token. */
export interface FitMetrics extends Reconstruction {
	ce_clean: number;
	ce_sae: number;
	ce_zero: number;
	/** null where zeros at the site do not harm the model, so that there is nothing to recover. */
	ce_recovered: number | null;
	tokens: number;
}

/** What the numbers of a sound SAE lie between. */
export interface ExpectedFit {
	/** Of active features a token. */
	l0: [number, number];
	/** Whether the config says so; else it is the field's usual range. */
	stated: boolean;
	/** Least share of the variance that is explained: the field's usual. */
	explained: number;
}

export interface SaeFit {
	sae: SaeId;
	word: 'fits' | 'does not fit' | 'cannot tell';
	/** One sentence. */
	why: string;
	expected: ExpectedFit;
	/** null where it could not be measured. */
	measured: FitMetrics | null;
	/** As in `Decision`. */
	gain: number | null;
	/** The mistake that explains it, and what is measured once it is undone. */
	repair: Repair | null;
	repaired: FitMetrics | null;
}

export interface FitReport {
	/** Tokens that count: neither special ones nor the first of a window. */
	tokens: number;
	/** Whose text it was. */
	text: 'built in' | 'own';
	saes: SaeFit[];
}

export interface FitRequest {
	/** The reader's own text; null for the one that is built in. */
	text: string | null;
	/** Which SAEs; null for all. */
	saes: SaeId[] | null;
}

/** A mistake to be undone in a stored pack. */
export interface RepairRequest {
	/** 12 digits or more of the pack's hash. */
	pack: string;
	sae: SaeId;
	repair: Repair;
}

export interface RepairTrial extends Reconstruction {
	repair: Repair;
}

/** Fewer tokens than this decide nothing. */
export const LEAST_TOKENS = 120;
/** Published SAEs explain more than this of their site, on text of any kind that the model reads. */
const LEAST_EXPLAINED = 0.3;
/** More active features than this nobody publishes; nor more than this share of all. */
const MOST_ACTIVE = 500;
const LARGEST_SHARE = 0.25;
/** A stated L0 holds on other text within this factor. */
const L0_FACTOR = 2;
/** Within this factor of what is stated, an L0 speaks neither for a repair nor against it. */
const L0_NEAR = 1.25;
/** What is beyond all measure is written as this. */
const MOST_GAIN = 100;
/**
 * How much less strange a repair must make an SAE to explain it. `tests/golden/fit.test.ts` measures it: on sound
 * SAEs no repair gains so much, and nearly every planted fault gains more by being undone.
 */
export const MARGIN = 0.25;

export function expectedOf(
	cfg: Pick<SaeConfig, 'architecture' | 'k' | 'dSae' | 'metadata'>
): ExpectedFit {
	const stated = statedL0(cfg);
	const most = Math.max(1, Math.min(MOST_ACTIVE, LARGEST_SHARE * cfg.dSae));
	return {
		l0: stated === null ? [Math.min(1, most), most] : [stated / L0_FACTOR, stated * L0_FACTOR],
		stated: stated !== null,
		explained: LEAST_EXPLAINED
	};
}

/** The mean number of active features that the config states; null where it states none. */
export function statedL0({ k, metadata }: Pick<SaeConfig, 'k' | 'metadata'>): number | null {
	const stated = metadata.expected_l0;
	return typeof stated === 'number' && stated > 0 ? stated : k;
}

/**
 * Less is better: ln of the unexplained variance, plus how far L0 lies outside of what is expected, in powers of e.
 * Infinite for what cannot be measured or explains nothing with any feature.
 */
export function strangeness(
	{ l0, fvu }: Reconstruction,
	{ l0: [from, to], stated }: ExpectedFit
): number {
	if (!(fvu >= 0) || !(l0 > 0)) return Infinity;
	const slack = stated ? L0_FACTOR / L0_NEAR : 1;
	const outside = Math.max(0, Math.log((from * slack) / l0), Math.log(l0 / (to / slack)));
	return Math.log(Math.max(fvu, 1e-6)) + outside;
}

export interface Decision {
	word: SaeFit['word'];
	/** By how much the best repair makes it less strange, whether that is enough or not; null where none could be tried. */
	gain: number | null;
	/** The repair that explains why it does not fit. */
	best: RepairTrial | null;
}

/** `base`: as it is. Repairs that cannot be measured are no repairs. */
export function decide(
	base: Reconstruction,
	trials: RepairTrial[],
	expected: ExpectedFit
): Decision {
	if (!Number.isFinite(base.l0)) return { word: 'cannot tell', gain: null, best: null };
	const least = trials
		.map((one) => ({ one, score: strangeness(one, expected) }))
		.filter(({ score }) => Number.isFinite(score))
		.sort((a, b) => a.score - b.score)[0];
	const gain = least ? Math.min(strangeness(base, expected) - least.score, MOST_GAIN) : null;
	if (least && gain! > MARGIN && least.one.fvu < 1)
		return { word: 'does not fit', gain, best: least.one };
	return { word: isPlausible(base, expected) ? 'fits' : 'does not fit', gain, best: null };
}

/** Within what is expected of a sound SAE. */
export function isPlausible(
	{ l0, fvu }: Reconstruction,
	{ l0: [from, to], explained }: ExpectedFit
): boolean {
	return l0 >= from && l0 <= to && 1 - fvu >= explained;
}
