/** How a training goes: its settings, and what follows from them. */
import { Problem } from '../names/errors';

/** What a person chooses. */
export interface TrainSettings {
	features: number;
	/** Features that may be active on a token. */
	k: number;
	/** Tokens to learn from; a shorter text is read again. */
	tokens: number;
	seed: number;
	/** Whether a second SAE learns beside it from activations whose columns are shuffled. */
	control: boolean;
}

/** What the optimiser is told. */
export interface TrainPlan {
	/** Tokens of a step. */
	batch: number;
	rate: number;
	/** Steps in which the rate rises to `rate`. */
	warmUp: number;
	/** The share of the tokens from which on the rate falls, and what is left of it at the end. */
	fallFrom: number;
	least: number;
	/** Tokens after which a silent feature is dead, and AuxK begins to teach it. */
	deadAfter: number;
}

const [BATCH, SMALLEST_BATCH, FEWEST_STEPS] = [1024, 128, 400];
/** The rate times the steps is how far a number can get, which is the same for short trainings, within these rates. */
const [WAY, RATE, HIGHEST_RATE] = [2, 1e-3, 5e-3];
const [LONGEST_WARM_UP, FALL_FROM, LEAST] = [50, 0.6, 0.03];
const LONGEST_SILENCE = 60_000;

/** The recipe's settings, with smaller batches and higher rates where there are few tokens. */
export function planOf({ tokens }: Pick<TrainSettings, 'tokens'>): TrainPlan {
	const room = 2 ** Math.floor(Math.log2(tokens / FEWEST_STEPS));
	const batch = Math.max(SMALLEST_BATCH, Math.min(BATCH, room));
	const steps = tokens / batch;
	return {
		...{ batch, rate: Math.max(RATE, Math.min(HIGHEST_RATE, WAY / steps)) },
		...{ fallFrom: FALL_FROM, least: LEAST },
		warmUp: Math.min(LONGEST_WARM_UP, Math.ceil(steps / 10)),
		deadAfter: Math.min(LONGEST_SILENCE, Math.max(10 * batch, Math.round(tokens / 10)))
	};
}

/** The rate of a step, of which `share` of the tokens are done. */
export function rateAt(plan: TrainPlan, step: number, share: number): number {
	const { rate, warmUp, fallFrom, least } = plan;
	const fall = share < fallFrom ? 1 : Math.max(least, (1 - share) / (1 - fallFrom));
	return rate * Math.min(1, (step + 1) / warmUp) * fall;
}

/** Throws a Problem for settings of which no SAE can come. */
export function checkSettings({ features, k, tokens }: TrainSettings, d: number): void {
	if (features < k)
		throw new Problem(
			'usage',
			`${k} features may be active on a token (k), but there are only ${features}.`,
			'Choose more features or a smaller k.'
		);
	if (features * d >= 2 ** 27)
		throw new Problem(
			'usage',
			`${features} features of ${d} numbers are more than can be trained here.`,
			'Choose fewer features.'
		);
	if (tokens < FEWEST_TOKENS) throw tooFew(tokens);
}

/** Below so many tokens nothing can be learned. */
export const FEWEST_TOKENS = 1000;

/** `tokens`: what is there to learn from. */
export function tooFew(tokens: number): Problem {
	return new Problem(
		'unsupported',
		`${tokens} tokens are too few to train on: at least ${FEWEST_TOKENS} are needed.`,
		'Choose a longer text, and more tokens.'
	);
}

/** Activations that a feature should see at least, of different tokens. */
const ENOUGH = 1000;

/** How many different tokens an SAE of this size should see, so that the average feature is active on a thousand. */
export const tokensNeeded = ({ features, k }: Pick<TrainSettings, 'features' | 'k'>): number =>
	Math.round((ENOUGH * features) / k);
