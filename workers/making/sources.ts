/** Where a reader's files are, as folders. */
import type { Source } from '../../src/core/bringing';
import type { Chosen } from '../../src/core/stored-packs';
import { folderOfArchive } from '../formats/archive-folder';
import { folderOfBlobs, type Folder } from '../formats/folder';

/** Throws a Problem when it cannot be reached. `signal` ends what the folder still reads later. */
export async function openSource(source: Source, _signal: AbortSignal): Promise<Folder> {
	switch (source.kind) {
		case 'files':
			return ofFiles(source.chosen);
	}
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
