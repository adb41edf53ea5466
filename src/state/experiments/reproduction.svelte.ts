/** The paper on feature flow, redone on the open pack: what the pack brings of it, and what is measured here. */
import type { Reproduction, ReproductionSettings } from '../../core/experiments/reproduction';
import type { Engine } from '../../core/engine';
import { Resource } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';

export class ReproductionTask extends Task<ReproductionSettings, Reproduction> {
	/** Asked by the pack's name, so that another pack is asked anew. */
	readonly stored: Resource<string, Reproduction | null>;

	constructor(engine: Engine) {
		super((settings, watch) => engine.reproduce(settings, watch));
		this.stored = new Resource((_, signal) => engine.storedReproduction(undefined, { signal }));
	}

	override clear(): void {
		super.clear();
		this.stored.clear();
	}
}
