/** Statistics from a reader's own text, as a page asks an engine for them: plain data. */
import type { Example } from '../features/feature';
import type { FeatureId, SaeId } from '../names/ids';
import type { Call, Progress } from '../calls';
import type { Imported } from '../packs/stored';

export interface TextRequest {
	file: Blob;
	/** Of the file; its ending says what it holds. */
	name: string;
	saes: SaeId[];
}

/** What has been found so far. */
export interface TextPart {
	/** While the text is read, in bytes of the file. */
	progress: Progress;
	documents: number;
	tokens: number;
	saes: SaeSoFar[];
}

export interface SaeSoFar {
	id: SaeId;
	features: number;
	/** Features that were active at least once. */
	seen: number;
	l0: number;
	/** Against the mean of the text so far. */
	fvu: number;
	/** Features by log10 of the share of tokens on which they were active. */
	density: { edges: number[]; counts: number[] };
}

/** A walk that was begun and neither finished nor given up. */
export interface PendingText {
	name: string;
	/** Of the file, and how many of them are read. */
	bytes: number;
	done: number;
	tokens: number;
	saes: SaeId[];
}

/** A feature as far as the text has been read. */
export interface TextFeature {
	id: FeatureId;
	tokens: number;
	density: number;
	max: number;
	mean: number;
	histogram: { edges: number[]; counts: number[] };
	/** Strongest first. */
	examples: Example[];
}

export interface CorpusCalls {
	/**
	 * Walks a text with SAEs of the open pack, or with null goes on with the walk that is pending, and stores a
	 * second pack that has what came of it. A cancelled walk stays pending. Throws a Problem for what is no text.
	 */
	corpusStatistics: Call<TextRequest | null, Imported, TextPart>;
	/** The walk that can go on with the open pack; null when there is none. */
	pendingStatistics: Call<void, PendingText | null>;
	discardStatistics: Call<void, void>;
	/** A feature as far as the text has been read; null when its SAE is not walked. */
	featureSoFar: Call<FeatureId, TextFeature | null>;
}
