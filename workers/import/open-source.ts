/** Where a reader's files are, as folders. */
import type { ImportSource } from '../../src/core/import/build-request';
import type { RemoteSource } from '../../src/core/import/remote';
import type { Chosen } from '../../src/core/packs/stored';
import { openPendingDownloads } from '../storage/open-library';
import { openArchiveFolder } from './files/archive-folder';
import { blobFolder, type Folder } from './files/folder';
import { singleArchive, archiveHasPack } from './remote/archive';
import { openRemoteFolder } from './remote/open-remote';
import type { RemoteFolder } from './remote/remote-folder';

/** Throws a Problem when it cannot be reached. `signal` ends what the folder still reads later. */
export async function openSource(source: ImportSource, signal: AbortSignal): Promise<Folder> {
	switch (source.kind) {
		case 'files':
			return localContents(source.chosen);
		case 'remote':
			return remoteContents(await openRemoteSource(source, signal));
	}
}

/** A place on another host as it lies there. */
export async function openRemoteSource(
	{ address, token }: RemoteSource,
	signal: AbortSignal
): Promise<RemoteFolder> {
	const link = {
		fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
		token,
		signal
	};
	return openRemoteFolder(address, link, await openPendingDownloads());
}

/** An archive is its content, and has to be here to be looked into; one of a pack is imported as it is. */
async function remoteContents(folder: RemoteFolder): Promise<Folder> {
	const archive = singleArchive(folder);
	if (archive === null || (await archiveHasPack(folder, archive))) return folder;
	return openArchiveFolder(archive, await folder.download(archive));
}

/** What was chosen or dropped; one folder around everything in it does not count, and a .zip is its content. */
async function localContents(chosen: Chosen[]): Promise<Folder> {
	const [only, ...more] = chosen;
	if (only && more.length === 0 && /\.zip$/i.test(only.path))
		return openArchiveFolder(only.path, only.file);
	const [first = ''] = chosen.map(({ path }) => path);
	const root = first.slice(0, first.indexOf('/') + 1);
	const around = chosen.every(({ path }) => path.startsWith(root)) ? root : '';
	const files = chosen.map(({ path, file }): [string, Blob] => [path.slice(around.length), file]);
	return blobFolder(around.slice(0, -1) || 'files', new Map(files));
}
