/** Where bytes are kept, by their sha256. A file shorter than it should be is one whose download was cut. */

export interface FileStore {
	readonly kind: 'opfs' | 'indexeddb' | 'memory';
	/** Bytes of every file, finished or not. */
	sizes(): Promise<Map<string, number>>;
	/** What there is of a file; null when nothing. */
	read(key: string): Promise<Uint8Array | null>;
	/** The same, to be read in parts: it need not be in memory. */
	blob(key: string): Promise<Blob | null>;
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

/** How much of a file is in memory at a time when it is read in parts. */
const PIECE = 4 << 20;

/** A file in parts, one after the other. */
export async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (let at = 0; at < blob.size; at += PIECE)
		yield new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
}

/** Jobs by name, in the order in which they came: for where there are no Web Locks. */
const queues = new Map<string, { last: Promise<unknown>; waiting: number }>();

/** Runs `job` while nobody else, in any tab, does anything under the same name. */
export function exclusive<T>(
	name: string,
	job: () => Promise<T>,
	signal?: AbortSignal
): Promise<T> {
	const locks = globalThis.navigator?.locks as LockManager | undefined;
	if (locks) return locks.request(`undercurrent:${name}`, signal ? { signal } : {}, job);
	const queue = queues.get(name) ?? { last: Promise.resolve(), waiting: 0 };
	queue.waiting++;
	const guarded = () => {
		signal?.throwIfAborted();
		return job();
	};
	const result = queue.last.then(guarded, guarded).finally(() => queue.waiting--);
	queue.last = result;
	queues.set(name, queue);
	return result;
}

/** Runs `job` in the same way, but only if nobody is under that name now; null otherwise. */
export async function ifFree<T>(name: string, job: () => Promise<T>): Promise<T | null> {
	const locks = globalThis.navigator?.locks as LockManager | undefined;
	if (locks)
		return locks.request(`undercurrent:${name}`, { ifAvailable: true }, (lock) =>
			lock ? job() : null
		);
	return (await isBusy(name)) ? null : exclusive(name, job);
}

/** Whether somebody, in any tab, does something under that name now. */
export async function isBusy(name: string): Promise<boolean> {
	const locks = globalThis.navigator?.locks as LockManager | undefined;
	if (!locks) return (queues.get(name)?.waiting ?? 0) > 0;
	const { held = [] } = await locks.query();
	return held.some((lock) => lock.name === `undercurrent:${name}`);
}
