/** IndexedDB: the list of stored packs, files where there is no OPFS, and statistics that are not finished. */
import { Connection, type Schema } from './connection';
import type { FileStore } from './file-store';
import { blobOf, bufferedSink } from './memory';

/** A pack that was opened or imported once, so that it can be opened without a network. */
export interface PackRecord {
	/** sha256 of `text`. */
	hash: string;
	/** Of its folder; null when it was only ever imported. */
	address: string | null;
	/** Name of what it was imported from. */
	file?: string;
	/** `pack.json` as it came. */
	text: string;
}

export interface Records {
	all(): Promise<PackRecord[]>;
	put(record: PackRecord): Promise<void>;
	remove(hash: string): Promise<void>;
}

interface Kept extends Schema {
	packs: { key: string; value: PackRecord };
	files: { key: string; value: Uint8Array };
	/** Lengths of `files`, so that they are known without reading the files. */
	sizes: { key: string; value: number };
}

export type Database = Connection<Kept>;

/** Rejects where there is no IndexedDB, where the site's data is blocked, and where it does not answer. */
export const openDatabase = (name = 'undercurrent'): Promise<Database> =>
	Connection.to<Kept>(name, (fresh) => {
		fresh.createObjectStore('packs', { keyPath: 'hash' });
		fresh.createObjectStore('files');
		fresh.createObjectStore('sizes');
	});

export function recordsIn(database: Database): Records {
	return {
		all: () => database.use((open) => open.getAll('packs')),
		put: async (record) => void (await database.use((open) => open.put('packs', record))),
		remove: (hash) => database.use((open) => open.delete('packs', hash))
	};
}

/** Whole files as values: slower than OPFS, but supported by more browsers. */
export function filesIn(database: Database): FileStore {
	const get = (key: string) => database.use((open) => open.get('files', key));
	const put = (key: string, bytes: Uint8Array) =>
		database.use(async (open) => {
			const transaction = open.transaction(['files', 'sizes'], 'readwrite');
			await Promise.all([
				transaction.objectStore('files').put(bytes, key),
				transaction.objectStore('sizes').put(bytes.length, key),
				transaction.done
			]);
		});
	return {
		kind: 'indexeddb',
		sizes: () =>
			database.use(async (open) => {
				const transaction = open.transaction('sizes');
				const [keys, sizes] = await Promise.all([
					transaction.store.getAllKeys(),
					transaction.store.getAll()
				]);
				return new Map(keys.map((key, i) => [key, sizes[i]!]));
			}),
		read: async (key) => (await get(key)) ?? null,
		blob: async (key) => blobOf(await get(key)),
		append: async (key) => bufferedSink(await get(key), (bytes) => put(key, bytes)),
		remove: (key) =>
			database.use(async (open) => {
				const transaction = open.transaction(['files', 'sizes'], 'readwrite');
				await Promise.all([
					transaction.objectStore('files').delete(key),
					transaction.objectStore('sizes').delete(key),
					transaction.done
				]);
			})
	};
}

/** Holds one value. */
export interface ValueStore<T> {
	get(): Promise<T | null>;
	put(value: T): Promise<void>;
	remove(): Promise<void>;
}

/** A database of its own: its value is large, often replaced, and can be lost without harm. */
export async function openValueStore<T>(name: string): Promise<ValueStore<T>> {
	const database = await Connection.to<{ walks: { key: string; value: T } }>(
		`undercurrent-${name}`,
		(fresh) => void fresh.createObjectStore('walks')
	);
	return {
		get: async () => (await database.use((open) => open.get('walks', 'one'))) ?? null,
		put: async (value) => void (await database.use((open) => open.put('walks', value, 'one'))),
		remove: () => database.use((open) => open.delete('walks', 'one'))
	};
}
