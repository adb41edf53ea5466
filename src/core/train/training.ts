/** Training an SAE in the page, as it is asked for and what comes of it: plain data. */
import type { Call } from '../calls';
import type { SaeId, Site } from '../names/ids';
import type { Exported, Imported } from '../packs/stored';
import type { TrainSettings } from './plan';

/** What held-out text says of an SAE after so many tokens of training. */
export interface CurvePoint {
	tokens: number;
	fvu: number;
	/** Mean number of active features. */
	l0: number;
	/** Share of features that no held-out token activates. */
	dead: number;
	/** Measured at some points only. */
	ce_recovered: number | null;
	/** FVU of the control on held-out activations that are shuffled like its own; null without one. */
	control: number | null;
}

/** A feature as far as it has formed, on the held-out text. */
export interface FormingFeature {
	index: number;
	/** Share of the held-out tokens on which it is active. */
	density: number;
	/** Strongest first. */
	examples: { tokens: string[]; activations: number[] }[];
}

/** How a run goes. */
export interface TrainingSoFar {
	site: Site;
	settings: TrainSettings;
	/** Name of the text. */
	text: string;
	/** Tokens learned from so far. */
	tokens: number;
	/** Seconds of training so far. */
	seconds: number;
	/** Unexplained share of the variance of the last batches, which are no held-out text; null before the first. */
	unexplained: number | null;
	curve: CurvePoint[];
	gallery: FormingFeature[];
	/** What a reader should know of the text, a sentence each. */
	warnings: string[];
}

/** A trained SAE on held-out documents. */
export interface TrainingResult extends Omit<CurvePoint, 'control'> {
	curve: CurvePoint[];
	/** Tokens on which it was measured, and on which the loss was. */
	held_out_tokens: number;
	loss_tokens: number;
	/** FVU of the control, on held-out activations that are shuffled too; null without one. */
	control_fvu: number | null;
	seconds: number;
	warnings: string[];
}

export interface TrainRequest {
	site: Site;
	settings: TrainSettings;
	/** A file whose ending says what it holds; null: the texts that the pack brings. */
	text: { file: Blob; name: string } | null;
}

/** What a training will take, by a short trial. */
export interface TrainingCost {
	/** Tokens of the text to learn from, and whether they were counted to the last. */
	textTokens: number;
	isWhole: boolean;
	/** Tokens a second that the model reads, and that the SAE learns from, each by itself. */
	reading: number;
	learning: number;
	/** Of the whole training. */
	seconds: number;
	/** Bytes of memory beside the model's, and of storage. */
	memory: number;
	storage: number;
	warnings: string[];
}

/** A finished training: the pack with its SAE is stored, beside the one that was open or in its place. */
export interface Trained {
	sae: SaeId;
	result: TrainingResult;
	imported: Imported;
}

export interface TrainingPart extends TrainingSoFar {
	/** What is done once the learning is over; null before. */
	storing: { what: string; done: number; total: number } | null;
}

export interface TrainCalls {
	/** Throws a Problem where a training of this request would. */
	trainingCost: Call<TrainRequest, TrainingCost>;
	/**
	 * Trains an SAE of the open pack and stores the pack with it. `continue` goes on with the training that is pending;
	 * `finish` ends it where it is. A cancelled training stays pending.
	 */
	train: Call<TrainRequest | 'continue' | 'finish', Trained, TrainingPart>;
	/** The training that can go on with the open pack; null when there is none. */
	pendingTraining: Call<void, TrainingSoFar | null>;
	discardTraining: Call<void, void>;
	/** An SAE of the open pack as SAELens saves one, zipped. Throws a Problem for one that is none of TopK. */
	exportSae: Call<SaeId, Exported>;
	/** Stores the open pack without one of its SAEs. */
	removeSae: Call<SaeId, Imported>;
}
