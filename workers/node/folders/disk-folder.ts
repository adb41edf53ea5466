/** A folder, a file or a zip archive on disk, as the readers of models and SAEs see it. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/names/errors';
import type { Folder } from '../../import/files/folder';
import { openArchiveFolder } from '../../import/files/archive-folder';

const MOST_FILES = 5_000;
const DEEPEST = 4;

/** `what`: what is to be read, for messages. Throws a Problem when nothing is there. */
export async function openFolder(where: string, what = 'an SAE'): Promise<Folder> {
	const there = await stat(where).catch(() => null);
	if (!there)
		throw new Problem(
			'pack-missing',
			`There is no "${where.slice(-120)}" to read ${what} from.`,
			'Give a folder, a file or a zip archive.'
		);
	const name = path.resolve(where);
	if (there.isDirectory()) return folderOnDisk(name, name, await filesBelow(where, '', 0));
	if (where.endsWith('.zip')) return openArchiveFolder(name, new Blob([await readFile(where)]));
	return folderOnDisk(name, path.dirname(name), [path.basename(where)]);
}

async function folderOnDisk(name: string, root: string, names: string[]): Promise<Folder> {
	const sizes = await Promise.all(names.map((file) => stat(path.join(root, file))));
	return {
		name,
		names,
		sizes: new Map(names.map((file, i) => [file, sizes[i]!.size])),
		// Copied to offset 0 of a buffer of its own: small files come as slices of a shared pool.
		read: async (file) => new Uint8Array(await readFile(path.join(root, file))),
		async slice(file, start, end) {
			const handle = await open(path.join(root, file));
			try {
				const { buffer, bytesRead } = await handle.read(new Uint8Array(end - start), {
					position: start
				});
				return buffer.subarray(0, bytesRead);
			} finally {
				await handle.close();
			}
		}
	};
}

async function filesBelow(root: string, below: string, depth: number): Promise<string[]> {
	const names: string[] = [];
	for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
		const name = below ? `${below}/${entry.name}` : entry.name;
		if (entry.isDirectory()) {
			if (depth < DEEPEST) names.push(...(await filesBelow(root, name, depth + 1)));
		} else names.push(name);
		if (names.length > MOST_FILES) break;
	}
	return names.sort();
}
