/** The edits of the address, changed one by one: what a new one starts with, and what a default strength does to it. */
import type { Engine } from '../../core/engine';
import { chainOf } from '../../core/flow/flow';
import type { FlowRequest } from '../../core/flow/graph';
import type { FeatureId } from '../../core/names/ids';
import type { Edit } from '../../core/steering/writing';
import type { Labels } from '../packs/labels.svelte';
import type { Address } from '../page/address.svelte';
import type { Reading } from '../prompt/reading.svelte';
import type { DoseList } from './doses.svelte';
import { added, changed } from './edits';

export class EditList {
	/** What edits began with that nobody has changed: the dose takes its place. */
	readonly #assumed = new Map<FeatureId, number>();

	constructor(
		readonly engine: Engine,
		readonly address: Address,
		readonly labels: Labels,
		readonly reading: Reading,
		readonly doses: DoseList
	) {
		doses.onFound = (id, dose) => {
			const edit = this.address.steer.find((one) => one.id === id);
			const assumed = edit?.mode === 'add' && this.#assumed.get(id) === edit.value;
			this.#assumed.delete(id);
			if (assumed) this.change(id, { value: dose.add });
		};
	}

	has(id: FeatureId): boolean {
		return this.address.steer.some((edit) => edit.id === id);
	}

	/** Adds features, at their default strengths once those are known. */
	async add(ids: FeatureId[]): Promise<void> {
		const lines = await Promise.all(ids.map((id) => this.labels.fetch(id).catch(() => null)));
		// A chain pushes as hard as one feature would: its parts point much the same way and add up.
		const strengths = ids.map((id, i) => {
			const strength = lines[i]?.max ?? this.#peak(id);
			return this.doses.of(id)?.add ?? (strength && strength / ids.length);
		});
		const before = this.address.steer;
		const steer = added(before, ids, strengths);
		if (ids.length === 1 && steer.length > before.length && !this.doses.of(ids[0]!))
			this.#assumed.set(ids[0]!, steer.at(-1)!.value);
		this.address.set({ steer });
	}

	/** Adds the residual features of a feature's chain through the layers, cut where the thresholds say. */
	async addChain(id: FeatureId, cuts: Omit<FlowRequest, 'id'> = {}): Promise<void> {
		await this.add(chainOf(await this.engine.flow({ id, ...cuts }), id));
	}

	/** Puts these into the list, in place of those of the same features. */
	set(edits: Edit[]): void {
		const others = this.address.steer.filter((old) => !edits.some((edit) => edit.id === old.id));
		this.address.set({ steer: [...others, ...edits] });
	}

	change(id: FeatureId, change: Partial<Edit>): void {
		const line = this.labels.line(id);
		const strength = this.doses.of(id)?.add ?? line?.max ?? null;
		this.address.set({ steer: changed(this.address.steer, id, change, strength) });
	}

	remove(id: FeatureId): void {
		this.#assumed.delete(id);
		this.address.set({ steer: this.address.steer.filter((edit) => edit.id !== id) });
	}

	#peak(id: FeatureId): number | null {
		return Math.max(0, ...(this.reading.activationsOf(id) ?? [])) || null;
	}
}
