/** Whether the SAEs of the open pack fit its model, measured when the reader asks; and a mistake undone. */
import type { Imported } from '../../core/packs/stored';
import type { FitRequest, RepairRequest, SaeFit, FitReport } from '../../core/experiments/fit';
import type { Engine } from '../../core/engine';
import { Task } from '../calls/task.svelte';

export class FitTask extends Task<FitRequest, FitReport> {
	/** Stores the pack with one mistake undone. */
	readonly repairing: Task<RepairRequest, Imported>;
	/** What is being undone or was last. */
	order = $state.raw<RepairRequest | null>(null);

	constructor(engine: Engine) {
		super(({ text, saes }, { onPart, ...watch }) => {
			let found: SaeFit[] = [];
			const onSaeFit = (sae: SaeFit) => {
				found = [...found, sae];
				const tokens = Math.max(...found.map(({ measured }) => measured?.tokens ?? 0));
				onPart({ tokens, text: text === null ? 'built in' : 'own', saes: found });
			};
			return engine.fit({ text, saes }, { ...watch, onPart: onSaeFit });
		});
		this.repairing = new Task((order, watch) => engine.repairSae(order, watch));
	}

	/** Stores the pack with this mistake undone; null when that failed or was ended. */
	async repair(order: RepairRequest): Promise<Imported | null> {
		this.order = order;
		await this.repairing.start(order);
		return this.repairing.answerTo(order);
	}

	override clear(): void {
		super.clear();
		this.repairing.clear();
		this.order = null;
	}
}
