/** IndexedDB: the list of stored packs, files where there is no OPFS, and statistics that are not finished. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
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

interface Schema extends DBSchema {
	packs: { key: string; value: PackRecord };
	files: { key: string; value: Uint8Array };
	/** Lengths of `files`, so that they are known without reading the files. */
	sizes: { key: string; value: number };
}

export type Database = IDBPDatabase<Schema>;

/** Another tab that wants to change or delete the database need not wait for this one. */
const blocking = (_old: unknown, _new: unknown, event: IDBVersionChangeEvent) =>
	(event.target as IDBDatabase).close();

/** Milliseconds after which a database that does not answer counts as none: some broken profiles never do. */
const PATIENCE = 5000;

/** Rejects where there is no IndexedDB, where the site's data is blocked, and where it does not answer. */
export async function openDatabase(name = 'undercurrent'): Promise<Database> {
	return inTime(
		openDB<Schema>(name, 1, {
			upgrade(database) {
				database.createObjectStore('packs', { keyPath: 'hash' });
				database.createObjectStore('files');
				database.createObjectStore('sizes');
			},
			blocking
		})
	);
}

function inTime<T extends { close(): void }>(opening: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			reject(new Error('The database does not answer.'));
		}, PATIENCE);
		opening.then(
			(database) => (late ? database.close() : resolve(database)),
			(error: unknown) => reject(error instanceof Error ? error : new Error(String(error)))
		);
		void opening.catch(() => undefined).then(() => clearTimeout(timer));
	});
}

export function recordsIn(database: Database): Records {
	return {
		all: () => database.getAll('packs'),
		put: async (record) => void (await database.put('packs', record)),
		remove: (hash) => database.delete('packs', hash)
	};
}

/** Whole files as values: slower than OPFS, but supported by more browsers. */
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
		append: async (key) =>
			bufferedSink(await database.get('files', key), (bytes) => put(key, bytes)),
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

/** Holds one value. */
export interface ValueStore<T> {
	get(): Promise<T | null>;
	put(value: T): Promise<void>;
	remove(): Promise<void>;
}

/** A database of its own: its value is large, often replaced, and can be lost without harm. */
export async function openValueStore<T>(): Promise<ValueStore<T>> {
	const database = await inTime(
		openDB<{ walks: { key: string; value: T } }>('undercurrent-texts', 1, {
			upgrade: (fresh) => void fresh.createObjectStore('walks'),
			blocking
		})
	);
	return {
		get: async () => (await database.get('walks', 'one')) ?? null,
		put: async (value) => void (await database.put('walks', value, 'one')),
		remove: () => database.delete('walks', 'one')
	};
}
