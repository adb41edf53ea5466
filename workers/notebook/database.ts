/** A reader's own things in IndexedDB: names, notebooks, presets. Apart from the packs: deleting these leaves them alone. */
import type { OwnLabel } from '../../src/core/labels/labels';
import { featureId, parseFeatureId } from '../../src/core/names/site';
import type { PackSource } from '../../src/core/packs/source';
import { labelsInMemory, type LabelStore } from '../labels/own-labels';
import { Connection, type Schema } from '../storage/files/connection';

interface Kept extends Schema {
	/** Own names by the sha256 of an SAE's weights and a feature's index: another pack of the same SAE has them too. */
	names: { key: [weights: string, index: number]; value: string };
}

type Database = Connection<Kept>;

/** Rejects where there is no IndexedDB, where the site's data is blocked, and where it does not answer. */
const openDatabase = (): Promise<Database> =>
	Connection.to<Kept>('undercurrent-notebooks', (fresh) => {
		fresh.createObjectStore('names');
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
	}
};

const saesOf = ({ pack }: PackSource) =>
	pack.saes.map(({ id, weights }) => ({ id, weights: pack.files[weights]!.sha256 }));
