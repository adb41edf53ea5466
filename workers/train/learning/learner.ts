/** An SAE that learns, step by step. */
import type { SaeState } from '../../../src/core/train/sae-state';

/** Steps over which the unexplained share is averaged. */
const MEMORY = 20;

export interface Learner {
	/** As it was when it was last brought. */
	readonly state: SaeState;
	/** The share of the variance that its last batches left unexplained; null before the first. */
	readonly unexplained: number | null;
	/** Learns from activations `x` `[n × d]` at this rate; false where a number is not finite, and then nothing is learned. */
	step(x: Float32Array, rate: number, signal?: AbortSignal): Promise<boolean>;
	/** Brings `state` up to date. */
	bring(): Promise<void>;
	release(): Promise<void>;
}

/** The mean of the last steps, of which this is the newest. */
export const averaged = (before: number | null, unexplained: number): number =>
	before === null ? unexplained : before + (unexplained - before) / MEMORY;
