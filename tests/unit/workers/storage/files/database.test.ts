/** Databases that do not open; those that do are tried in a real browser. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, openValueStore } from '../../../../../workers/storage/files/database';

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** The little of IndexedDB that `idb` touches before a database is open. */
const stub = (open: () => object) => {
	for (const name of [
		'IDBRequest',
		'IDBDatabase',
		'IDBTransaction',
		'IDBCursor',
		'IDBObjectStore',
		'IDBIndex'
	])
		vi.stubGlobal(name, class extends EventTarget {});
	vi.stubGlobal('indexedDB', { open });
};

describe.each([
	['packs', () => openDatabase()],
	['unfinished work', () => openValueStore('texts')]
])('the database of %s', (_, opening) => {
	it('counts as none when it does not answer', async () => {
		vi.useFakeTimers();
		stub(() => new IDBRequest());
		const refused = expect(opening()).rejects.toThrow('does not answer');
		await vi.advanceTimersByTimeAsync(5000);
		await refused;
	});

	it('counts as none when it is forbidden', async () => {
		stub(() => {
			throw new DOMException('Denied.', 'SecurityError');
		});
		await expect(opening()).rejects.toThrow();
	});
});
