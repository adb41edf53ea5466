/** Notebooks and presets, changed in steps: each call is one transaction, so that two tabs do not undo each other's work. */
import type {
	KeptFeature,
	NotebookChange,
	Notebooks,
	Preset
} from '../../src/core/notebook/notebook';

/** A list without its features, which are stored one by one. */
export interface StoredList {
	id: string;
	title: string;
	/** Milliseconds since 1970: lists are shown in the order in which they were made. */
	made: number;
}

export interface StoredFeature extends KeptFeature {
	list: string;
	kept: number;
}

/** What can be read and written in one transaction. Features are found by list, pack and id. */
export interface Transaction {
	list(id: string): Promise<StoredList | undefined>;
	feature(key: FeatureKey): Promise<StoredFeature | undefined>;
	putList(list: StoredList): unknown;
	putFeature(feature: StoredFeature): unknown;
	putPreset(preset: Preset): unknown;
	dropFeature(key: FeatureKey): unknown;
	dropList(id: string): unknown;
	dropPreset(id: string): unknown;
}

export type FeatureKey = [list: string, pack: string, id: string];

/** Does the steps in their order. `now`: milliseconds since 1970. */
export async function applied(
	changes: readonly NotebookChange[],
	to: Transaction,
	now: number
): Promise<void> {
	for (const [i, change] of changes.entries()) {
		// Of one call, the first is the oldest.
		const time = now + i / 1e6;
		if (change.kind === 'list') {
			const old = await to.list(change.id);
			to.putList({ made: time, ...old, id: change.id, title: change.title });
		} else if (change.kind === 'drop-list') to.dropList(change.id);
		else if (change.kind === 'keep') {
			const { list, feature } = change;
			const old = await to.feature([list, feature.pack, feature.id]);
			if (!old) to.putFeature({ ...feature, list, kept: time });
		} else if (change.kind === 'change') {
			const old = await to.feature([change.list, change.pack, change.id]);
			if (old) to.putFeature({ ...old, ...change.change });
		} else if (change.kind === 'drop') to.dropFeature([change.list, change.pack, change.id]);
		else if (change.kind === 'preset') to.putPreset(change.preset);
		else to.dropPreset(change.id);
	}
}

/** Features of lists that another tab deleted meanwhile are left out. */
export function inLists(
	lists: StoredList[],
	features: StoredFeature[],
	presets: Preset[]
): Omit<Notebooks, 'stored'> {
	const inOrder = lists.toSorted((a, b) => a.made - b.made);
	const byAge = features.toSorted((a, b) => a.kept - b.kept);
	return {
		presets: presets.toSorted((a, b) => a.title.localeCompare(b.title, 'en')),
		lists: inOrder.map(({ id, title }) => ({
			id,
			title,
			features: byAge
				.filter(({ list }) => list === id)
				.map(({ list: _, kept: __, ...feature }) => feature)
		}))
	};
}

/** For browsers that keep nothing. */
export function notebooksInMemory() {
	const lists = new Map<string, StoredList>();
	const features = new Map<string, StoredFeature>();
	const presets = new Map<string, Preset>();
	const own = (key: FeatureKey) => key.join('\n');
	const transaction: Transaction = {
		list: async (id) => lists.get(id),
		feature: async (key) => features.get(own(key)),
		putList: (list) => lists.set(list.id, list),
		putFeature: (kept) => features.set(own([kept.list, kept.pack, kept.id]), kept),
		putPreset: (preset) => presets.set(preset.id, preset),
		dropFeature: (key) => features.delete(own(key)),
		dropList: (id) => {
			lists.delete(id);
			for (const [key, { list }] of features) if (list === id) features.delete(key);
		},
		dropPreset: (id) => presets.delete(id)
	};
	return {
		all: () => inLists([...lists.values()], [...features.values()], [...presets.values()]),
		change: (changes: readonly NotebookChange[], now: number) => applied(changes, transaction, now)
	};
}
