/** Files and records that last as long as the session, for browsers that store nothing or have no room. */
import type { PackRecord, Records } from './database';
import type { FileStore, Sink } from './file-store';

/** A sink that hands over the whole file when it is closed; `before` is what is already stored of it. */
export function bufferedSink(
	before: Uint8Array | undefined,
	done: (bytes: Uint8Array) => void | Promise<void>
): Sink {
	const chunks = before ? [before] : [];
	return {
		write: (bytes) => void chunks.push(bytes.slice()),
		close: async () => done(concatenated(chunks))
	};
}

export function concatenated(chunks: Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
	let at = 0;
	for (const chunk of chunks) {
		whole.set(chunk, at);
		at += chunk.length;
	}
	return whole;
}

/** Null when there are no bytes. */
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
		append: async (key) => bufferedSink(files.get(key), (bytes) => void files.set(key, bytes)),
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
