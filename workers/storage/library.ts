/** The packs of this browser: opened over the network or imported, stored, and opened again without a network. */
import { HASH_DIGITS, packName, shortHash } from '../../src/core/packs/pack-name';
import type { Progress } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import type { OpenRequest } from '../../src/core/packs/info';
import { parsePackText } from '../../src/core/packs/manifest';
import { totalBytes } from '../../src/core/packs/parts';
import type { PackSource } from '../../src/core/packs/source';
import type {
	Chosen,
	Exported,
	Imported,
	StorageReport,
	Verified
} from '../../src/core/packs/stored';
import type { PackWriter } from '../../src/core/packs/writer';
import { openChosenFiles } from './transfer/chosen-files';
import { zipPack } from './transfer/export-pack';
import { throttled } from './file-progress';
import type { PackRecord, Records } from './files/database';
import { ifUnlocked, isLocked, withLock, type FileStore } from './files/file-store';
import { sha256 } from './files/hash';
import { isQuota, storageEstimate } from './files/quota';
import { readManifest, storeFiles, type Manifest } from './transfer/import-pack';
import { inventory, type ListedPack } from './inventory';
import { fetchManifest } from './network/fetch-manifest';
import { HostTokens } from './network/host-tokens';
import { StoredSource } from './pack-source';
import { StoredPackWriter } from './pack-writer';
import { VerifiedFiles } from './verified-files';
import { verifyPack } from './verify-pack';

type OnProgress = (progress: Progress) => void;

export interface LibraryOptions {
	files: FileStore;
	records: Records;
	fetch: typeof fetch;
	/** Caches the inference runtime for use without a network; resolves to whether all of it is cached. */
	cacheRuntime: () => Promise<boolean>;
	/** Milliseconds to wait before each further attempt at a download. */
	retryDelays?: number[];
}

export interface WritePackOptions {
	/** Hash of the stored pack that is revised; null: a new pack. */
	base?: string | null;
	/** Whether the pack that was revised goes off the list; one that has an address stays in any case. */
	replace?: boolean;
	/** About how many bytes will be written, so that what does not fit is refused early. */
	bytes?: number;
	/** Name of what the pack is made from. */
	file: string;
}

/** A pack all of whose files are stored, about to be put on the list. */
interface CompletePack extends Manifest {
	/** Bytes that were not stored before. */
	added: number;
	file: string;
	/** Hash of the pack that it replaces. */
	replaces?: string | null;
}

/**
 * Two locks hold across tabs: `packs` while the list of packs changes or unused files are deleted, and
 * `import` while files are stored that no pack on the list uses yet.
 */
export class Library {
	readonly tokens = new HostTokens();
	readonly #files: VerifiedFiles;
	readonly #records: Records;
	/** sha256 by the texts of pack.json. */
	readonly #hashes = new Map<string, string>();

	constructor(readonly options: LibraryOptions) {
		const { files, fetch, retryDelays } = options;
		this.#files = new VerifiedFiles(files, fetch, this.tokens, retryDelays);
		this.#records = options.records;
	}

	/**
	 * The pack whose hash begins with `stored`, if it is stored; else the one at `address`, its folder with a
	 * slash at the end. Throws a Problem when there is no readable pack there, nor a stored one of that address.
	 * With `expected`, the sha256 that its pack.json must have, a stored pack is opened without asking the
	 * network for a newer one.
	 */
	async open(
		request: Pick<OpenRequest, 'address' | 'expected' | 'stored'>,
		signal?: AbortSignal
	): Promise<PackSource> {
		const { address, expected = null, stored = null } = request;
		const packs = await this.#list();
		const chosen = stored === null ? undefined : find(packs, stored);
		if (chosen) return this.#source(chosen, chosen.record.address, false);
		const current = packs.find(({ record }) => record.hash === expected);
		const before = current ?? packs.findLast(({ record }) => record.address === address);
		const known = before?.record.text ?? null;
		const { fetch } = this.options;
		const text =
			current?.record.text ?? (await fetchManifest(address, known, fetch, this.tokens, signal));
		const pack = parsePackText(text);
		const hash = await this.#hashOf(text);
		if (hash !== before?.record.hash || before.record.address !== address)
			await this.#record({ hash, address, text }).catch(() => this.#files.markFull());
		return this.#source({ pack, record: { hash, address, text } }, address, true);
	}

