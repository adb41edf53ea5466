/** Training an SAE in the page, as it is asked for and what comes of it: plain data. */
import type { Site } from '../names/ids';
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
