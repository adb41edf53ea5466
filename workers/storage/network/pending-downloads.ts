/**
 * Files from other hosts, stored as far as they have come until they have been used: a download that was paused,
 * cut off or left with the page continues at the byte where it stopped.
 */
import { Problem } from '../../../src/core/names/errors';
import { chunksOf, withLock, type FileStore } from '../files/file-store';
import { sha256, startSha256, type Hasher } from '../files/hash';
import { isQuota, megabytes, storageFull } from '../files/quota';
import { fetchBytes, type FetchBytesOptions } from './fetch-bytes';

export interface RemoteFile {
	/** May hold secrets, so it appears in no message and is not stored. */
	address: string;
	/** As people know the file. */
	name: string;
	/** null where its host does not say. */
	bytes: number | null;
	/** In lower case, where its host publishes it. */
	sha256: string | null;
	/** The host's tag for this content (`tagOf`); null where that is not known. */
	etag: string | null;
}

/** How a file is requested. */
export interface Access extends Pick<FetchBytesOptions, 'headers' | 'refusal' | 'signal'> {
	/** Bytes so far. */
	onProgress?: ((done: number) => void) | undefined;
}

export class PendingDownloads {
	readonly #files: FileStore;
	readonly #fetch: typeof fetch;
	readonly #retryDelays: number[] | undefined;
	/** Keys of files that were found to be complete and right since the page was opened. */
	readonly #checked = new Set<string>();
	/** Hosts that send no parts of files. */
	readonly #wholeOnly = new Set<string>();

	constructor(files: FileStore, fetcher: typeof fetch, retryDelays?: number[]) {
		this.#files = files;
		this.#fetch = fetcher;
		this.#retryDelays = retryDelays;
	}

