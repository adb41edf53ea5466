/** The packs of this browser: opened over the network or imported, kept as they come, opened again without it. */
import type { OpenRequest } from '../../src/core/packs/info';
import type { Progress } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import { parsePack, type Pack } from '../../src/core/packs/manifest';
import type { PackSource } from '../../src/core/packs/source';
import type { PackWriter } from '../../src/core/packs/writer';
import type {
	Chosen,
	Exported,
	Imported,
	StorageReport,
	Verified
} from '../../src/core/packs/stored';
import type { PackRecord, Records } from './files/database';
import { archive } from './export-pack';
import { exclusive, ifFree, isBusy, isQuota, type FileStore } from './files/file-store';
import { Gates } from './network/host-tokens';
import { sha256 } from './files/hash';
import { describe, storeFiles, type Described } from './import-pack';
import { inventory, isWhole, type Known } from './inventory';
import { parseJson } from './manifest-text';
import { ShelfWriter } from './pack-writer';
import { openParcel } from './chosen-files';
import { roomOf, Shelf, type Wanted } from './verified-files';
import { verify } from './verify-pack';

export interface LibraryParts {
	files: FileStore;
	records: Records;
	fetch: typeof fetch;
	/** Keeps the program itself for use without a network; true when it is kept. */
	keepProgram: () => Promise<boolean>;
	/** Milliseconds to wait before each further attempt at a download. */
	pauses?: number[];
}

/** Milliseconds that a stored pack waits for news of itself. */
const PATIENCE = 4000;

type OnProgress = (progress: Progress) => void;

/** A pack that is to be written. */
export interface Draft {
	/** Hash of the stored pack that is revised; absent: none is. */
	base?: string | null;
	/** Whether the revised pack goes off the list; one that has an address stays in any case. */
	replace?: boolean;
	/** About how many bytes will be written, to refuse early what does not fit. */
	bytes?: number;
	/** Name of what it is made from. */
	file: string;
}

/** A pack all of whose files are stored, about to be put on the list. */
interface Stored extends Described {
	added: number;
	file: string;
	/** Hash of the pack in whose place it comes. */
	old?: string | null;
}

/** Digits of a hash that name a pack. */
const DIGITS = 12;

/**
 * Two names are locked across tabs: `packs` while the list of packs changes or unused files are swept,
 * and `import` as long as files are stored that no pack on the list uses yet.
 */
export class Library {
	/** Tokens that readers gave for hosts where packs lie. */
	readonly gates = new Gates();
	readonly #shelf: Shelf;
	readonly #records: Records;
	readonly #fetch: typeof fetch;
	readonly #keepProgram: () => Promise<boolean>;

	constructor(parts: LibraryParts) {
		this.#shelf = new Shelf(parts.files, parts.fetch, this.gates, parts.pauses);
		this.#records = parts.records;
		this.#fetch = parts.fetch;
		this.#keepProgram = parts.keepProgram;
	}

	/**
	 * The pack `stored`, if it is stored; else that at the address, the address of its folder with a
	 * slash at its end. Throws a Problem when there is no readable pack, nor a stored one of that address.
	 * With `expected`, the sha256 that its pack.json must have, a stored pack is opened without asking
	 * the network whether there is a newer one.
	 */
	async open(
		{
			address,
			expected = null,
			stored = null
		}: Pick<OpenRequest, 'address' | 'expected' | 'stored'>,
		signal?: AbortSignal
	): Promise<PackSource> {
		const known = await this.#readable();
		const chosen = stored === null ? undefined : find(known, stored);
		if (chosen) return this.#source(chosen, chosen.record.address, false);
		const current = known.find(({ record }) => record.hash === expected);
		const before = current ?? known.findLast(({ record }) => record.address === address);
		const text = current
			? current.record.text
			: await this.#manifest(address, before?.record.text ?? null, signal);
		const pack = parsePack(parseJson(text));
		const hash = await sha256(new TextEncoder().encode(text));
		if (hash !== before?.record.hash || before.record.address !== address)
			await this.#record({ hash, address, text }).catch(() => this.#shelf.noRoom());
		return this.#source({ pack, record: { hash, address, text } }, address, true);
	}

