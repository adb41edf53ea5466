/** Files and records for the length of a session: where the browser stores nothing, or has no room. */
import type { PackRecord, Records } from './database';
import type { FileStore, Sink } from './file-store';

/** Collects parts and hands over the whole when closed. */
export class PartsSink implements Sink {
	readonly #parts: Uint8Array[];
	readonly #done: (bytes: Uint8Array) => void | Promise<void>;

	constructor(before: Uint8Array[], done: (bytes: Uint8Array) => void | Promise<void>) {
		this.#parts = before;
		this.#done = done;
	}

	write(bytes: Uint8Array): void {
		this.#parts.push(bytes.slice());
	}

	async close(): Promise<void> {
		const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
		let at = 0;
		for (const part of this.#parts) {
			whole.set(part, at);
			at += part.length;
		}
		await this.#done(whole);
	}
}

/** Null of nothing. */
export function blobOf(bytes: Uint8Array | undefined): Blob | null {
	return bytes ? new Blob([bytes as Uint8Array<ArrayBuffer>]) : null;
}

export function filesInMemory(): FileStore {
	const files = new Map<string, Uint8Array>();
	return {
		kind: 'memory',
		sizes: async () => new Map([...files].map(([key, bytes]) => [key, bytes.length])),
		read: async (key) => files.get(key) ?? null,
		blob: async (key) => blobOf(files.get(key)),
		append: async (key) => {
			const before = files.get(key);
			return new PartsSink(before ? [before] : [], (bytes) => void files.set(key, bytes));
		},
		remove: async (key) => void files.delete(key)
	};
}

export function recordsInMemory(): Records {
	const records = new Map<string, PackRecord>();
	return {
		all: async () => [...records.values()],
		put: async (record) => void records.set(record.hash, record),
		remove: async (hash) => void records.delete(hash)
	};
}
