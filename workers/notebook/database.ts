/** A reader's own things in IndexedDB: names, notebooks, presets. Apart from the packs: deleting these leaves them alone. */
import type { OwnLabel } from '../../src/core/labels/labels';
import { featureId, parseFeatureId } from '../../src/core/names/site';
import type { PackSource } from '../../src/core/packs/source';
import {
	NOTEBOOK_CHANNEL,
	type NotebookChange,
	type Notebooks,
	type Preset
} from '../../src/core/notebook/notebook';
import { labelsInMemory, type LabelStore } from '../labels/own-labels';
import { Connection, type Schema } from '../storage/files/connection';
import {
	applied,
	inLists,
	notebooksInMemory,
	type FeatureKey,
	type StoredFeature,
	type StoredList
} from './store';

interface Kept extends Schema {
	/** Own names by the sha256 of an SAE's weights and a feature's index: another pack of the same SAE has them too. */
	names: { key: [weights: string, index: number]; value: string };
	lists: { key: string; value: StoredList };
	features: { key: FeatureKey; value: StoredFeature };
	presets: { key: string; value: Preset };
}

type Database = Connection<Kept>;

/** Rejects where there is no IndexedDB, where the site's data is blocked, and where it does not answer. */
const openDatabase = (): Promise<Database> =>
	Connection.to<Kept>('undercurrent-notebooks', (fresh) => {
		fresh.createObjectStore('names');
		fresh.createObjectStore('lists', { keyPath: 'id' });
		fresh.createObjectStore('features', { keyPath: ['list', 'pack', 'id'] });
		fresh.createObjectStore('presets', { keyPath: 'id' });
	});

let database: Promise<Database> | null = null;

/** null where the browser keeps nothing. */
const opened = (): Promise<Database | null> => (database ??= openDatabase()).catch(() => null);

const fallback = labelsInMemory();

/** Own names in this browser; where it keeps nothing, as long as the page is open. */
export const browserLabels: LabelStore = {
	async read(pack) {
		const open = await opened();
		if (!open) return fallback.read(pack);
		const found: OwnLabel[] = [];
		for (const { id, weights } of saesOf(pack)) {
			const range = IDBKeyRange.bound([weights], [weights, []]);
			const [keys, texts] = await open.use((db) =>
				Promise.all([db.getAllKeys('names', range), db.getAll('names', range)])
			);
			keys.forEach(([, index], i) => found.push({ id: featureId(id, index), text: texts[i]! }));
		}
		return found;
	},
	async write(pack, changes) {
		const open = await opened();
		if (!open) return fallback.write(pack, changes);
		const weights = new Map(saesOf(pack).map((sae) => [sae.id, sae.weights]));
		await open.use(async (db) => {
			const transaction = db.transaction('names', 'readwrite');
			const all = changes.map(({ id, text }) => {
				const { sae, index } = parseFeatureId(id)!;
				const key: [string, number] = [weights.get(sae)!, index];
				return text === '' ? transaction.store.delete(key) : transaction.store.put(text, key);
			});
			await Promise.all([...all, transaction.done]);
		});
		announce('names');
	}
};

const saesOf = ({ pack }: PackSource) =>
	pack.saes.map(({ id, weights }) => ({ id, weights: pack.files[weights]!.sha256 }));

const inMemory = notebooksInMemory();

export async function readNotebooks(): Promise<Notebooks> {
	const open = await opened();
	if (!open) return { ...inMemory.all(), stored: false };
	return open.use(async (db) => {
		const transaction = db.transaction(['lists', 'features', 'presets']);
		const [lists, features, presets] = await Promise.all([
			transaction.objectStore('lists').getAll(),
			transaction.objectStore('features').getAll(),
			transaction.objectStore('presets').getAll()
		]);
		return { ...inLists(lists, features, presets), stored: true };
	});
}

export async function changeNotebooks(changes: readonly NotebookChange[]): Promise<void> {
	const open = await opened();
	if (!open) {
		await inMemory.change(changes, Date.now());
		return announce('notebooks');
	}
	await open.use(async (db) => {
		const transaction = db.transaction(['lists', 'features', 'presets'], 'readwrite');
		const lists = transaction.objectStore('lists');
		const features = transaction.objectStore('features');
		const presets = transaction.objectStore('presets');
		await applied(
			changes,
			{
				list: (id) => lists.get(id),
				feature: (key) => features.get(key),
				putList: (list) => lists.put(list),
				putFeature: (kept) => features.put(kept),
				putPreset: (preset) => presets.put(preset),
				dropFeature: (key) => features.delete(key),
				dropList: (id) => {
					void lists.delete(id);
					return features.delete(IDBKeyRange.bound([id], [id, []]));
				},
				dropPreset: (id) => presets.delete(id)
			},
			Date.now()
		);
		await transaction.done;
	});
	announce('notebooks');
}

function announce(what: 'names' | 'notebooks'): void {
	const channel = new BroadcastChannel(NOTEBOOK_CHANNEL);
	channel.postMessage(what);
	channel.close();
}
