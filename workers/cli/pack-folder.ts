/** A pack in the making, or one that is revised, in a folder. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePack, type PackFile } from '../../src/core/manifest';
import { manifestText, type PackWriter } from '../../src/core/pack-writer';
import { FolderSource } from './folder';

export class PackFolder implements PackWriter {
	readonly #dropped = new Set<string>();

	private constructor(
		readonly folder: string,
		readonly base: Record<string, unknown> | null,
		readonly files: Record<string, PackFile>
	) {}

	/** A pack made anew. */
	static make(folder: string): PackFolder {
		return new PackFolder(folder, null, {});
	}

	/** The pack that is in the folder, to be changed there. Throws a Problem when there is none. */
	static async revise(folder: string): Promise<PackFolder> {
		const { pack } = await FolderSource.open(folder);
		const text = await readFile(path.join(folder, 'pack.json'), 'utf8');
		const { files: _, ...base } = JSON.parse(text) as Record<string, unknown>;
		return new PackFolder(folder, base, { ...pack.files });
	}

	get count(): number {
		return Object.keys(this.files).length + 1;
	}

	get bytes(): number {
		return Object.values(this.files).reduce((sum, f) => sum + f.bytes, 0);
	}

	async write(file: string, ...pieces: Uint8Array[]): Promise<void> {
		const target = path.join(this.folder, file);
		await mkdir(path.dirname(target), { recursive: true });
		await writeFile(target, pieces);
		const hash = createHash('sha256');
		for (const piece of pieces) hash.update(piece);
		const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
		this.files[file] = { bytes, sha256: hash.digest('hex') };
	}

	drop(file: string): void {
		delete this.files[file];
		this.#dropped.add(file);
	}

	async read(file: string): Promise<Uint8Array> {
		return new Uint8Array(await readFile(path.join(this.folder, file)));
	}

	async finish(manifest: Record<string, unknown>): Promise<void> {
		const text = manifestText(manifest, this.files);
		parsePack(JSON.parse(text));
		await writeFile(path.join(this.folder, 'pack.json'), text);
		// Only now: until then the pack that was here is whole.
		for (const file of this.#dropped)
			if (!(file in this.files)) await rm(path.join(this.folder, file), { force: true });
		this.#dropped.clear();
	}
}
