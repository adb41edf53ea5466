/** A pack in the making on the shelf: every file under its sha256 at once, on no list before it is finished. */
import { parsePack, type Pack, type PackFile } from '../../src/core/packs/manifest';
import { manifestText, type PackWriter } from '../../src/core/packs/writer';
import { sha256, startSha256 } from './files/hash';
import type { Described } from './import-pack';
import { parseJson } from './manifest-text';
import type { Shelf } from './verified-files';

export class ShelfWriter implements PackWriter {
	readonly base: Record<string, unknown> | null = null;
	readonly #files = new Map<string, PackFile>();
	/** Bytes that were not on the shelf before. */
	added = 0;
	/** The pack once it is finished. */
	finished: Described | null = null;

	/** `text`: the pack.json of the pack that is revised, all of whose files are stored. */
	constructor(
		readonly shelf: Shelf,
		text: string | null,
		readonly signal: AbortSignal | undefined
	) {
		if (text === null) return;
		const { files, ...base } = parseJson(text) as Record<string, unknown> & Pick<Pack, 'files'>;
		this.base = base;
		for (const [path, file] of Object.entries(files)) this.#files.set(path, file);
	}

	get files(): Record<string, PackFile> {
		return Object.fromEntries(this.#files);
	}

	async write(path: string, ...pieces: Uint8Array[]): Promise<void> {
		this.signal?.throwIfAborted();
		const hasher = await startSha256();
		for (const piece of pieces) hasher.update(piece);
		const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
		const file = { bytes, sha256: hasher.hex() };
		if (await this.shelf.put({ ...file, path }, () => each(pieces), this.signal))
			this.added += bytes;
		this.#files.set(path, file);
	}

	drop(path: string): void {
		this.#files.delete(path);
	}

	async read(path: string): Promise<Uint8Array> {
		const wanted = { ...this.#files.get(path)!, path, folder: null };
		return (await this.shelf.get(wanted, this.signal)).bytes;
	}

	async finish(manifest: Record<string, unknown>): Promise<void> {
		const text = manifestText(manifest, this.files);
		const pack = parsePack(parseJson(text));
		this.finished = { pack, text, hash: await sha256(new TextEncoder().encode(text)) };
	}
}

async function* each(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* pieces;
}
