/** Whether the SAEs of the open pack fit its model, examined when the reader asks; and a mistake undone. */
import type { Imported } from '../../core/packs/stored';
import type { Examination, RepairOrder, SaeVerdict, Verdicts } from '../../core/labs/fit';
import type { Engine } from '../../core/engine';
import { Task } from '../calls/task.svelte';

export class Examining extends Task<Examination, Verdicts> {
	/** Stores the pack with one mistake undone. */
	readonly repairing: Task<RepairOrder, Imported>;
	/** What is being undone or was last. */
	order = $state.raw<RepairOrder | null>(null);

	constructor(engine: Engine) {
		super(({ text, saes }, { onPart, ...watch }) => {
			let found: SaeVerdict[] = [];
			const onVerdict = (verdict: SaeVerdict) => {
				found = [...found, verdict];
				const tokens = Math.max(...found.map(({ measured }) => measured?.tokens ?? 0));
				onPart({ tokens, text: text === null ? 'built in' : 'own', saes: found });
			};
			return engine.fit({ text, saes }, { ...watch, onPart: onVerdict });
		});
		this.repairing = new Task((order, watch) => engine.repairSae(order, watch));
	}

	/** Stores the pack with this mistake undone; null when that failed or was ended. */
	async repair(order: RepairOrder): Promise<Imported | null> {
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
