/** A folder, a file or a zip archive on disk, as the readers of models and SAEs see it. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isArchive, isLitter } from '../../../src/core/import/file-names';
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
	if (isArchive(where)) return openArchiveFolder(name, new Blob([await readFile(where)]));
	return folderOnDisk(name, path.dirname(name), [path.basename(where)]);
}

async function folderOnDisk(name: string, root: string, names: string[]): Promise<Folder> {
	const at = (file: string) => path.join(root, file);
	const sizeOf = async (file: string) => (await stat(at(file)).catch(() => null))?.size ?? 0;
	const sizes = await Promise.all(names.map(sizeOf));
	return {
		name,
		names,
		sizes: new Map(names.map((file, i) => [file, sizes[i]!])),
		// Copied to offset 0 of a buffer of its own: small files come as slices of a shared pool.
		read: async (file) => new Uint8Array(await readFile(at(file)).catch(unreadable(at(file)))),
		async slice(file, start, end) {
			const handle = await open(at(file)).catch(unreadable(at(file)));
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

/** A link whose file is gone is only refused where it is needed. */
function unreadable(file: string): (error: unknown) => never {
	return (error) => {
		const { code = '' } = error as NodeJS.ErrnoException;
		const isGone = code === 'ENOENT' || code === 'ELOOP';
		if (!isGone && code !== 'EACCES' && code !== 'EPERM') throw error;
		throw new Problem(
			'pack-missing',
			`"${file.slice(-120)}" ${isGone ? 'is a link to a file that is not there' : 'may not be read by this user'}.`,
			isGone ? 'Put the file itself in its place.' : 'Allow it, or copy the file.'
		);
	};
}

async function filesBelow(root: string, below: string, depth: number): Promise<string[]> {
	const names: string[] = [];
	for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
		const name = below ? `${below}/${entry.name}` : entry.name;
		if (isLitter(name)) continue;
		const linked = entry.isSymbolicLink()
			? await stat(path.join(root, name)).catch(() => null)
			: null;
		if ((linked ?? entry).isDirectory()) {
			if (depth < DEEPEST) names.push(...(await filesBelow(root, name, depth + 1)));
		} else names.push(name);
		if (names.length > MOST_FILES) break;
	}
	return names.sort();
}
