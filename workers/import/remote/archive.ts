/** A .zip on another host: its directory, read by byte ranges, tells whether it is of a pack. */
import { isArchive } from '../../../src/core/import/file-names';
import { readDirectory } from '../../../src/core/files/zip';
import type { RemoteFolder } from './remote-folder';

/** At the top, or in the one folder around everything in it. */
const MANIFEST = /^([^/]+\/)?pack\.json$/;

/** The archive that is all there is at an address; null where it is anything else. */
export function singleArchive({ names }: Pick<RemoteFolder, 'names'>): string | null {
	const [name = ''] = names;
	return names.length === 1 && isArchive(name) ? name : null;
}

/** Throws a Problem for an archive that is damaged or hostile. */
export async function archiveHasPack(folder: RemoteFolder, name: string): Promise<boolean> {
	const size = folder.sizes.get(name)!;
	// Tells whether the host answers ranges: where it does not, the file is downloaded whole once, and kept.
	await folder.slice(name, 0, Math.min(1, size));
	const entries = await readDirectory(size, (from, to) => folder.slice(name, from, to));
	return entries.some(({ path }) => MANIFEST.test(path));
}
