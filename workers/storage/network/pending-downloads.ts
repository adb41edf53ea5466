/**
 * Files on their way from other hosts, kept as far as they have come until somebody has used them: a
 * download that was paused, cut or left with the page goes on at the byte where it stopped.
 */
import { Problem } from '../../../src/core/names/errors';
import { fetchBytes, type Fetching } from './fetch-bytes';
import { exclusive, isQuota, piecesOf, type FileStore } from '../files/file-store';
import { sha256, startSha256, type Hasher } from '../files/hash';
import { roomOf } from '../verified-files';

export interface RemoteFile {
	/** May hold secrets: it is asked for, never said or stored. */
	address: string;
	/** As people know it. */
	name: string;
	/** null where its host does not say. */
	bytes: number | null;
	/** Lower case, where its host publishes it. */
	sha256: string | null;
	/** What its host calls this content (`tagOf`); null where that is not known. */
	etag: string | null;
}

/** How a file is asked for. */
export interface Access extends Pick<Fetching, 'headers' | 'refusal' | 'signal'> {
	/** Bytes that there are so far. */
	onProgress?: ((done: number) => void) | undefined;
}

export class Arrivals {
	readonly #files: FileStore;
	readonly #fetch: typeof fetch;
	readonly #pauses: number[] | undefined;
	/** Keys of files that were found to be whole and right since the page was opened. */
	readonly #checked = new Set<string>();
	/** Hosts that send no parts. */
	readonly #wholeOnly = new Set<string>();

	constructor(files: FileStore, fetcher: typeof fetch, pauses?: number[]) {
		this.#files = files;
		this.#fetch = fetcher;
		this.#pauses = pauses;
	}

	/**
	 * A whole file, fetched as far as it is not here. Throws a Problem when it cannot be had or is not
	 * what its host announced; what has arrived is kept unless it is wrong.
	 */
	async whole(file: RemoteFile, access: Access = {}): Promise<Blob> {
		const key = await keyOf(file);
		const work = async () => {
			const kept = await this.#files.blob(key);
			if (kept && this.#checked.has(key)) {
				access.onProgress?.(kept.size);
				return kept;
			}
			if (kept && kept.size > 0 && (await this.#complete(key, file, access)))
				return this.#blob(key);
			// What an earlier attempt left may be wrong: once more from the beginning.
			if (!(await this.#complete(key, file, access))) throw damaged(file);
			return this.#blob(key);
		};
		return exclusive(`arrival:${key}`, work, access.signal);
	}

	/** Bytes `from` up to `to` of a file: out of what is here, else over the network and not kept. */
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
			onPiece: (piece) => {
				bytes.set(piece, at);
				at += piece.length;
			}
		});
		if (wholeOnly) this.#wholeOnly.add(origin);
		if (at < bytes.length) throw damaged(file);
		return bytes;
	}

	/** Bytes of a file that are here. */
	async present(file: RemoteFile): Promise<number> {
		return (await this.#files.sizes()).get(await keyOf(file)) ?? 0;
	}

	/** Bytes of all files that are here. */
	async waiting(): Promise<number> {
		return [...(await this.#files.sizes()).values()].reduce((sum, bytes) => sum + bytes, 0);
	}

	/** Deletes these files, or all. */
	async clear(files?: RemoteFile[]): Promise<void> {
		const here = [...(await this.#files.sizes()).keys()];
		const wanted = files && new Set(await Promise.all(files.map(keyOf)));
		for (const key of wanted ? here.filter((some) => wanted.has(some)) : here)
			await exclusive(`arrival:${key}`, () => this.#remove(key));
	}

	/** Goes on with a file where it stands; false, and nothing of it left, when it is not the right one. */
	async #complete(key: string, file: RemoteFile, access: Access): Promise<boolean> {
		if (!canGoOn(file)) await this.#remove(key);
		const { hasher, at: start } = await this.#begun(key, file, access.signal);
		let at = start;
		const sink = await this.#roomy(file.bytes, () => this.#files.append(key));
		let tooLong = false;
		try {
			if (file.bytes === null || at < file.bytes)
				({ tooLong } = await fetchBytes({
					...this.#request(file, access),
					from: at,
					to: null,
					onPiece: async (piece) => {
						hasher.update(piece);
						await this.#roomy(file.bytes, () => sink.write(piece));
						at += piece.length;
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

	/** What is here of a file, hashed; one that is longer than it should be is thrown away. */
	async #begun(
		key: string,
		{ bytes }: RemoteFile,
		signal: AbortSignal | undefined
	): Promise<{ hasher: Hasher; at: number }> {
		const hasher = await startSha256();
		const kept = await this.#files.blob(key);
		if (!kept) return { hasher, at: 0 };
		if (kept.size > (bytes ?? Infinity)) {
			await this.#remove(key);
			return { hasher, at: 0 };
		}
		for await (const piece of piecesOf(kept)) {
			signal?.throwIfAborted();
			hasher.update(piece);
		}
		return { hasher, at: kept.size };
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
			...(this.#pauses && { pauses: this.#pauses })
		};
	}

	async #blob(key: string): Promise<Blob> {
		return (await this.#files.blob(key)) ?? new Blob([]);
	}

	async #remove(key: string): Promise<void> {
		this.#checked.delete(key);
		await this.#files.remove(key);
	}

	/** A full disk in a sentence; `needed`: bytes. */
	async #roomy<T>(needed: number | null, step: () => T | Promise<T>): Promise<T> {
		try {
			return await step();
		} catch (error) {
			if (!isQuota(error)) throw error;
			const { usage, quota } = await roomOf();
			const room = `${Math.round(usage / 1e6)} MB of ${Math.round(quota / 1e6)} MB used`;
			const size = needed === null ? '' : ` of ${Math.round(needed / 1e6)} MB`;
			throw new Problem(
				'storage-full',
				`The browser has no room left for a download${size} (${room}).`,
				'Delete a stored pack under Models, or free some space; what has arrived is kept.',
				{ cause: error }
			);
		}
	}
}

/** Whether two attempts at a file can be known to be of one content. */
const canGoOn = ({ bytes, sha256, etag }: RemoteFile) =>
	sha256 !== null || (bytes !== null && etag !== null);

/** Of one content at one address; a query may hold a secret and a date, but its digits tell nothing. */
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
