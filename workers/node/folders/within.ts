/** Files that are written into a folder, and into no other. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/names/errors';

/**
 * The path of a file in a folder, for writing to or deleting. Throws a Problem where it, or a folder on the way to it,
 * is a link, because whoever made the folder would then choose what is written over elsewhere.
 */
export async function within(folder: string, file: string): Promise<string> {
	let at = folder;
	for (const step of file.split('/')) {
		at = path.join(at, step);
		const there = await lstat(at).catch(() => null);
		if (!there) break;
		if (there.isSymbolicLink())
			throw new Problem(
				'pack-invalid',
				`In "${folder.slice(-120)}", ${path.relative(folder, at)} is a link to somewhere else, through which nothing is written.`,
				'Put a copy of what it leads to in its place.'
			);
	}
	return path.join(folder, file);
}
