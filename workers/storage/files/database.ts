/** The one IndexedDB database: which packs are stored, and files where there is no better place. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { FileStore, Sink } from './file-store';
import { blobOf, PartsSink } from './memory';

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

interface Schema extends DBSchema {
	packs: { key: string; value: PackRecord };
	files: { key: string; value: Uint8Array };
	/** Lengths of `files`, to be known without reading them. */
	sizes: { key: string; value: number };
}

export type Database = IDBPDatabase<Schema>;

export function openDatabase(name = 'undercurrent'): Promise<Database> {
	return openDB<Schema>(name, 1, {
		upgrade(database) {
			database.createObjectStore('packs', { keyPath: 'hash' });
			database.createObjectStore('files');
			database.createObjectStore('sizes');
		},
		// Another tab wants to change or delete the database: it shall not have to wait for this one.
		blocking: (_old, _new, event) => (event.target as IDBDatabase).close()
	});
}

export function recordsIn(database: Database): Records {
	return {
		all: () => database.getAll('packs'),
		put: async (record) => void (await database.put('packs', record)),
		remove: (hash) => database.delete('packs', hash)
	};
}

/** Whole files as values: slower than OPFS, but there in more browsers. */
export function filesIn(database: Database): FileStore {
	const put = async (key: string, bytes: Uint8Array) => {
		const transaction = database.transaction(['files', 'sizes'], 'readwrite');
		await Promise.all([
			transaction.objectStore('files').put(bytes, key),
			transaction.objectStore('sizes').put(bytes.length, key),
			transaction.done
		]);
	};
	return {
		kind: 'indexeddb',
		async sizes() {
			const transaction = database.transaction('sizes');
			const [keys, sizes] = await Promise.all([
				transaction.store.getAllKeys(),
				transaction.store.getAll()
			]);
			return new Map(keys.map((key, i) => [key, sizes[i]!]));
		},
		read: async (key) => (await database.get('files', key)) ?? null,
		blob: async (key) => blobOf(await database.get('files', key)),
		async append(key): Promise<Sink> {
			const before = await database.get('files', key);
			return new PartsSink(before ? [before] : [], (bytes) => put(key, bytes));
		},
		async remove(key) {
			const transaction = database.transaction(['files', 'sizes'], 'readwrite');
			await Promise.all([
				transaction.objectStore('files').delete(key),
				transaction.objectStore('sizes').delete(key),
				transaction.done
			]);
		}
	};
}

/** One value at a time. */
export interface WalkStore<T> {
	get(): Promise<T | null>;
	put(value: T): Promise<void>;
	remove(): Promise<void>;
}

/** A database of its own: what is in it is large, replaced often, and no loss. */
export async function openWalkStore<T>(): Promise<WalkStore<T>> {
	const database = await openDB<{ walks: { key: string; value: T } }>('undercurrent-texts', 1, {
		upgrade: (fresh) => void fresh.createObjectStore('walks'),
		blocking: (_old, _new, event) => (event.target as IDBDatabase).close()
	});
	return {
		get: async () => (await database.get('walks', 'one')) ?? null,
		put: async (value) => void (await database.put('walks', value, 'one')),
		remove: () => database.delete('walks', 'one')
	};
}
