/** Where bytes are stored, by their sha256. A file shorter than it should be is a download that was cut off. */

export interface FileStore {
	readonly kind: 'opfs' | 'indexeddb' | 'memory';
	/** Bytes of every file, complete or not. */
	sizes(): Promise<Map<string, number>>;
	/** As much of the file as is stored; null when there is none. */
	read(key: string): Promise<Uint8Array | null>;
	/** The same as a Blob, which need not be in memory. */
	blob(key: string): Promise<Blob | null>;
	/** Writes at the end of the file. One writer per file: see `withLock`. */
	append(key: string): Promise<Sink>;
	remove(key: string): Promise<void>;
}

export interface Sink {
	/** Throws, or rejects, with a QuotaExceededError when there is no room. */
	write(bytes: Uint8Array): void | Promise<void>;
	close(): Promise<void>;
}

/** How much of a file is in memory at a time when it is read in chunks. */
export const CHUNK = 4 << 20;

/** A file in chunks, one after the other. */
export async function* chunksOf(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (let at = 0; at < blob.size; at += CHUNK)
		yield new Uint8Array(await blob.slice(at, at + CHUNK).arrayBuffer());
}

/** Without Web Locks: the last job under each name, and how many are waiting or running. */
const queues = new Map<string, { last: Promise<unknown>; waiting: number }>();

let asked: { locks: LockManager; usable: Promise<boolean> } | null = null;

/** null on plain http, and where the reader has blocked the site's data: there every request rejects. */
async function webLocks(): Promise<LockManager | null> {
	const locks = globalThis.navigator?.locks as LockManager | undefined;
	if (!locks) return null;
	if (asked?.locks !== locks)
		asked = {
			locks,
			usable: locks.query().then(
				() => true,
				() => false
			)
		};
	return (await asked.usable) ? locks : null;
}

/** Runs `job` while no other, in any tab, runs under the same name; in this one, where there are no Web Locks. */
export async function withLock<T>(
	name: string,
	job: () => Promise<T>,
	signal?: AbortSignal
): Promise<T> {
	const locks = await webLocks();
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

/** Runs `job` in the same way, but only if no other is running under that name; null otherwise. */
export async function ifUnlocked<T>(name: string, job: () => Promise<T>): Promise<T | null> {
	const locks = await webLocks();
	if (locks)
		return locks.request(`undercurrent:${name}`, { ifAvailable: true }, (lock) =>
			lock ? job() : null
		);
	return (await isLocked(name)) ? null : withLock(name, job);
}

/** Whether a job, in any tab, is running under that name. */
export async function isLocked(name: string): Promise<boolean> {
	const locks = await webLocks();
	if (!locks) return (queues.get(name)?.waiting ?? 0) > 0;
	const { held = [] } = await locks.query();
	return held.some((lock) => lock.name === `undercurrent:${name}`);
}
