/** Where a reader's files are, as folders. */
import type { Source } from '../../src/core/import/order';
import type { RemoteSource } from '../../src/core/import/remote';
import type { Chosen } from '../../src/core/packs/stored';
import { openPendingDownloads } from '../storage/open-library';
import { folderOfArchive } from './files/archive-folder';
import { folderOfBlobs, type Folder } from './files/folder';
import { archiveAt, holdsPack } from './remote/archive';
import { openRemote } from './remote/open';
import type { RemoteFolder } from './remote/folder';

/** Throws a Problem when it cannot be reached. `signal` ends what the folder still reads later. */
export async function openSource(source: Source, signal: AbortSignal): Promise<Folder> {
	switch (source.kind) {
		case 'files':
			return ofFiles(source.chosen);
		case 'remote':
			return ofRemote(await remoteFolder(source, signal));
	}
}

/** A place on another host as it lies there. */
export async function remoteFolder(
	{ place, token }: RemoteSource,
	signal: AbortSignal
): Promise<RemoteFolder> {
	const link = {
		fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
		token,
		signal
	};
	return openRemote(place, link, await openPendingDownloads());
}

/** An archive is its content, and has to be here to be looked into; one of a pack is imported as it is. */
async function ofRemote(folder: RemoteFolder): Promise<Folder> {
	const archive = archiveAt(folder);
	if (archive === null || (await holdsPack(folder, archive))) return folder;
	return folderOfArchive(archive, await folder.blob(archive));
}

/** What was chosen or dropped; one folder around everything in it does not count, and a .zip is its content. */
async function ofFiles(chosen: Chosen[]): Promise<Folder> {
	const [only, ...more] = chosen;
	if (only && more.length === 0 && /\.zip$/i.test(only.path))
		return folderOfArchive(only.path, only.file);
	const [first = ''] = chosen.map(({ path }) => path);
	const root = first.slice(0, first.indexOf('/') + 1);
	const around = chosen.every(({ path }) => path.startsWith(root)) ? root : '';
	const files = chosen.map(({ path, file }): [string, Blob] => [path.slice(around.length), file]);
	return folderOfBlobs(around.slice(0, -1) || 'files', new Map(files));
}
