/** Where bytes are kept, by their sha256. A file shorter than it should be is one whose download was cut. */

export interface FileStore {
	readonly kind: 'opfs' | 'indexeddb' | 'memory';
	/** Bytes of every file, finished or not. */
	sizes(): Promise<Map<string, number>>;
	/** What there is of a file; null when nothing. */
	read(key: string): Promise<Uint8Array | null>;
	/** Goes on writing at the end of a file. One writer per file: see `exclusive`. */
	append(key: string): Promise<Sink>;
	remove(key: string): Promise<void>;
}

export interface Sink {
	/** Throws, or rejects, with a QuotaExceededError when there is no room. */
	write(bytes: Uint8Array): void | Promise<void>;
	close(): Promise<void>;
}

export function isQuota(error: unknown): boolean {
	return error instanceof Error && error.name === 'QuotaExceededError';
}

const queues = new Map<string, Promise<unknown>>();

/** Runs `job` while nobody else, in any tab, does anything under the same name. */
export function exclusive<T>(
	name: string,
	job: () => Promise<T>,
	signal?: AbortSignal
): Promise<T> {
	const locks = globalThis.navigator?.locks as LockManager | undefined;
	if (locks) return locks.request(`undercurrent:${name}`, signal ? { signal } : {}, job);
	const guarded = () => {
		signal?.throwIfAborted();
		return job();
	};
	const result = (queues.get(name) ?? Promise.resolve()).then(guarded, guarded);
	queues.set(name, result);
	return result;
}
