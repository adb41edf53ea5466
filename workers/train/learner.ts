/** An SAE that learns, step by step. */
import type { SaeState } from '../../src/core/train/sae-state';
import {
	AUX_K,
	batchOf,
	deadAfter,
	encoderOf,
	explained,
	learn,
	revived
} from '../../src/core/train/learning-step';
import type { TopEncoder } from './top-encoder';

/** Steps over which the unexplained share is averaged. */
const MEMORY = 20;

export class Learner {
	/** The share of the variance that its last batches left unexplained; null before the first. */
	unexplained: number | null = null;

	constructor(
		readonly state: SaeState,
		readonly encoder: TopEncoder,
		/** Tokens after which a silent feature is dead. */
		readonly patience: number
	) {}

	/** Learns from activations `x` `[n × d]` at this rate; false where a number is not finite, and then nothing is learned. */
	async step(x: Float32Array, rate: number, signal?: AbortSignal): Promise<boolean> {
		const { state, encoder } = this;
		const batch = batchOf(state, x);
		const top = await encoder.encode(state, batch.u, signal);
		const { left, main, unexplained } = explained(state, batch, top);
		if (!Number.isFinite(unexplained)) return false;
		const dead = deadAfter(state, top, batch.n, this.patience);
		const parts = [main];
		if (dead.length > 0) {
			const k = Math.min(AUX_K, dead.length);
			const own = await encoder.top(batch.u, encoderOf(state, dead), k, signal);
			parts.push(revived(state, batch, left, dead, own));
		}
		learn(state, batch, parts, rate);
		this.unexplained =
			this.unexplained === null
				? unexplained
				: this.unexplained + (unexplained - this.unexplained) / MEMORY;
		return true;
	}
}
