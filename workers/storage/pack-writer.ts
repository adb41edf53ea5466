/** Writes a pack into storage: every file at once, under its sha256; the pack is on no list before it is finished. */
import { parsePackText, type Pack, type PackFile } from '../../src/core/packs/manifest';
import { manifestText, type PackWriter } from '../../src/core/packs/writer';
import { sha256, startSha256 } from './files/hash';
import type { Manifest } from './transfer/import-pack';
import type { VerifiedFiles } from './verified-files';

export class StoredPackWriter implements PackWriter {
	readonly base: Record<string, unknown> | null = null;
	readonly #files = new Map<string, PackFile>();
	/** Bytes that were not stored before. */
	added = 0;
	/** Set by `finish`. */
	finished: Manifest | null = null;

	/** `text`: the pack.json of the pack that is revised, all of whose files are stored. */
	constructor(
		readonly into: VerifiedFiles,
		text: string | null,
		readonly signal: AbortSignal | undefined
	) {
		if (text === null) return;
		const { files, ...base } = JSON.parse(text) as Record<string, unknown> & Pick<Pack, 'files'>;
		this.base = base;
		this.#files = new Map(Object.entries(files));
	}

	get files(): Record<string, PackFile> {
		return Object.fromEntries(this.#files);
	}

	async write(path: string, ...chunks: Uint8Array[]): Promise<void> {
		this.signal?.throwIfAborted();
		const hasher = await startSha256();
		for (const chunk of chunks) hasher.update(chunk);
		const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
		const file = { bytes, sha256: hasher.hex() };
		if (await this.into.put({ ...file, path }, () => each(chunks), this.signal))
			this.added += bytes;
		this.#files.set(path, file);
	}

	drop(path: string): void {
		this.#files.delete(path);
	}

	async read(path: string): Promise<Uint8Array> {
		const request = { ...this.#files.get(path)!, path, folder: null };
		return (await this.into.get(request, this.signal)).bytes;
	}

	async finish(manifest: Record<string, unknown>): Promise<void> {
		const text = manifestText(manifest, this.files);
		const hash = await sha256(new TextEncoder().encode(text));
		this.finished = { pack: parsePackText(text), text, hash };
	}
}

async function* each(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* chunks;
}
