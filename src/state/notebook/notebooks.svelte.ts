/** A reader's lists of features and presets of steering, as they are stored: every change is stored, then read again. */
import type { Engine } from '../../core/engine';
import {
	FIRST_TITLE,
	NOTEBOOK_CHANNEL,
	type KeptChange,
	type KeptFeature,
	type Notebook,
	type NotebookChange,
	type Notebooks
} from '../../core/notebook/notebook';
import { notebooksText, parseNotebooks, type SharedList } from '../../core/notebook/notebook-file';
import type { FeatureId } from '../../core/names/ids';
import { asError } from '../calls/resource.svelte';

const NOTHING: Notebooks = { lists: [], presets: [], stored: true };

export class NotebookShelf {
	#all = $state.raw<Notebooks | null>(null);
	#chosen = $state<string | null>(null);
	error = $state.raw<Error | null>(null);
	/** What came of the last step, in a sentence. */
	said = $state('');
	/** Takes the last removal back. */
	#undo = $state.raw<NotebookChange[]>([]);
	/** Called when another tab has changed names. */
	onNames: () => void = () => undefined;
	readonly #engine: Engine;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	/** Reads what is stored and follows other tabs; the answer ends that. */
	listen(): () => void {
		void this.#read();
		const channel = new BroadcastChannel(NOTEBOOK_CHANNEL);
		channel.onmessage = ({ data }) => {
			if (data === 'names') this.onNames();
			else void this.#read();
		};
		return () => channel.close();
	}

	/** Whether it is known what is stored. */
	get ready(): boolean {
		return this.#all !== null;
	}
	get all(): Notebooks {
		return this.#all ?? NOTHING;
	}
	get lists(): Notebook[] {
		return this.all.lists;
	}
	/** The list that is looked at, and that features are kept in; null while there is none. */
	get list(): Notebook | null {
		return this.lists.find(({ id }) => id === this.#chosen) ?? this.lists[0] ?? null;
	}
	get canUndo(): boolean {
		return this.#undo.length > 0;
	}

	choose(id: string): void {
		this.#chosen = id;
	}

	isKept(id: FeatureId, pack: string): boolean {
		return this.list?.features.some((kept) => kept.id === id && kept.pack === pack) ?? false;
	}

	/** Into the list that is looked at; the first one makes itself. */
	async keep(feature: KeptFeature): Promise<void> {
		const list = this.list ?? { id: newId(), title: FIRST_TITLE };
		const making: NotebookChange[] = this.list ? [] : [{ kind: 'list', ...titled(list) }];
		await this.change([...making, { kind: 'keep', list: list.id, feature }]);
		this.said = `Kept in “${list.title}”.`;
	}

	async add(title: string): Promise<void> {
		const id = newId();
		await this.change([{ kind: 'list', id, title }]);
		this.#chosen = id;
		this.said = `Made “${title}”.`;
	}

	async rename(id: string, title: string): Promise<void> {
		await this.change([{ kind: 'list', id, title }]);
	}

	async edit(list: string, { pack, id }: KeptFeature, change: KeptChange): Promise<void> {
		await this.change([{ kind: 'change', list, pack, id, change }]);
	}

	async remove(list: string, feature: KeptFeature): Promise<void> {
		const { pack, id } = feature;
		await this.change([{ kind: 'drop', list, pack, id }]);
		this.#undo = [{ kind: 'keep', list, feature }];
		this.said = 'Removed from the notebook.';
	}

	async removeList({ id, title, features }: Notebook): Promise<void> {
		await this.change([{ kind: 'drop-list', id }]);
		this.#undo = [{ kind: 'list', id, title }, ...kept(id, features)];
		this.said = `Deleted “${title}”.`;
	}

	async undo(): Promise<void> {
		await this.change(this.#undo);
		this.said = 'Put back.';
	}

	/** The text of a file with these lists, and with the presets if wished. */
	text(lists: Notebook[], presets = false): string {
		return notebooksText({ lists, presets: presets ? this.all.presets : [] });
	}

	/** Adds what a file holds; what is there already stays as it is. */
	async take(json: string): Promise<void> {
		this.error = null;
		try {
			const { lists, presets } = parseNotebooks(json);
			const here = new Map(this.lists.map((list) => [list.id, list]));
			const fresh = lists.filter(({ id }) => !here.has(id));
			const known = new Set(this.lists.flatMap((l) => l.features.map((f) => keyOf(l.id, f))));
			const all = lists.flatMap((l) => l.features.map((feature) => keyOf(l.id, feature)));
			const added = all.filter((key) => !known.has(key)).length;
			const ids = new Set(this.all.presets.map(({ id }) => id));
			const sets = presets.filter(({ id }) => !ids.has(id));
			await this.change([
				...fresh.map(({ id, title }) => ({ kind: 'list' as const, id, title })),
				...lists.flatMap(({ id, features }) => kept(id, features)),
				...sets.map((preset) => ({ kind: 'preset' as const, preset }))
			]);
			const there = all.length - added;
			this.said = [
				`Imported ${counted(fresh.length, 'notebook')}, ${counted(added, 'feature')} and ${counted(sets.length, 'preset')}.`,
				there > 0
					? `${counted(there, 'feature')} ${there === 1 ? 'was' : 'were'} there already.`
					: ''
			]
				.join(' ')
				.trim();
			if (lists[0]) this.#chosen = lists[0].id;
		} catch (error) {
			this.error = asError(error);
		}
	}

	/** Keeps a list that came in a link, as one of its own. */
	async takeShared({ title, features }: SharedList): Promise<void> {
		const id = newId();
		await this.change([{ kind: 'list', id, title }, ...kept(id, features)]);
		this.#chosen = id;
		this.said = `Kept “${title}” with ${counted(features.length, 'feature')}.`;
	}

	/** Stores steps, and reads what is stored then. */
	async change(changes: NotebookChange[]): Promise<void> {
		this.error = null;
		this.#undo = [];
		try {
			await this.#engine.changeNotebooks(changes);
			await this.#read();
		} catch (error) {
			this.error = asError(error);
		}
	}

	async #read(): Promise<void> {
		try {
			this.#all = await this.#engine.notebooks();
		} catch (error) {
			this.error = asError(error);
		}
	}
}

export const newId = (): string =>
	crypto.getRandomValues(new Uint32Array(3)).reduce((id, n) => id + n.toString(36), '');

const titled = ({ id, title }: { id: string; title: string }) => ({ id, title });
const keyOf = (list: string, { pack, id }: KeptFeature) => `${list} ${pack} ${id}`;
const kept = (list: string, features: KeptFeature[]) =>
	features.map((feature) => ({ kind: 'keep' as const, list, feature }));
const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
