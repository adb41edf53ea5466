/** Verified files: from where they are kept, else over the network or from an import, and then kept. */
import { codeOf, Problem } from '../../src/core/names/errors';
import type { PackFile } from '../../src/core/packs/manifest';
import { inMemory, type OpenFile } from '../../src/core/files/open-file';
import { partsOf } from '../../src/core/packs/parts';
import { download, type Downloaded } from './network/download';
import { exclusive, isQuota, piecesOf, type FileStore, type Sink } from './files/file-store';
import type { Gates } from './network/host-tokens';
import { sha256, startSha256 } from './files/hash';
import { filesInMemory } from './files/memory';
import { openStored } from './files/stored-file';

/** A file as a pack names it. */
export interface Wanted extends PackFile {
	path: string;
	/** Address of the pack's folder; null when it was imported and there is none. */
	folder: string | null;
}

export class Shelf {
	readonly files: FileStore;
	readonly #fetch: typeof fetch;
	readonly #gates: Gates;
	readonly #pauses: number[] | undefined;
	/** What the browser had no room for: it lasts as long as this session. */
	readonly #overflow = filesInMemory();
	#full: Problem | null = null;

	constructor(files: FileStore, fetcher: typeof fetch, gates: Gates, pauses?: number[]) {
		this.files = files;
		this.#fetch = fetcher;
		this.#gates = gates;
		this.#pauses = pauses;
	}

	/** Set once the browser has refused to store something. */
	get full(): Problem | null {
		return this.#full;
	}

