/** The feature that another one is compared with, and what they have in common. */
import type { Engine } from '../../core/engine';
import type { FeatureComparison } from '../../core/features/comparison';
import type { FeatureCard } from '../../core/features/feature';
import type { FeatureId } from '../../core/names/ids';
import { AskedTask } from '../calls/asked-task.svelte';
import { Resource } from '../calls/resource.svelte';

export class Comparison {
	readonly other: Resource<FeatureId, FeatureCard>;
	readonly common: AskedTask<{ a: FeatureId; b: FeatureId }, FeatureComparison>;

	constructor(engine: Engine) {
		this.other = new Resource((id, signal) => engine.feature(id, { signal }));
		this.common = new AskedTask(0, (pair, watch) => engine.compareFeatures(pair, watch));
	}

	/** What the address says that `a` is compared with. */
	ask(
		{ view, compare: b }: { view: string; compare: FeatureId | null },
		a: FeatureId | null
	): void {
		if (view !== 'feature' || a === null || b === null) return;
		void this.other.ask(b);
		this.common.ask({ a, b });
	}

	/** Names have changed. */
	renew(): Promise<void> {
		return this.other.renew();
	}

	clear(): void {
		this.other.clear();
		this.common.clear();
	}
}
