/** A pack in a folder on disk; every file that is read is checked against its size and sha256. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/names/errors';
import {
	endlessManifest,
	LONGEST_MANIFEST,
	parsePackText,
	type Pack,
	type PackFile
} from '../../../src/core/packs/manifest';
import { inMemory, type OpenFile } from '../../../src/core/files/open-file';
import { partsOf, type FilePart } from '../../../src/core/packs/parts';
import type { PackSource } from '../../../src/core/packs/source';

export class FolderSource implements PackSource {
	private constructor(
		readonly folder: string,
		readonly pack: Pack,
		readonly hash: string
	) {}

	/** Throws a Problem when the folder holds no readable pack. */
	static async open(folder: string): Promise<FolderSource> {
		const file = path.join(folder, 'pack.json');
		// A device or a pipe has no length, and may have no end.
		const there = await stat(file).catch(() => null);
		if (there && there.size > LONGEST_MANIFEST) throw endlessManifest();
		const text = there?.isFile() ? await readFile(file).catch(() => null) : null;
		if (!text)
			throw new Problem(
				'pack-missing',
				`There is no pack in "${folder}" (it has no pack.json).`,
				'Give --pack the folder of a pack, for example models/default.'
			);
		const pack = parsePackText(text.toString(), 'Copy the pack again from where it came from.');
		return new FolderSource(folder, pack, sha256(text));
	}

	async bytes(file: string): Promise<Uint8Array> {
		const expected = this.pack.files[file]!;
		const bytes = await readPackFile(this.folder, file, expected);
		if (bytes.length !== expected.bytes)
			throw damaged(`The file ${file} has ${bytes.length} bytes instead of ${expected.bytes}.`);
		if (sha256(bytes) !== expected.sha256)
			throw damaged(`The file ${file} has been altered: its sha256 is different.`);
		return bytes;
	}

	/** In memory: files are small compared with what the command line may use. */
	async open(file: string): Promise<OpenFile> {
		return inMemory(await this.bytes(file));
	}

	async stored(): Promise<Set<string>> {
		const files = Object.entries(this.pack.files);
		const isThere = ({ path: name }: FilePart) =>
			stat(path.join(this.folder, name)).then(
				() => true,
				() => false
			);
		const there = await Promise.all(
			files.map(([file, entry]) => Promise.all(partsOf(file, entry).map(isThere)))
		);
		return new Set(files.filter((_, i) => there[i]!.every(Boolean)).map(([file]) => file));
	}

	fetched(): number {
		return 0;
	}
}

/** A file of the pack in `folder`, not checked. Throws a Problem when it is missing. */
export async function readPackFile(
	folder: string,
	file: string,
	entry: Omit<PackFile, 'sha256'>
): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	for (const part of partsOf(file, entry)) {
		const bytes = await readFile(path.join(folder, part.path)).catch(() => null);
		if (!bytes) throw damaged(`The file ${part.path} is missing from the pack.`);
		parts.push(bytes);
	}
	// Copied to offset 0 of a buffer of its own: small files come as slices of a shared pool.
	return new Uint8Array(parts.length > 1 ? Buffer.concat(parts) : parts[0]!);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function damaged(sentence: string): Problem {
	return new Problem('pack-damaged', sentence, 'Copy the pack again from where it came from.');
}
