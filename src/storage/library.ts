/** The packs of this browser: opened over the network, kept as they come, opened again without it. */
import type { StorageReport } from '../core/contract';
import { Problem } from '../core/errors';
import { parsePack, type Pack } from '../core/manifest';
import type { PackSource } from '../core/pack-source';
import type { PackRecord, Records } from './database';
import type { FileStore } from './files';
import { sha256 } from './hash';
import { Shelf } from './shelf';

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

export class Library {
	readonly #shelf: Shelf;
	readonly #records: Records;
	readonly #fetch: typeof fetch;
	readonly #keepProgram: () => Promise<boolean>;

	constructor(parts: LibraryParts) {
		this.#shelf = new Shelf(parts.files, parts.fetch, parts.pauses);
		this.#records = parts.records;
		this.#fetch = parts.fetch;
		this.#keepProgram = parts.keepProgram;
	}

	/**
	 * Throws a Problem when there is no readable pack at the address, nor a stored one of that address.
	 * With `expected`, the sha256 that its pack.json must have, a stored pack is opened without asking
	 * the network whether there is a newer one.
	 */
	async open(
		address: string,
		signal?: AbortSignal,
		expected: string | null = null
	): Promise<PackSource> {
		const stored = (await this.#readable()).findLast(({ record }) => record.address === address);
		const current = stored && stored.record.hash === expected;
		const text = current
			? stored.record.text
			: await this.#manifest(address, stored?.record.text ?? null, signal);
		const pack = parsePack(parseJson(text));
		const hash = await sha256(new TextEncoder().encode(text));
		if (hash !== stored?.record.hash)
			await this.#records.put({ hash, address, text }).catch(() => this.#shelf.noRoom());
		return new StoredPack(pack, hash, address, this.#shelf, () => this.#finish(address, hash));
	}

	/** Which packs are stored, and how much room there is. */
	async report(): Promise<StorageReport> {
		const sizes = await this.#shelf.files.sizes();
		const packs = (await this.#readable()).map(({ record, pack }) => {
			const files = Object.values(pack.files);
			return {
				name: pack.name,
				title: pack.title,
				hash: record.hash.slice(0, 12),
				bytes: files.reduce((sum, f) => sum + Math.min(sizes.get(f.sha256) ?? 0, f.bytes), 0),
				complete: files.every((f) => sizes.get(f.sha256) === f.bytes)
			};
		});
		const storage = globalThis.navigator?.storage as StorageManager | undefined;
		const { usage = 0, quota = 0 } = (await storage?.estimate()) ?? {};
		const persisted = (await storage?.persisted()) ?? false;
		return { packs, usage, quota, persisted, kind: this.#shelf.files.kind };
	}

	/** Deletes a pack, named by at least 12 digits of its hash, and the files that no other uses. */
	async forget(hash: string): Promise<void> {
		if (hash.length < 12) return;
		for (const { hash: full } of await this.#records.all())
			if (full.startsWith(hash)) await this.#records.remove(full);
		const left = await this.#readable();
		await this.#shelf.sweep(
			new Set(left.flatMap(({ pack }) => Object.values(pack.files).map((file) => file.sha256)))
		);
	}

	/** After every file is kept: throws a Problem when some were kept for this session only. */
	async #finish(address: string, hash: string): Promise<boolean> {
		if (this.#shelf.full) throw this.#shelf.full;
		if (this.#shelf.files.kind === 'memory') return false;
		for (const record of await this.#records.all())
			if (record.address === address && record.hash !== hash) await this.forget(record.hash);
		return this.#keepProgram();
	}

	/** Stored packs that this version of the program understands. */
	async #readable(): Promise<{ record: PackRecord; pack: Pack }[]> {
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
			const response = await this.#fetch(`${address}pack.json`, {
				cache: 'no-store',
				referrerPolicy: 'no-referrer',
				signal: AbortSignal.any(signals)
			});
			if (response.ok) return await response.text();
			if (stored) return stored;
			throw missing('pack-missing', `the server answered ${response.status}`);
		} catch (cause) {
			signal?.throwIfAborted();
			if (stored) return stored;
			if (cause instanceof Problem) throw cause;
			throw missing('network', 'the network or the server does not answer', cause);
		}
	}
}

class StoredPack implements PackSource {
	#fetched = 0;
	constructor(
		readonly pack: Pack,
		readonly hash: string,
		readonly folder: string,
		readonly shelf: Shelf,
		readonly finish: () => Promise<boolean>
	) {}

	async bytes(path: string, signal?: AbortSignal, onProgress?: (done: number) => void) {
		const file = this.pack.files[path];
		if (!file)
			throw new Problem('pack-invalid', `The pack has no file ${path}.`, 'Make the pack again.');
		const got = await this.shelf.get({ ...file, path, folder: this.folder }, signal, onProgress);
		this.#fetched += got.fetched;
		return got.bytes;
	}

	async stored(): Promise<Set<string>> {
		const sizes = await this.shelf.files.sizes();
		const files = Object.entries(this.pack.files);
		return new Set(files.filter(([, f]) => sizes.get(f.sha256) === f.bytes).map(([path]) => path));
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
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new Problem(
			'pack-invalid',
			"The pack's description (pack.json) is not JSON.",
			'Check the address: it must be that of a pack’s folder.',
			{ cause }
		);
	}
}

function missing(code: 'pack-missing' | 'network', why: string, cause?: unknown): Problem {
	return new Problem(
		code,
		`There is no pack at this address: ${why}.`,
		'Check the address and the connection.',
		{ cause }
	);
}