	/**
	 * A whole file, of which only what is missing is fetched. Throws a Problem when it cannot be had or is
	 * not what its host announced; what has arrived stays stored unless it is wrong.
	 */
	async whole(file: RemoteFile, access: Access = {}): Promise<Blob> {
		const key = await keyOf(file);
		const work = async () => {
			const stored = await this.#files.blob(key);
			if (stored && this.#checked.has(key)) {
				access.onProgress?.(stored.size);
				return stored;
			}
			// What an earlier attempt left may be wrong: then once more from the beginning.
			const continued = stored && stored.size > 0 && (await this.#complete(key, file, access));
			if (!continued && !(await this.#complete(key, file, access))) throw damaged(file);
			return (await this.#files.blob(key)) ?? new Blob([]);
		};
		return withLock(`download:${key}`, work, access.signal);
	}

	/** Bytes `from` up to `to` of a file: from storage, else over the network and then not stored. */
	async part(file: RemoteFile, from: number, to: number, access: Access = {}): Promise<Uint8Array> {
		const key = await keyOf(file);
		const { origin } = new URL(file.address);
		if (this.#checked.has(key) || (from > 0 && this.#wholeOnly.has(origin)))
			return new Uint8Array(await (await this.whole(file, access)).slice(from, to).arrayBuffer());
		const bytes = new Uint8Array(to - from);
		let at = 0;
		const { wholeOnly } = await fetchBytes({
			...this.#request(file, access),
			from,
			to,
			onChunk: (chunk) => {
				bytes.set(chunk, at);
				at += chunk.length;
			}
		});
		if (wholeOnly) this.#wholeOnly.add(origin);
		if (at < bytes.length) throw damaged(file);
		return bytes;
	}

	/** Bytes of a file that are stored. */
	async present(file: RemoteFile): Promise<number> {
		return (await this.#files.sizes()).get(await keyOf(file)) ?? 0;
	}

	/** Bytes of all files that are stored. */
	async waiting(): Promise<number> {
		return [...(await this.#files.sizes()).values()].reduce((sum, bytes) => sum + bytes, 0);
	}

	/** Deletes these files, or all. */
	async clear(files?: RemoteFile[]): Promise<void> {
		const stored = [...(await this.#files.sizes()).keys()];
		const chosen = files && new Set(await Promise.all(files.map(keyOf)));
		for (const key of chosen ? stored.filter((some) => chosen.has(some)) : stored)
			await withLock(`download:${key}`, () => this.#remove(key));
	}

	/** Fetches the rest of a file; false, and nothing of it is left, when it is not the right one. */
	async #complete(key: string, file: RemoteFile, access: Access): Promise<boolean> {
		if (!canContinue(file)) await this.#remove(key);
		const { hasher, at: start } = await this.#begin(key, file, access.signal);
		let at = start;
		const sink = await quotaChecked(file.bytes, () => this.#files.append(key));
		let tooLong = false;
		try {
			if (file.bytes === null || at < file.bytes)
				({ tooLong } = await fetchBytes({
					...this.#request(file, access),
					from: at,
					to: null,
					onChunk: async (chunk) => {
						hasher.update(chunk);
						await quotaChecked(file.bytes, () => sink.write(chunk));
						at += chunk.length;
						access.onProgress?.(at);
					}
				}));
		} finally {
			await sink.close();
		}
		const length = file.bytes === null || at === file.bytes;
		const right = length && !tooLong && (file.sha256 === null || file.sha256 === hasher.hex());
		if (right) this.#checked.add(key);
		else await this.#remove(key);
		return right;
	}

	/** Hashes what is stored of a file; one that is longer than it should be is deleted. */
	async #begin(
		key: string,
		{ bytes }: RemoteFile,
		signal: AbortSignal | undefined
	): Promise<{ hasher: Hasher; at: number }> {
		const hasher = await startSha256();
		const stored = await this.#files.blob(key);
		if (!stored) return { hasher, at: 0 };
		if (stored.size > (bytes ?? Infinity)) {
			await this.#remove(key);
			return { hasher, at: 0 };
		}
		for await (const chunk of chunksOf(stored)) {
			signal?.throwIfAborted();
			hasher.update(chunk);
		}
		return { hasher, at: stored.size };
	}

	#request(file: RemoteFile, { headers, refusal, signal }: Access) {
		const { address, name, bytes, etag } = file;
		return {
			address,
			name,
			bytes,
			fetch: this.#fetch,
			signal,
			...(file.sha256 === null && { etag }),
			...(headers && { headers }),
			...(refusal && { refusal }),
			...(this.#retryDelays && { retryDelays: this.#retryDelays })
		};
	}

	async #remove(key: string): Promise<void> {
		this.#checked.delete(key);
		await this.#files.remove(key);
	}
}

/** Turns a full disk into a Problem; `needed`: bytes of the whole file. */
async function quotaChecked<T>(needed: number | null, step: () => T | Promise<T>): Promise<T> {
	try {
		return await step();
	} catch (error) {
		if (!isQuota(error)) throw error;
		const size = needed === null ? '' : ` of ${megabytes(needed)}`;
		throw await storageFull(`left for a download${size}`, '.', '; what has arrived is kept', error);
	}
}

/** Whether two attempts at a file can be known to be of one content. */
const canContinue = ({ bytes, sha256, etag }: RemoteFile) =>
	sha256 !== null || (bytes !== null && etag !== null);

/** Of one content at one address. A query may hold a secret and a date, but their hash gives nothing away. */
function keyOf({ address, bytes, sha256: published, etag }: RemoteFile): Promise<string> {
	if (published !== null) return Promise.resolve(published);
	return sha256(new TextEncoder().encode([address, bytes, etag].join('\n')));
}

function damaged({ name, bytes, sha256: published }: RemoteFile): Problem {
	const length = bytes === null ? '' : ` (${bytes} bytes${published ? ', by their checksum' : ''})`;
	return new Problem(
		'pack-damaged',
		`The file ${name} is not what its host announces${length}.`,
		'Try again later, or tell whoever keeps it.'
	);
}
