/** Where the files of an import are, as a folder. */
import type { ImportSource } from '../../src/core/import/build-request';
import { readDirectory } from '../../src/core/files/zip';
import { isArchive, isLitter } from '../../src/core/import/file-names';
import type { RemoteSource } from '../../src/core/import/remote';
import type { Chosen } from '../../src/core/packs/stored';
import { openPendingDownloads } from '../storage/open-library';
import { openArchiveFolder } from './files/archive-folder';
import { blobFolder, commonRoot, type Folder } from './files/folder';
import { openRemoteFolder } from './remote/open-remote';
import type { RemoteFolder } from './remote/remote-folder';

/** Throws a Problem when it cannot be reached. `signal` also ends what the folder reads later. */
export async function openSource(source: ImportSource, signal: AbortSignal): Promise<Folder> {
	switch (source.kind) {
		case 'files':
			return chosenFolder(source.chosen);
		case 'remote':
			return remoteContents(await openRemoteSource(source, signal));
	}
}

/** A folder on another host, or an archive there that is not opened. */
export async function openRemoteSource(
	{ address, token }: RemoteSource,
	signal: AbortSignal
): Promise<RemoteFolder> {
	const connection = {
		fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
		token,
		signal
	};
	return openRemoteFolder(address, connection, await openPendingDownloads());
}

/** An archive is downloaded to be listed, unless it is of a pack, which is imported as it is. */
async function remoteContents(folder: RemoteFolder): Promise<Folder> {
	const archive = singleArchive(folder);
	if (archive === null || (await archiveHasPack(folder, archive))) return folder;
	return openArchiveFolder(archive, await folder.download(archive));
}

/** At the top, or in the one folder around everything in it. */
const MANIFEST = /^([^/]+\/)?pack\.json$/;

/** The archive that is all there is at an address; null where it is anything else. */
export function singleArchive({ names }: RemoteFolder): string | null {
	const [name = ''] = names;
	return names.length === 1 && isArchive(name) ? name : null;
}

/** Its directory tells, read by byte ranges. Throws a Problem for an archive that is damaged or hostile. */
async function archiveHasPack(folder: RemoteFolder, name: string): Promise<boolean> {
	const size = folder.sizes.get(name)!;
	// Tells whether the host answers ranges: where it does not, the file is downloaded whole once, and kept.
	await folder.slice(name, 0, Math.min(1, size));
	const entries = await readDirectory(size, (from, to) => folder.slice(name, from, to));
	return entries.some(({ path }) => MANIFEST.test(path));
}

/** A single folder around all files is left out, and a single .zip is its contents. */
async function chosenFolder(all: Chosen[]): Promise<Folder> {
	const chosen = all.filter(({ path }) => !isLitter(path));
	const [only, ...more] = chosen;
	if (only && more.length === 0 && isArchive(only.path))
		return openArchiveFolder(only.path, only.file);
	const root = commonRoot(chosen.map(({ path }) => path));
	const files = chosen.map(({ path, file }): [string, Blob] => [path.slice(root.length), file]);
	return blobFolder(root.slice(0, -1) || 'files', new Map(files));
}