	/** Which packs are stored, and how much room there is. */
	async storage(): Promise<StorageReport> {
		const { store } = this.#files;
		const counted = inventory(await this.#list(), await store.sizes());
		// Files without a pack belong to an import that is running in some tab.
		if (await isLocked('import')) counted.leftover = 0;
		const storage = globalThis.navigator?.storage as StorageManager | undefined;
		const persisted = (await storage?.persisted()) ?? false;
		return { ...counted, ...(await storageEstimate()), persisted, kind: store.kind };
	}

	/** Deletes a pack, named by at least 12 digits of its hash, and the files that no other pack uses. */
	async forget(hash: string): Promise<void> {
		if (hash.length < HASH_DIGITS) return;
		await withLock('packs', async () => {
			for (const record of await this.#records.all())
				if (record.hash.startsWith(hash)) await this.#records.remove(record.hash);
		});
		await this.tidy();
	}

	/** Deletes the files that no pack uses, unless an import is running, which does so at its end. */
	async tidy(): Promise<void> {
		await ifUnlocked('import', () => this.#sweep());
	}

	/** Reads and hashes every stored file of a pack again. */
	async verify(hash: string, signal?: AbortSignal, onProgress?: OnProgress): Promise<Verified> {
		const { pack, record } = await this.#named(hash);
		const progress = throttled('verify', onProgress);
		return verifyPack(pack.files, record.address, this.#files, signal, progress);
	}

	/** A pack all of whose files are stored, as one .zip. */
	async exportPack(hash: string, signal?: AbortSignal, onProgress?: OnProgress): Promise<Exported> {
		const { pack, record } = await this.#named(hash);
		const progress = throttled('verify', onProgress);
		const blob = await zipPack(record.text, pack.files, this.#files.store, signal, progress);
		return { name: `${packName({ name: pack.name, hash: record.hash })}.zip`, blob };
	}

	/** Stores the pack that a reader chose: all of it, or nothing. */
	importPack(files: Chosen[], signal?: AbortSignal, onProgress?: OnProgress): Promise<Imported> {
		return this.#store(signal, async () => {
			const chosen = await openChosenFiles(files);
			const manifest = await readManifest(chosen);
			const progress = throttled('store', onProgress);
			const added = await storeFiles(manifest.pack, chosen, this.#files, signal, progress);
			return { ...manifest, added, file: chosen.name };
		});
	}

	/**
	 * Stores a pack that `work` writes and finishes: all of it, or nothing. Every other import waits
	 * meanwhile, in every tab, so what takes minutes is best computed before. Throws a Problem when there is
	 * no room, or when the pack that is revised cannot be fetched whole.
	 */
	writePack(
		{ base = null, replace = false, bytes = 0, file }: WritePackOptions,
		work: (writer: PackWriter) => Promise<void>,
		signal?: AbortSignal
	): Promise<Imported> {
		return this.#store(signal, async () => {
			const revised = base === null ? null : await this.#named(base);
			await this.#files.checkQuota([{ bytes, sha256: '' }]);
			if (revised) await this.#fetchMissing(revised, signal);
			const before = revised?.record;
			const writer = new StoredPackWriter(this.#files, before?.text ?? null, signal);
			await work(writer);
			const { finished, added } = writer;
			if (!finished) throw new Error('The pack was not finished.');
			const replaced = replace && before?.address === null && before.hash !== finished.hash;
			return { ...finished, added, file, replaces: replaced ? before.hash : null };
		});
	}

	/** Holds the lock `import` while `work` stores files; deletes those that no pack uses at the end. */
	#store(signal: AbortSignal | undefined, work: () => Promise<CompletePack>): Promise<Imported> {
		const guarded = async () => {
			try {
				const { pack, text, hash, added, file, replaces } = await work();
				signal?.throwIfAborted();
				await this.#record({ hash, address: null, text, file });
				if (replaces) await withLock('packs', () => this.#records.remove(replaces));
				return {
					name: pack.name,
					title: pack.title,
					hash: shortHash(hash),
					files: Object.keys(pack.files).length,
					bytes: totalBytes(pack.files),
					added
				};
			} catch (error) {
				throw isQuota(error) ? await this.#files.quotaProblem() : error;
			} finally {
				await this.#sweep();
			}
		};
		return withLock('import', guarded, signal);
	}

	/** Fetches what is not stored of a pack whose files another is about to share. */
	async #fetchMissing({ pack, record }: ListedPack, signal?: AbortSignal): Promise<void> {
		for (const [path, file] of Object.entries(pack.files))
			await this.#files.get({ ...file, path, folder: record.address }, signal);
		if (this.#files.full) throw await this.#files.quotaProblem();
	}

	/** `newest`: it is what its address has now, so older packs of that address can go once it is complete. */
	#source({ pack, record }: ListedPack, folder: string | null, newest: boolean): PackSource {
		const onComplete = async () => {
			if (this.#files.full) throw this.#files.full;
			if (newest)
				for (const { address, hash } of await this.#records.all())
					if (address === record.address && hash !== record.hash) await this.forget(hash);
			return this.options.cacheRuntime();
		};
		return new StoredSource(pack, record.hash, folder, this.#files, onComplete);
	}

	/** Puts a pack on the list, where it may be already: then its address is not forgotten. */
	#record(record: PackRecord): Promise<void> {
		return withLock('packs', async () => {
			const before = (await this.#records.all()).find(({ hash }) => hash === record.hash);
			const address = record.address ?? before?.address ?? null;
			await this.#records.put({ ...before, ...record, address });
		});
	}

	#sweep(): Promise<void> {
		const used = async () =>
			new Set(
				(await this.#list()).flatMap(({ pack }) => Object.values(pack.files).map((f) => f.sha256))
			);
		return withLock('packs', () => this.#files.sweep(used));
	}

	async #named(hash: string): Promise<ListedPack> {
		const found = find(await this.#list(), hash);
		if (found) return found;
		throw new Problem('pack-missing', 'This pack is no longer stored here.', 'Import it again.');
	}

	/** The stored packs that this version of the program can read, and whose pack.json is what was stored. */
	async #list(): Promise<ListedPack[]> {
		const packs: ListedPack[] = [];
		for (const record of await this.#records.all()) {
			if ((await this.#hashOf(record.text)) !== record.hash) continue;
			try {
				packs.push({ record, pack: parsePackText(record.text) });
			} catch {
				continue;
			}
		}
		return packs;
	}

	/** Of a pack.json; those that were seen before are not hashed again. */
	async #hashOf(text: string): Promise<string> {
		const known = this.#hashes.get(text) ?? (await sha256(new TextEncoder().encode(text)));
		this.#hashes.set(text, known);
		return known;
	}
}

function find(packs: ListedPack[], hash: string): ListedPack | undefined {
	if (hash.length < HASH_DIGITS) return undefined;
	return packs.find(({ record }) => record.hash.startsWith(hash));
}
