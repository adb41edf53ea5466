/** What there is to know about one feature: plain data. */
import type { Call } from '../calls';
import type { SaeId, FeatureId } from '../names/ids';
import type { OriginRow } from '../flow/origin';
import type { StatsText } from '../corpus/source';

export interface Label {
	text: string;
	/** Where it came from: `tokens` (those it promotes), `truth`, `pattern`, `own` (the reader's). */
	source: string;
	/** F1 between 0 and 1, or null when not measured. */
	score: number | null;
	/** Between 0 and 1; null or absent when not measured, like the next two. */
	precision?: number | null;
	recall?: number | null;
	/** The F1 that shuffled truth reaches. */
	chance?: number | null;
	/** Examples of the feature at whose peak the name holds; absent where nobody looked. */
	held?: Held | undefined;
}

/** Of how many examples a name holds: all whose truth is known, and the strongest of them. */
export interface Held {
	holds: number;
	of: number;
	strongest: number | null;
	ofStrongest: number | null;
}

export interface Example {
	tokens: string[];
	/** One per token; 0 where the feature is silent. */
	activations: number[];
	/** 1 = the strongest of all; 0.5 = as strong as the median active token. */
	quantile: number;
	/** Who wrote the text: a story generator, the model itself, or the maker of the pack gave it. */
	source: 'generator' | 'model' | 'text';
}

export interface TokenLogit {
	token: string;
	id: number;
	logit: number;
}

export interface FeatureCard {
	id: FeatureId;
	sae: SaeId;
	label: Label | null;
	/** What the pack calls it where a reader's own name is in force; null or absent otherwise, and where it has no name. */
	packLabel?: Label | null;
	/** Share of held-out tokens on which it is active; null, like all statistics, when not measured. */
	density: number | null;
	max: number | null;
	/** Mean over the tokens on which it is active. */
	mean: number | null;
	/** Held-out tokens behind density and histogram; null when the pack does not say. */
	tokens: number | null;
	/** The reader's text that the statistics are from; null when they are the pack's maker's. */
	text?: StatsText | null;
	/** A pattern of tokens on which it fires, whether or not that is good enough for a name. */
	pattern?: Label | null;
	histogram: { edges: number[]; counts: number[] } | null;
	examples: Example[];
	promoted: TokenLogit[];
	suppressed: TokenLogit[];
	/** Tokens whose embedding points along its encoder: embedding row · W_enc column, centred. */
	reads: TokenLogit[];
	nearest: { id: FeatureId; cosine: number; label: Label | null }[];
	/** Best matches at upstream sites (where it came from) and downstream (where it goes). */
	upstream: Match[];
	downstream: Match[];
	/** What the decoders say of where it came from. */
	origin: OriginRow;
	/** What held-out text says of it: shares of its active tokens, in the order of `GROUPS`. */
	observed: number[] | null;
	/** Features of the same SAE active on the same tokens, by Pearson correlation of activations. */
	together: { id: FeatureId; correlation: number; label: Label | null }[] | null;
	/** Bits: entropy of the distribution over the token ids on which it is active. */
	tokenEntropy: number | null;
	/** Whether names were sought: a label from `tokens` then means that none scored well enough. */
	namesSought: boolean;
	/** Where a kron feature stands among its head's, and the others of its row and column. */
	kron: KronPlace | null;
}

export interface KronPlace {
	head: number;
	row: number;
	column: number;
	sameRow: { id: FeatureId; label: Label | null }[];
	sameColumn: { id: FeatureId; label: Label | null }[];
}

export interface Match {
	id: FeatureId;
	cosine: number;
	/** (cosine − null median) / null standard deviation of the target SAE. */
	z: number;
	/** Above the null's 99.9th percentile. */
	high: boolean;
	label: Label | null;
}

/** A label-bearing line of a list of features, for search and lists. */
export interface FeatureLine {
	id: FeatureId;
	label: Label | null;
	/** null when not measured. */
	density: number | null;
	max: number | null;
	/** Over the tokens on which it is active. */
	mean?: number | null;
}

export interface FeatureCalls {
	feature: Call<FeatureId, FeatureCard>;
	/** Labels and densities of features, in the order asked for. */
	lines: Call<FeatureId[], FeatureLine[]>;
}
