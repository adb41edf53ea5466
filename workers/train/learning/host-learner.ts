/** An SAE that learns on WebAssembly: the products with the whole encoder in the runtime, the sparse rest by hand. */
import type { SaeState } from '../../../src/core/train/sae-state';
import {
	AUX_K,
	batchOf,
	deadAfter,
	encoderOf,
	explained,
	learn,
	revived
} from '../../../src/core/train/learning-step';
import { averaged, type Learner } from './learner';
import type { TopEncoder } from './top-encoder';

export class HostLearner implements Learner {
	unexplained: number | null = null;

	constructor(
		readonly state: SaeState,
		readonly encoder: TopEncoder,
		/** Tokens after which a silent feature is dead. */
		readonly patience: number
	) {}

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
		this.unexplained = averaged(this.unexplained, unexplained);
		return true;
	}

	/** The state is always up to date. */
	async bring(): Promise<void> {}

	/** The encoder is others' too. */
	async release(): Promise<void> {}
}
