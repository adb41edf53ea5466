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
import { Past } from './past.svelte';

type Steered = Pick<Address, 'steer' | 'paused'>;

export class EditList {
	/** What edits began with that nobody has changed: the dose takes its place. */
	readonly #assumed = new Map<FeatureId, number>();
	readonly past = new Past<Steered>();

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
			if (assumed) this.change(id, { value: dose.add }, false);
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
		this.#put({ steer });
	}

	/**
	 * Adds the residual features of a feature's chain through the layers, cut where the thresholds say; returns the chain, and
	 * how many of it are new in the list.
	 */
	async addChain(
		id: FeatureId,
		cuts: Omit<FlowRequest, 'id'> = {}
	): Promise<{ chain: FeatureId[]; fresh: number }> {
		const chain = chainOf(await this.engine.flow({ id, ...cuts }), id);
		const fresh = chain.filter((one) => !this.has(one)).length;
		await this.add(chain);
		return { chain, fresh };
	}

	/** Puts these into the list, in place of those of the same features. */
	set(edits: Edit[]): void {
		const others = this.address.steer.filter((old) => !edits.some((edit) => edit.id === old.id));
		this.#put({ steer: [...others, ...edits] });
	}

	/** `isStep`: whether it can be taken back. */
	change(id: FeatureId, change: Partial<Edit>, isStep = true): void {
		const line = this.labels.line(id);
		const strength = this.doses.of(id)?.add ?? line?.max ?? null;
		const steer = changed(this.address.steer, id, change, strength);
		if (isStep) this.#put({ steer }, `${id} ${change.mode ?? ''}`);
		else this.address.set({ steer });
	}

	remove(id: FeatureId): void {
		this.#assumed.delete(id);
		this.#put({ steer: this.address.steer.filter((edit) => edit.id !== id) });
	}

	/** Every edit in force: those that are paused are not. */
	get active(): Edit[] {
		const { steer, paused } = this.address;
		return steer.filter(({ id }) => !paused.includes(id));
	}

	isPaused(id: FeatureId): boolean {
		return this.address.paused.includes(id);
	}

	/** Leaves a feature alone for now, or no longer. */
	pause(id: FeatureId): void {
		const { paused } = this.address;
		const others = paused.filter((one) => one !== id);
		this.#put({ paused: others.length < paused.length ? others : [...paused, id] });
	}

	/** Each edit back at its default strength, and none paused. */
	reset(): void {
		const steer = this.address.steer.map(({ id }) => {
			const strength = this.doses.of(id)?.add ?? this.labels.line(id)?.max ?? null;
			return added([], [id], [strength])[0]!;
		});
		this.#put({ steer, paused: [] });
	}

	removeAll(): void {
		this.#assumed.clear();
		this.#put({ steer: [], paused: [] });
	}

	/** These in place of all others. */
	replace(steer: Edit[]): void {
		this.#put({ steer, paused: [] });
	}

	undo(): void {
		const to = this.past.undo(this.#now);
		if (to) this.address.set(to);
	}

	redo(): void {
		const to = this.past.redo(this.#now);
		if (to) this.address.set(to);
	}

	get #now(): Steered {
		const { steer, paused } = this.address;
		return { steer, paused };
	}

	/** `what`: what is moved, so that one movement is one step back. What is no longer steered is not paused either. */
	#put(change: Partial<Steered>, what = ''): void {
		this.past.remember(this.#now, what);
		const steer = change.steer ?? this.address.steer;
		const paused = change.paused ?? this.address.paused;
		this.address.set({
			steer,
			paused: paused.filter((id) => steer.some((edit) => edit.id === id))
		});
	}

	#peak(id: FeatureId): number | null {
		return Math.max(0, ...(this.reading.activationsOf(id) ?? [])) || null;
	}
}
