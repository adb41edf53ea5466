/** What the pack states of its SAEs, measured again when the reader asks for it. */
import type { Remeasured } from '../../core/packs/check';
import type { Engine } from '../../core/engine';
import { Task } from '../calls/task.svelte';

export class Remeasurement extends Task<null, Remeasured> {
	constructor(engine: Engine) {
		super((_, watch) => engine.remeasure(undefined, watch));
	}

	/** The last whole answer; it stays while another is on its way. */
	get found(): Remeasured | null {
		return this.value;
	}

	/** Does nothing while it is under way. */
	override async start(): Promise<void> {
		if (!this.busy) await super.start(null);
	}
}
