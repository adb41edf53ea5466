/**
 * A .zip on another host: whether it is a pack is read off its directory, by ranges where the host sends them, so
 * that nothing large is fetched for a look.
 */
import { readDirectory } from '../../../src/core/files/zip';
import type { RemoteFolder } from './remote-folder';

/** A pack at the top, or in the one folder around everything in it. */
const MANIFEST = /^([^/]+\/)?pack\.json$/;

/** The archive that a place is; null where it is none. */
export function singleArchive({ names }: Pick<RemoteFolder, 'names'>): string | null {
	const [name = '', ...more] = names;
	return more.length === 0 && /\.zip$/i.test(name) ? name : null;
}

/** Throws a Problem when it is no archive that can be read, or one made to do harm. */
export async function archiveHasPack(folder: RemoteFolder, name: string): Promise<boolean> {
	const size = folder.sizes.get(name)!;
	// Tells whether the host sends parts: where it does not, the file comes whole once, and is kept.
	await folder.slice(name, 0, Math.min(1, size));
	const entries = await readDirectory(size, (from, to) => folder.slice(name, from, to));
	return entries.some(({ path }) => MANIFEST.test(path));
}
