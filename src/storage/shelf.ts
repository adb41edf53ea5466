/** Verified files: from where they are kept, else over the network and then kept. */
import { Problem } from '../core/errors';
import type { PackFile } from '../core/manifest';
import { download, type Downloaded } from './download';
import { exclusive, isQuota, type FileStore, type Sink } from './files';
import { sha256 } from './hash';
import { filesInMemory } from './memory';

/** A file as a pack names it. */
export interface Wanted extends PackFile {
	path: string;
	/** Address of the pack's folder. */
	folder: string;
}

export class Shelf {
	readonly files: FileStore;
	readonly #fetch: typeof fetch;
	readonly #pauses: number[] | undefined;
	/** What the browser had no room for: it lasts as long as this session. */
	readonly #overflow = filesInMemory();
	#full: Problem | null = null;

	constructor(files: FileStore, fetcher: typeof fetch, pauses?: number[]) {
		this.files = files;
		this.#fetch = fetcher;
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
			const first = await this.#obtain(wanted, signal, onProgress);
			if (first.intact) return first;
			await this.#drop(wanted.sha256);
			const again = await this.#obtain(wanted, signal, onProgress);
			if (again.intact) return { bytes: again.bytes, fetched: first.fetched + again.fetched };
			await this.#drop(wanted.sha256);
			throw damaged(wanted.path);
		};
		return exclusive(`file:${wanted.sha256}`, work, signal);
	}

	/** Deletes every file that is not in `used`. */
	async sweep(used: Set<string>): Promise<void> {
		for (const key of (await this.files.sizes()).keys())
			if (!used.has(key)) await exclusive(`file:${key}`, () => this.#drop(key));
		this.#full = null;
	}

	async noRoom(): Promise<void> {
		const storage = globalThis.navigator?.storage as StorageManager | undefined;
		const { usage = 0, quota = 0 } = (await storage?.estimate()) ?? {};
		const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
		this.#full = new Problem(
			'storage-full',
			`The browser has no room left to store the pack (${megabytes(usage)} of ${megabytes(quota)} used): it works, but only until the page is closed.`,
			'Delete a stored pack under Models, or free some space.'
		);
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

	async #obtain(
		wanted: Wanted,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<Downloaded> {
		const key = wanted.sha256;
		const before = await this.files.read(key);
		const writing = await Writing.begin(() => (this.#full ? null : this.files.append(key)));
		let result: Downloaded;
		try {
			result = await download({
				address: addressOf(wanted),
				name: wanted.path,
				file: wanted,
				before,
				fetch: this.#fetch,
				signal,
				onProgress,
				onPiece: (piece) => writing.write(piece),
				...(this.#pauses && { pauses: this.#pauses })
			});
		} finally {
			await writing.close();
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
function addressOf({ path, folder }: Wanted): string {
	const parts = path.split('/').map((part) => encodeURIComponent(part).replaceAll('%40', '@'));
	return new URL(parts.join('/'), folder).href;
}

function damaged(path: string): Problem {
	return new Problem(
		'pack-damaged',
		`The file ${path} is not the one that the pack describes: its length or checksum differs.`,
		'Load the pack from its original address, or ask whoever made it.'
	);
}