	/** Which packs are stored, and how much room there is. */
	async storage(): Promise<StorageReport> {
		const sizes = await this.#shelf.files.sizes();
		const counted = inventory(await this.#readable(), sizes);
		// Files without a pack belong to an import that is under way, in some tab.
		if (await isBusy('import')) counted.leftover = 0;
		const storage = globalThis.navigator?.storage as StorageManager | undefined;
		const persisted = (await storage?.persisted()) ?? false;
		return { ...counted, ...(await roomOf()), persisted, kind: this.#shelf.files.kind };
	}

	/** Deletes a pack, named by at least 12 digits of its hash, and the files that no other uses. */
	async forget(hash: string): Promise<void> {
		if (hash.length < DIGITS) return;
		await exclusive('packs', async () => {
			for (const { hash: full } of await this.#records.all())
				if (full.startsWith(hash)) await this.#records.remove(full);
		});
		await this.tidy();
	}

	/** Deletes the files that no pack uses, unless an import is under way, which does so at its end. */
	async tidy(): Promise<void> {
		await ifFree('import', () => this.#sweep());
	}

	/** Every stored file of a pack, read and hashed again. */
	async verify(hash: string, signal?: AbortSignal, onProgress?: OnProgress): Promise<Verified> {
		const { pack, record } = await this.#named(hash);
		return verify(pack.files, record.address, this.#shelf, signal, steps('verify', onProgress));
	}

	/** A pack that is stored whole as one file. */
	async exportPack(hash: string, signal?: AbortSignal, onProgress?: OnProgress): Promise<Exported> {
		const { pack, record } = await this.#named(hash);
		const progress = steps('verify', onProgress);
		const blob = await archive(record.text, pack.files, this.#shelf, signal, progress);
		return { name: `${pack.name}-${record.hash.slice(0, DIGITS)}.zip`, blob };
	}

	/** Stores the pack that a reader chose: whole, or nothing of it. */
	importPack(chosen: Chosen[], signal?: AbortSignal, onProgress?: OnProgress): Promise<Imported> {
		return this.#storing(signal, async () => {
			const parcel = await openParcel(chosen);
			const described = await describe(parcel);
			const progress = steps('store', onProgress);
			const added = await storeFiles(described.pack, parcel, this.#shelf, signal, progress);
			return { ...described, added, file: parcel.name };
		});
	}

	/**
	 * Stores a pack that `work` writes and finishes: whole, or nothing of it. No other import goes on
	 * meanwhile, in any tab, so what takes minutes is best computed before. Throws a Problem when there is
	 * no room, or when the pack that is to be revised cannot be had whole.
	 */
	writePack(
		{ base = null, replace = false, bytes = 0, file }: Draft,
		work: (writer: PackWriter) => Promise<void>,
		signal?: AbortSignal
	): Promise<Imported> {
		return this.#storing(signal, async () => {
			const revised = base === null ? null : await this.#named(base);
			await this.#shelf.makeSureOfRoom([{ bytes, sha256: '' }]);
			if (revised) await this.#storeWhole(revised, signal);
			const writer = new ShelfWriter(this.#shelf, revised?.record.text ?? null, signal);
			await work(writer);
			const { finished, added } = writer;
			if (!finished) throw new Error('The pack was not finished.');
			const before = revised?.record;
			const old = replace && before?.address === null && before.hash !== finished.hash;
			return { ...finished, added, file, old: old ? before.hash : null };
		});
	}

	/** While files are stored that no pack on the list uses yet; what is left over at the end is deleted. */
	#storing(signal: AbortSignal | undefined, work: () => Promise<Stored>): Promise<Imported> {
		const guarded = async () => {
			try {
				const { pack, text, hash, added, file, old } = await work();
				signal?.throwIfAborted();
				await this.#record({ hash, address: null, text, file });
				if (old) await exclusive('packs', () => this.#records.remove(old));
				const files = Object.values(pack.files);
				const bytes = files.reduce((sum, { bytes: n }) => sum + n, 0);
				const { name, title } = pack;
				return { name, title, hash: hash.slice(0, DIGITS), files: files.length, bytes, added };
			} catch (error) {
				throw isQuota(error) ? await this.#shelf.tooFull() : error;
			} finally {
				await this.#sweep();
			}
		};
		return exclusive('import', guarded, signal);
	}

	/** Fetches what is missing of a pack that is about to be shared. */
	async #storeWhole({ pack, record }: Known, signal?: AbortSignal): Promise<void> {
		for (const [path, file] of Object.entries(pack.files))
			await this.#shelf.get({ ...file, path, folder: record.address }, signal);
		if (this.#shelf.full) throw await this.#shelf.tooFull();
	}

	/** After every file is kept: throws a Problem when some were kept for this session only. */
	async #finish({ hash, address }: PackRecord, newest: boolean): Promise<boolean> {
		if (this.#shelf.full) throw this.#shelf.full;
		if (this.#shelf.files.kind === 'memory') return false;
		if (newest)
			for (const record of await this.#records.all())
				if (record.address === address && record.hash !== hash) await this.forget(record.hash);
		return this.#keepProgram();
	}

	/** `newest`: it is what its address has now, so that what it had before can go. */
	#source({ pack, record }: Known, folder: string | null, newest: boolean): PackSource {
		const finish = () => this.#finish(record, newest);
		return new StoredSource(pack, record.hash, folder, this.#shelf, finish);
	}

	/** Puts a pack on the list; what an older record knows of where it came from is kept. */
	#record(record: PackRecord): Promise<void> {
		return exclusive('packs', async () => {
			const before = (await this.#records.all()).find(({ hash }) => hash === record.hash);
			const address = record.address ?? before?.address ?? null;
			await this.#records.put({ ...before, ...record, address });
		});
	}

	#sweep(): Promise<void> {
		const used = async () =>
			new Set(
				(await this.#readable()).flatMap(({ pack }) =>
					Object.values(pack.files).map((file) => file.sha256)
				)
			);
		return exclusive('packs', () => this.#shelf.sweep(used));
	}

	async #named(hash: string): Promise<Known> {
		const known = find(await this.#readable(), hash);
		if (known) return known;
		throw new Problem('pack-missing', 'This pack is not stored here any more.', 'Import it again.');
	}

	/** Stored packs that this version of the program understands. */
	async #readable(): Promise<Known[]> {
		return (await this.#records.all()).flatMap((record) => {
			try {
				return [{ record, pack: parsePack(parseJson(record.text)) }];
			} catch {
				return [];
			}
		});
	}

	/** `pack.json` as it is now, or as it was stored when the network does not answer. */
	async #manifest(address: string, stored: string | null, signal?: AbortSignal): Promise<string> {
		const signals = [signal ?? [], stored ? AbortSignal.timeout(PATIENCE) : []].flat();
		try {
			const manifest = `${address}pack.json`;
			const response = await this.#fetch(manifest, {
				cache: 'no-store',
				referrerPolicy: 'no-referrer',
				headers: this.gates.headers(manifest),
				signal: AbortSignal.any(signals)
			});
			if (response.ok) return await response.text();
			if (stored) return stored;
			throw (
				this.gates.refusal(manifest, response.status, 'pack.json') ??
				missing('pack-missing', `the server answered ${response.status}`)
			);
		} catch (cause) {
			signal?.throwIfAborted();
			if (stored) return stored;
			if (cause instanceof Problem) throw cause;
			throw missing('network', 'the network or the server does not answer', cause);
		}
	}
}

class StoredSource implements PackSource {
	#fetched = 0;
	constructor(
		readonly pack: Pack,
		readonly hash: string,
		readonly folder: string | null,
		readonly shelf: Shelf,
		readonly finish: () => Promise<boolean>
	) {}

