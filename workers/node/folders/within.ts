/** Files that are written into a folder, and into no other. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/names/errors';

/**
 * The path of a file in a folder, for writing to or deleting. Throws a Problem where it leads out of the folder, or where
 * it, or a folder on the way to it, is a link, because whoever made the folder would then choose what is written over
 * elsewhere.
 */
export async function within(folder: string, file: string): Promise<string> {
	const inside = path.relative(folder, path.join(folder, file));
	if (inside === '' || inside.split(path.sep)[0] === '..' || /[\0\\]/.test(file))
		throw new Problem(
			'pack-invalid',
			`"${file.slice(0, 120)}" leads out of "${folder.slice(-120)}", and nothing is written there.`,
			'Give the file a plain name.'
		);
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
