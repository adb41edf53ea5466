/** Files in the origin-private file system, written through sync access handles, which only workers have. */
import type { FileStore, Sink } from './file-store';

const FOLDER = 'undercurrent';

interface SyncHandle {
	getSize(): number;
	write(bytes: Uint8Array, options: { at: number }): number;
	flush(): void;
	close(): void;
}

/** Rejects where OPFS is missing or cannot be written (some private windows). */
export async function filesInOpfs(folder = FOLDER): Promise<FileStore> {
	const open = async () => {
		const root = await navigator.storage.getDirectory();
		return root.getDirectoryHandle(folder, { create: true });
	};
	let directory = await open();
	await probe(directory);
	/** The directory is made again where a reader has deleted the site's data meanwhile. */
	const using = async <T>(work: (directory: FileSystemDirectoryHandle) => Promise<T>) => {
		const made = await orNull(work(directory));
		if (made !== null) return made;
		directory = await open();
		return work(directory);
	};
	return {
		kind: 'opfs',
		sizes: () => using(sizesOf),
		async read(key) {
			const file = await fileIn(directory, key);
			return file && new Uint8Array(await file.arrayBuffer());
		},
		blob: (key) => fileIn(directory, key),
		append: async (key) =>
			OpfsSink.open(await using((at) => at.getFileHandle(key, { create: true }))),
		remove: async (key) => void (await orNull(directory.removeEntry(key)))
	};
}

class OpfsSink implements Sink {
	#at: number;

	/**
	 * Keeps the file's own handle as well: in Chromium, one that is collected as garbage while it is being
	 * opened never answers.
	 */
	private constructor(
		readonly file: FileSystemFileHandle,
		readonly handle: SyncHandle
	) {
		this.#at = handle.getSize();
	}

	static async open(file: FileSystemFileHandle): Promise<OpfsSink> {
		const writable = file as FileSystemFileHandle & {
			createSyncAccessHandle(): Promise<SyncHandle>;
		};
		return new OpfsSink(file, await writable.createSyncAccessHandle());
	}

	write(bytes: Uint8Array): void {
		const written = this.handle.write(bytes, { at: this.#at });
		this.#at += written;
		if (written < bytes.length) throw new DOMException('No room left.', 'QuotaExceededError');
	}

	async close(): Promise<void> {
		this.handle.flush();
		this.handle.close();
	}
}

/** Handles whose file is being requested: see `OpfsSink`. */
const pending = new Set<FileSystemFileHandle>();

function fileOf(handle: FileSystemFileHandle): Promise<File | null> {
	pending.add(handle);
	return orNull(handle.getFile()).finally(() => pending.delete(handle));
}

async function fileIn(directory: FileSystemDirectoryHandle, key: string): Promise<File | null> {
	const handle = await orNull(directory.getFileHandle(key));
	return handle && fileOf(handle);
}

async function sizesOf(directory: FileSystemDirectoryHandle): Promise<Map<string, number>> {
	const sizes = new Map<string, number>();
	// TypeScript's two libraries disagree on whether a directory can be iterated.
	const entries = (directory as unknown as { values(): AsyncIterable<FileSystemHandle> }).values();
	for await (const entry of entries) {
		if (entry.kind !== 'file') continue;
		const file = await fileOf(entry as FileSystemFileHandle);
		if (file) sizes.set(entry.name, file.size);
	}
	return sizes;
}

/** Some browsers have the directory but not the handles that can write to it. */
async function probe(directory: FileSystemDirectoryHandle): Promise<void> {
	const name = `probe-${Math.random().toString(36).slice(2)}`;
	await (await OpfsSink.open(await directory.getFileHandle(name, { create: true }))).close();
	await directory.removeEntry(name);
}

/** Null for what does not exist. */
async function orNull<T>(lookup: Promise<T>): Promise<T | null> {
	try {
		return await lookup;
	} catch (error) {
		if (error instanceof DOMException && error.name === 'NotFoundError') return null;
		throw error;
	}
}