	/** Throws a Problem when the file cannot be had or is not what the pack says. */
	get(
		wanted: Wanted,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<{ bytes: Uint8Array; fetched: number }> {
		const work = async () => {
			const kept = await this.#kept(wanted);
			if (kept) {
				onProgress?.(kept.length);
				return { bytes: kept, fetched: 0 };
			}
			return this.#fetchIntact(wanted, signal, onProgress);
		};
		return exclusive(`file:${wanted.sha256}`, work, signal);
	}

	/** The same as `get`, to be read in parts: what is stored is looked through, and stays where it is. */
	open(
		wanted: Wanted,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<{ file: OpenFile; fetched: number }> {
		const work = async () => {
			const kept = (await this.#opened(wanted, signal)) ?? (await this.#held(wanted));
			if (kept) {
				onProgress?.(kept.size);
				return { file: kept, fetched: 0 };
			}
			const { bytes, fetched } = await this.#fetchIntact(wanted, signal, onProgress);
			return { file: (await this.#opened(wanted, signal)) ?? inMemory(bytes), fetched };
		};
		return exclusive(`file:${wanted.sha256}`, work, signal);
	}

	/**
	 * Stores a file out of `pieces` unless it is stored already; the answer is whether it was new. Throws
	 * a Problem when it is not what the pack says, a QuotaExceededError when there is no room, and then
	 * keeps nothing of it.
	 */
	put(
		wanted: PackFile & { path: string },
		pieces: () => AsyncIterable<Uint8Array>,
		signal?: AbortSignal,
		onProgress: (done: number) => void = () => undefined
	): Promise<boolean> {
		const key = wanted.sha256;
		const work = async () => {
			if ((await this.#state(wanted, signal, onProgress)) === 'intact') return false;
			await this.files.remove(key);
			try {
				if (await this.#write(wanted, pieces(), signal, onProgress)) return true;
				throw damaged(wanted.path, 'Export the pack again, or copy it again.');
			} catch (error) {
				await this.files.remove(key);
				throw error;
			}
		};
		return exclusive(`file:${key}`, work, signal);
	}

	/** Reads a stored file through; one that has changed is deleted. */
	check(
		file: PackFile,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<'intact' | 'changed' | 'missing'> {
		const work = async () => {
			const state = await this.#state(file, signal, onProgress);
			if (state === 'changed') await this.#drop(file.sha256);
			return state;
		};
		return exclusive(`file:${file.sha256}`, work, signal);
	}

	/** Throws a Problem when the browser states that these files would not fit; it may still be wrong. */
	async makeSureOfRoom(files: PackFile[]): Promise<void> {
		if (this.files.kind === 'memory') return;
		const sizes = await this.files.sizes();
		const needed = new Map(files.map((file) => [file.sha256, file.bytes]));
		for (const [key, length] of sizes) if (needed.get(key) === length) needed.delete(key);
		const bytes = [...needed.values()].reduce((sum, n) => sum + n, 0);
		const { usage, quota } = await roomOf();
		if (quota > 0 && bytes > quota - usage) throw await this.tooFull(bytes);
	}

	/** Deletes every file that is not in use; `used` is asked for after looking which there are. */
	async sweep(used: () => Promise<Set<string>>): Promise<void> {
		const keys = [...(await this.files.sizes()).keys()];
		const inUse = await used();
		for (const key of keys)
			if (!inUse.has(key)) await exclusive(`file:${key}`, () => this.#drop(key));
		this.#full = null;
	}

	async noRoom(): Promise<void> {
		const { usage, quota } = await roomOf();
		this.#full = new Problem(
			'storage-full',
			`The browser has no room left to store the pack (${megabytes(usage)} of ${megabytes(quota)} used): it works, but only until the page is closed.`,
			MAKE_ROOM
		);
	}

	/** Says that an import does not fit; `needed`: bytes, where they are known. */
	async tooFull(needed?: number): Promise<Problem> {
		const { usage, quota } = await roomOf();
		const wish = needed === undefined ? '' : `: it needs ${megabytes(needed)} more`;
		return new Problem(
			'storage-full',
			`The browser has no room for the pack${wish} (${megabytes(usage)} of ${megabytes(quota)} used). Nothing of it was stored.`,
			MAKE_ROOM
		);
	}

	async #state(
		{ sha256: key, bytes: length }: PackFile,
		signal?: AbortSignal,
		onProgress: (done: number) => void = () => undefined
	): Promise<'intact' | 'changed' | 'missing'> {
		const blob = await this.files.blob(key);
		if (!blob || blob.size < length) return 'missing';
		if (blob.size > length) return 'changed';
		const hasher = await startSha256();
		let done = 0;
		for await (const piece of piecesOf(blob)) {
			signal?.throwIfAborted();
			hasher.update(piece);
			onProgress((done += piece.length));
		}
		return hasher.hex() === key ? 'intact' : 'changed';
	}

	/** False when it is not the file; what was written then is still there. */
	async #write(
		{ sha256: key, bytes: length }: PackFile,
		pieces: AsyncIterable<Uint8Array>,
		signal: AbortSignal | undefined,
		onProgress: (done: number) => void
	): Promise<boolean> {
		const hasher = await startSha256();
		const sink = await this.files.append(key);
		let done = 0;
		try {
			for await (const piece of pieces) {
				signal?.throwIfAborted();
				done += piece.length;
				// More than the pack says: an archive may unpack to any length.
				if (done > length) return false;
				hasher.update(piece);
				await sink.write(piece);
				onProgress(done);
			}
		} finally {
			await sink.close();
		}
		return done === length && hasher.hex() === key;
	}

	/** Null unless it is stored and intact; one that was altered there is thrown away. */
	async #opened(
		{ sha256: key, bytes: length }: PackFile,
		signal?: AbortSignal
	): Promise<OpenFile | null> {
		if (this.files.kind === 'memory') return null;
		const blob = await this.files.blob(key);
		if (blob?.size !== length) return null;
		const file = await openStored(blob, key, signal);
		if (file) return file;
		await this.files.remove(key);
		return null;
	}

	/** What is kept for this session only. */
	async #held(wanted: PackFile): Promise<OpenFile | null> {
		const bytes = await this.#kept(wanted);
		return bytes && inMemory(bytes);
	}

	/** A whole file from storage; one that was altered there is thrown away. */
	async #kept({ sha256: key, bytes: length }: PackFile): Promise<Uint8Array | null> {
		for (const store of [this.files, this.#overflow]) {
			const bytes = await store.read(key);
			if (bytes?.length !== length) continue;
			if ((await sha256(bytes)) === key) return bytes;
			await store.remove(key);
		}
		return null;
	}

	/** Over the network, once more when it did not arrive as it should. */
	async #fetchIntact(
		wanted: Wanted,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<{ bytes: Uint8Array; fetched: number }> {
		const { folder } = wanted;
		if (folder === null) throw gone(wanted.path);
		const first = await this.#obtain({ ...wanted, folder }, signal, onProgress);
		if (first.intact) return first;
		await this.#drop(wanted.sha256);
		const again = await this.#obtain({ ...wanted, folder }, signal, onProgress);
		if (again.intact) return { bytes: again.bytes, fetched: first.fetched + again.fetched };
		await this.#drop(wanted.sha256);
		throw again.unpacked ? unpackedOnTheWay(wanted.path) : damaged(wanted.path);
	}

	async #obtain(
		wanted: Wanted & { folder: string },
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<Downloaded> {
		const key = wanted.sha256;
		const before = await this.files.read(key);
		const writing = await Writing.begin(() => (this.#full ? null : this.files.append(key)));
		let result: Downloaded;
		let damaged = false;
		try {
			result = await download({
				parts: partsOf(wanted.path, wanted).map(({ path, bytes }) => ({
					address: addressOf(path, wanted.folder),
					bytes
				})),
				name: wanted.path,
				file: wanted,
				before,
				fetch: this.#fetch,
				headers: (address) => this.#gates.headers(address),
				refusal: (address, status) =>
					this.#gates.refusal(address, status, `the file ${wanted.path}`),
				signal,
				onProgress,
				onPiece: (piece) => writing.write(piece),
				...(this.#pauses && { pauses: this.#pauses })
			});
		} catch (error) {
			damaged = codeOf(error) === 'pack-damaged';
			throw error;
		} finally {
			await writing.close();
			// Nothing can be continued that is not the file any more.
			if (damaged) await this.files.remove(key);
			if (writing.refused) {
				await this.files.remove(key);
				await this.noRoom();
			}
		}
		if (this.#full && result.intact) await this.#holdOn(key, result.bytes);
		return result;
	}

	async #holdOn(key: string, bytes: Uint8Array): Promise<void> {
		const memory = await this.#overflow.append(key);
		await memory.write(bytes);
		await memory.close();
	}

	async #drop(key: string): Promise<void> {
		await this.#overflow.remove(key);
		await this.files.remove(key);
	}
}

/** Writes as long as there is room. */
class Writing {
	refused = false;
	#sink: Sink | null = null;

	/** A full disk may refuse even an empty file. */
	static async begin(open: () => Promise<Sink> | null): Promise<Writing> {
		const writing = new Writing();
		await writing.#attempt(async () => {
			writing.#sink = await open();
		});
		return writing;
	}

	async write(piece: Uint8Array): Promise<void> {
		if (!this.refused) await this.#attempt(() => this.#sink?.write(piece));
	}

	async close(): Promise<void> {
		await this.#attempt(() => this.#sink?.close());
	}

	async #attempt(step: () => void | Promise<void>): Promise<void> {
		try {
			await step();
		} catch (error) {
			if (!isQuota(error)) throw error;
			this.refused = true;
		}
	}
}

/** An at sign stays as it is, as addresses allow: not every server understands it encoded. */
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

/** The bytes cannot be had from such a host: what it sends is not what the checksum is of. */
function unpackedOnTheWay(path: string): Problem {
	return new Problem(
		'pack-damaged',
		`The file ${path} arrived unpacked: its host sends files that end in .gz with the header “Content-Encoding: gzip”.`,
		'Turn that header off for .gz files, or publish the pack with “npm run build -- --pack”, which gives them other names.'
	);
}

function gone(path: string): Problem {
	return new Problem(
		'pack-missing',
		`The file ${path} of this pack is not stored, or not as it was, and the pack has no address to fetch it from.`,
		'Import the pack again under Models.'
	);
}

const MAKE_ROOM = 'Delete a stored pack under Models, or free some space.';

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Bytes in use and allowed, as the browser states them; 0 where it does not. */
export async function roomOf(): Promise<{ usage: number; quota: number }> {
	const storage = globalThis.navigator?.storage as StorageManager | undefined;
	const { usage = 0, quota = 0 } = (await storage?.estimate()) ?? {};
	return { usage, quota };
}
