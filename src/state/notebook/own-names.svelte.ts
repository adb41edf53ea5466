/** A reader's own names of the open pack's features. */
import type { Engine } from '../../core/engine';
import {
	importInWords,
	type LabelForm,
	type LabelImport,
	type LabelsImported
} from '../../core/labels/labels';
import type { KeptFeature } from '../../core/notebook/notebook';
import type { FeatureId } from '../../core/names/ids';
import { asError } from '../calls/resource.svelte';
import { Task } from '../calls/task.svelte';

export class OwnNames {
	/** By feature. */
	all = $state.raw<ReadonlyMap<FeatureId, string>>(new Map());
	error = $state.raw<Error | null>(null);
	readonly importing: Task<LabelImport, LabelsImported>;
	readonly #engine: Engine;
	/** What shows names. */
	readonly #renewed: readonly { renew(): unknown }[];

	constructor(engine: Engine, renewed: readonly { renew(): unknown }[]) {
		this.#renewed = renewed;
		this.#engine = engine;
		this.importing = new Task(async (request, { signal }) => {
			const found = await engine.importLabels(request, { signal });
			await this.refresh();
			return found;
		});
	}

	/** What came of the last import, in sentences. */
	get imported(): string {
		return this.importing.value ? importInWords(this.importing.value) : '';
	}

	/** Reads them again; another tab may have changed them. */
	async refresh(): Promise<void> {
		const own = await this.#engine.ownLabels().catch(() => null);
		if (!own) return;
		const all = new Map(own.map(({ id, text }) => [id, text]));
		const same =
			all.size === this.all.size && own.every(({ id, text }) => this.all.get(id) === text);
		if (same) return;
		this.all = all;
		for (const one of this.#renewed) void one.renew();
	}

	/** Names features; '' takes a name away. */
	async name(names: { id: FeatureId; text: string }[]): Promise<void> {
		this.error = null;
		try {
			await this.#engine.nameFeatures(names);
			await this.refresh();
		} catch (error) {
			this.error = asError(error);
		}
	}

	/** Takes names of others, of features of this pack that have no name of the reader's. */
	async take(kept: readonly KeptFeature[], pack: string | null): Promise<void> {
		const fresh = kept.filter(
			(one) => one.pack === pack && one.called !== '' && !this.all.has(one.id)
		);
		if (fresh.length > 0) await this.name(fresh.map(({ id, called }) => ({ id, text: called })));
	}

	/** The text of a file, or null, with `error` set. */
	async exported(form: LabelForm, own: boolean): Promise<string | null> {
		this.error = null;
		try {
			return (await this.#engine.exportLabels({ form, own })).text;
		} catch (error) {
			this.error = asError(error);
			return null;
		}
	}

	/** They were of another pack. */
	clear(): void {
		this.all = new Map();
		this.error = null;
		this.importing.clear();
	}
}