	async bytes(path: string, signal?: AbortSignal, onProgress?: (done: number) => void) {
		const got = await this.shelf.get(this.#wanted(path), signal, onProgress);
		this.#fetched += got.fetched;
		return got.bytes;
	}

	async open(path: string, signal?: AbortSignal, onProgress?: (done: number) => void) {
		const got = await this.shelf.open(this.#wanted(path), signal, onProgress);
		this.#fetched += got.fetched;
		return got.file;
	}

	async stored(): Promise<Set<string>> {
		const sizes = await this.shelf.files.sizes();
		const files = Object.entries(this.pack.files);
		return new Set(files.filter(([, file]) => isWhole(file, sizes)).map(([path]) => path));
	}

	fetched(): number {
		return this.#fetched;
	}

	async keepAll(
		signal?: AbortSignal,
		onProgress: (path: string, done: number, total: number) => void = () => undefined
	): Promise<boolean> {
		const files = Object.entries(this.pack.files);
		const stored = await this.stored();
		const sum = (some: typeof files) => some.reduce((n, [, file]) => n + file.bytes, 0);
		let done = sum(files.filter(([path]) => stored.has(path)));
		for (const [path, file] of files) {
			if (stored.has(path)) continue;
			await this.bytes(path, signal, (n) => onProgress(path, done + n, sum(files)));
			done += file.bytes;
		}
		return this.finish();
	}

	#wanted(path: string): Wanted {
		const file = this.pack.files[path];
		if (file) return { ...file, path, folder: this.folder };
		throw new Problem('pack-invalid', `The pack has no file ${path}.`, 'Make the pack again.');
	}
}

function find(known: Known[], hash: string): Known | undefined {
	return hash.length < DIGITS
		? undefined
		: known.find(({ record }) => record.hash.startsWith(hash));
}

/** Progress in files as progress of the engine, no more often than an eye can follow. */
function steps(
	phase: Progress['phase'],
	onProgress: OnProgress = () => undefined
): (what: string, done: number, total: number) => void {
	let told = 0;
	return (what, done, total) => {
		if (done < total && done - told < total / 400) return;
		told = done;
		onProgress({ phase, what, done, total });
	};
}

function missing(code: 'pack-missing' | 'network', why: string, cause?: unknown): Problem {
	return new Problem(
		code,
		`There is no pack at this address: ${why}.`,
		'Check the address and the connection.',
		{ cause }
	);
}
