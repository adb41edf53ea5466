/** Work that was begun and not finished, stored so that a reload loses little of it. */
import { openValueStore, type ValueStore } from './files/database';

const stores = new Map<string, Promise<ValueStore<unknown>>>();

/** The store of one piece of work of this name. In memory only where the browser has no database for it. */
export function openPending<T>(name: string): Promise<ValueStore<T>> {
	const known = stores.get(name) ?? openValueStore<unknown>(name).catch(inMemory);
	stores.set(name, known);
	return known as Promise<ValueStore<T>>;
}

function inMemory(): ValueStore<unknown> {
	let stored: unknown = null;
	return {
		get: async () => stored,
		put: async (value) => void (stored = value),
		remove: async () => void (stored = null)
	};
}
