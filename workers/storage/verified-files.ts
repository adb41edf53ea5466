/** Files of packs, never trusted unverified: from storage, else from the network or an import, and then stored. */
import { codeOf, Problem } from '../../src/core/names/errors';
import { inMemory, type OpenFile } from '../../src/core/files/open-file';
import type { PackFile } from '../../src/core/packs/manifest';
import { partsOf } from '../../src/core/packs/parts';
import { chunksOf, withLock, type FileStore, type Sink } from './files/file-store';
import { sha256, startSha256 } from './files/hash';
import { filesInMemory } from './files/memory';
import { BestEffortSink, megabytes, storageEstimate, storageFull } from './files/quota';
import { openStored } from './files/stored-file';
import { download, type DownloadResult } from './network/download';
import type { HostTokens } from './network/host-tokens';

/** A file as a pack names it. */
export interface FileRequest extends PackFile {
	path: string;
	/** Address of the pack's folder; null when it was imported and has none. */
	folder: string | null;
}

type OnBytes = (done: number) => void;

export class VerifiedFiles {
	readonly #fetch: typeof fetch;
	/** What the browser had no room for; it lasts as long as the session. */
	readonly #overflow = filesInMemory();
	#full: Problem | null = null;

	constructor(
		readonly store: FileStore,
		fetcher: typeof fetch,
		readonly tokens: HostTokens,
		readonly retryDelays?: number[]
	) {
		this.#fetch = fetcher;
	}

	/** Set once the browser has refused to store something. */
	get full(): Problem | null {
		return this.#full;
	}

	/** Throws a Problem when the file cannot be had or is not what the pack says. */
	get(
		request: FileRequest,
		signal?: AbortSignal,
		onProgress?: OnBytes
	): Promise<{ bytes: Uint8Array; fetched: number }> {
		const work = async () => {
			const bytes = await this.#stored(request);
			if (!bytes) return this.#fetchIntact(request, signal, onProgress);
			onProgress?.(bytes.length);
			return { bytes, fetched: 0 };
		};
		return withLock(`file:${request.sha256}`, work, signal);
	}

	/** The same, to be read in parts: a stored file is hashed, and stays in storage. */
	open(
		request: FileRequest,
		signal?: AbortSignal,
		onProgress?: OnBytes
	): Promise<{ file: OpenFile; fetched: number }> {
		const work = async () => {
			const opened = await this.#opened(request, signal);
			const bytes = opened ? null : await this.#stored(request);
			const file = opened ?? (bytes && inMemory(bytes));
			if (file) {
				onProgress?.(file.size);
				return { file, fetched: 0 };
			}
			const got = await this.#fetchIntact(request, signal, onProgress);
			const stored = await this.#opened(request, signal);
			return { file: stored ?? inMemory(got.bytes), fetched: got.fetched };
		};
		return withLock(`file:${request.sha256}`, work, signal);
	}

