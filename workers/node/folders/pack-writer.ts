/** Writes a pack into a folder on disk, or revises the one that is there. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePack, type PackFile } from '../../../src/core/packs/manifest';
import { partSizes, partsOf, totalBytes } from '../../../src/core/packs/parts';
import { manifestText, type PackWriter } from '../../../src/core/packs/writer';
import { FolderSource, readPackFile } from './pack-source';
import { within } from './within';

export class PackFolder implements PackWriter {
	readonly #dropped = new Set<string>();

	private constructor(
		readonly folder: string,
		readonly base: Record<string, unknown> | null,
		readonly files: Record<string, PackFile>,
		readonly limit: number
	) {}

	/** A new pack; a file of more than `limit` bytes is written in parts. */
	static create(folder: string, limit = Infinity): PackFolder {
		return new PackFolder(folder, null, {}, limit);
	}

	/** The pack that is in the folder, to be changed there. Throws a Problem when there is none. */
	static async revise(folder: string): Promise<PackFolder> {
		const { pack } = await FolderSource.open(folder);
		const text = await readFile(path.join(folder, 'pack.json'), 'utf8');
		const { files: _, ...base } = JSON.parse(text) as Record<string, unknown>;
		return new PackFolder(folder, base, { ...pack.files }, Infinity);
	}

	get count(): number {
		return Object.keys(this.files).length + 1;
	}

	get bytes(): number {
		return totalBytes(this.files);
	}

	async write(file: string, ...chunks: Uint8Array[]): Promise<void> {
		if (this.files[file]?.parts) this.drop(file);
		const hash = createHash('sha256');
		for (const chunk of chunks) hash.update(chunk);
		const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
		const parts = bytes > this.limit ? partSizes(file, bytes, this.limit) : null;
		this.files[file] = { bytes, sha256: hash.digest('hex'), ...(parts && { parts }) };
		const whole = parts ? Buffer.concat(chunks) : null;
		let at = 0;
		for (const part of partsOf(file, this.files[file])) {
			const target = await within(this.folder, part.path);
			await mkdir(path.dirname(target), { recursive: true });
			await writeFile(target, whole ? whole.subarray(at, (at += part.bytes)) : chunks);
		}
	}

	drop(file: string): void {
		for (const part of partsOf(file, this.files[file] ?? { bytes: 0 }))
			this.#dropped.add(part.path);
		delete this.files[file];
	}

	read(file: string): Promise<Uint8Array> {
		return readPackFile(this.folder, file, this.files[file] ?? { bytes: 0 });
	}

	async finish(manifest: Record<string, unknown>): Promise<void> {
		const text = manifestText(manifest, this.files);
		parsePack(JSON.parse(text));
		const parts = Object.entries(this.files).flatMap(([file, entry]) => partsOf(file, entry));
		const kept = new Set(parts.map((part) => part.path));
		const gone = [...this.#dropped].filter((file) => !kept.has(file));
		const old = await Promise.all(gone.map((file) => within(this.folder, file)));
		await writeFile(await within(this.folder, 'pack.json'), text);
		// Only now, so that the pack that was here stays complete until then.
		for (const file of old) await rm(file, { force: true });
		this.#dropped.clear();
	}
}