	/**
	 * Stores a file unless it is stored already; resolves to whether it was new. Throws a Problem when it
	 * is not what the pack says, a QuotaExceededError when there is no room; nothing of it is stored then.
	 */
	put(
		file: PackFile & { path: string },
		chunks: () => AsyncIterable<Uint8Array>,
		signal?: AbortSignal,
		onProgress: OnBytes = () => undefined
	): Promise<boolean> {
		const key = file.sha256;
		const work = async () => {
			if ((await this.#state(file, signal, onProgress)) === 'intact') return false;
			await this.store.remove(key);
			try {
				if (await this.#write(file, chunks(), signal, onProgress)) return true;
				throw damaged(file.path, 'Export the pack again, or copy it again.');
			} catch (error) {
				await this.store.remove(key);
				throw error;
			}
		};
		return withLock(`file:${key}`, work, signal);
	}

	/** Reads a stored file from beginning to end; deletes it if it has changed. */
	check(
		file: PackFile,
		signal?: AbortSignal,
		onProgress?: OnBytes
	): Promise<'intact' | 'changed' | 'missing'> {
		const work = async () => {
			const state = await this.#state(file, signal, onProgress);
			if (state === 'changed') await this.#remove(file.sha256);
			return state;
		};
		return withLock(`file:${file.sha256}`, work, signal);
	}

	/** Throws a Problem when these files would not fit by what the browser states, which may be wrong. */
	async checkQuota(files: PackFile[]): Promise<void> {
		if (this.store.kind === 'memory') return;
		const sizes = await this.store.sizes();
		const needed = new Map(files.map((file) => [file.sha256, file.bytes]));
		for (const [key, length] of sizes) if (needed.get(key) === length) needed.delete(key);
		const bytes = [...needed.values()].reduce((sum, n) => sum + n, 0);
		const { usage, quota } = await storageEstimate();
		if (quota > 0 && bytes > quota - usage) throw await this.quotaProblem(bytes);
	}

	/** Deletes every file that is not in use; `used` is called after listing the files. */
	async sweep(used: () => Promise<Set<string>>): Promise<void> {
		const keys = [...(await this.store.sizes()).keys()];
		const inUse = await used();
		for (const key of keys)
			if (!inUse.has(key)) await withLock(`file:${key}`, () => this.#remove(key));
		this.#full = null;
	}

	/** From now on what is fetched stays in memory. */
	async markFull(): Promise<void> {
		const then = ': it works, but only until the page is closed.';
		this.#full = await storageFull('left to store the pack', then);
	}

	/** Says that an import does not fit; `needed`: bytes, where they are known. */
	quotaProblem(needed?: number): Promise<Problem> {
		const bytes = needed === undefined ? '' : `: it needs ${megabytes(needed)} more`;
		return storageFull(`for the pack${bytes}`, '. Nothing of it was stored.');
	}

	async #state(
		{ sha256: key, bytes: length }: PackFile,
		signal?: AbortSignal,
		onProgress: OnBytes = () => undefined
	): Promise<'intact' | 'changed' | 'missing'> {
		const blob = await this.store.blob(key);
		if (!blob || blob.size < length) return 'missing';
		if (blob.size > length) return 'changed';
		const hasher = await startSha256();
		let done = 0;
		for await (const chunk of chunksOf(blob)) {
			signal?.throwIfAborted();
			hasher.update(chunk);
			onProgress((done += chunk.length));
		}
		return hasher.hex() === key ? 'intact' : 'changed';
	}

	/** False when it is not the file; what was written by then is still there. */
	async #write(
		{ sha256: key, bytes: length }: PackFile,
		chunks: AsyncIterable<Uint8Array>,
		signal: AbortSignal | undefined,
		onProgress: OnBytes
	): Promise<boolean> {
		const hasher = await startSha256();
		const sink: Sink = await this.store.append(key);
		let done = 0;
		try {
			for await (const chunk of chunks) {
				signal?.throwIfAborted();
				done += chunk.length;
				// More than the pack says: an archive may unpack to any length.
				if (done > length) return false;
				hasher.update(chunk);
				await sink.write(chunk);
				onProgress(done);
			}
		} finally {
			await sink.close();
		}
		return done === length && hasher.hex() === key;
	}

	/** Null unless the file is stored and intact; one that was altered is deleted. */
	async #opened(
		{ sha256: key, bytes: length }: PackFile,
		signal?: AbortSignal
	): Promise<OpenFile | null> {
		if (this.store.kind === 'memory') return null;
		const blob = await this.store.blob(key);
		// One that is longer is not one whose end is missing.
		if (blob && blob.size > length) await this.store.remove(key);
		if (blob?.size !== length) return null;
		const file = await openStored(blob, key, signal);
		if (!file) await this.store.remove(key);
		return file;
	}

	/** A whole file from storage, or from what is in memory for want of room; one that was altered is deleted. */
	async #stored({ sha256: key, bytes: length }: PackFile): Promise<Uint8Array | null> {
		for (const store of [this.store, this.#overflow]) {
			const bytes = await store.read(key);
			if (bytes && bytes.length > length) await store.remove(key);
			if (bytes?.length !== length) continue;
			if ((await sha256(bytes)) === key) return bytes;
			await store.remove(key);
		}
		return null;
	}

	/** Over the network, and once more when what arrived is not the file. */
	async #fetchIntact(
		request: FileRequest,
		signal?: AbortSignal,
		onProgress?: OnBytes
	): Promise<{ bytes: Uint8Array; fetched: number }> {
		const { path, folder, sha256: key } = request;
		if (folder === null) throw notStored(path);
		const first = await this.#download({ ...request, folder }, signal, onProgress);
		if (first.intact) return first;
		await this.#remove(key);
		const second = await this.#download({ ...request, folder }, signal, onProgress);
		if (second.intact) return { bytes: second.bytes, fetched: first.fetched + second.fetched };
		await this.#remove(key);
		throw second.unpacked ? unpackedOnTheWay(path) : damaged(path);
	}

	async #download(
		request: FileRequest & { folder: string },
		signal?: AbortSignal,
		onProgress?: OnBytes
	): Promise<DownloadResult> {
		const { path, folder, sha256: key } = request;
		const before = await this.store.read(key);
		const sink = await BestEffortSink.open(() => (this.#full ? null : this.store.append(key)));
		let result: DownloadResult;
		let unusable = false;
		try {
			result = await download({
				parts: partsOf(path, request).map((part) => ({
					address: addressOf(part.path, folder),
					bytes: part.bytes
				})),
				name: path,
				file: request,
				before,
				fetch: this.#fetch,
				headers: (address) => this.tokens.headers(address),
				refusal: (address, status) => this.tokens.refusal(address, status, `the file ${path}`),
				signal,
				onProgress,
				onChunk: (chunk) => sink.write(chunk),
				...(this.retryDelays && { retryDelays: this.retryDelays })
			});
		} catch (error) {
			// The file has changed on its server, so what is here of it cannot be continued.
			unusable = codeOf(error) === 'pack-damaged';
			throw error;
		} finally {
			await sink.close();
			if (unusable || sink.refused) await this.store.remove(key);
			if (sink.refused) await this.markFull();
		}
		if (this.#full && result.intact) {
			const memory = await this.#overflow.append(key);
			await memory.write(result.bytes);
			await memory.close();
		}
		return result;
	}

	async #remove(key: string): Promise<void> {
		await this.#overflow.remove(key);
		await this.store.remove(key);
	}
}

/** The at sign stays as it is, which addresses allow: not every server understands it encoded. */
function addressOf(path: string, folder: string): string {
	const parts = path.split('/').map((part) => encodeURIComponent(part).replaceAll('%40', '@'));
	return new URL(parts.join('/'), folder).href;
}

function damaged(
	path: string,
	advice = 'Load the pack from its original address, or ask whoever made it.'
): Problem {
	return new Problem(
		'pack-damaged',
		`The file ${path} is not the one that the pack describes: its length or checksum differs.`,
		advice
	);
}

/** Such a host never sends the bytes that the checksum is of. */
function unpackedOnTheWay(path: string): Problem {
	return new Problem(
		'pack-damaged',
		`The file ${path} arrived unpacked: its host sends files that end in .gz with the header “Content-Encoding: gzip”.`,
		'Turn that header off for .gz files, or publish the pack with “npm run build -- --pack”, which gives them other names.'
	);
}

function notStored(path: string): Problem {
	return new Problem(
		'pack-missing',
		`The file ${path} of this pack is not stored, or has changed, and the pack has no address to fetch it from.`,
		'Import the pack again under Models.'
	);
}
