/** Fetches what an order needs before the pack is begun: nobody waits for a network with storage locked. */
import type { BuildRequest } from '../../../src/core/import/build-request';
import type { Progress } from '../../../src/core/calls';
import type { Folder } from '../files/folder';
import { modelFilesIn, saeFilesIn } from './needed-files';
import { RemoteFolder } from './remote-folder';

/**
 * Files that are elsewhere, in the order in which they will be read; what has arrived before is only
 * checked. The answer deletes them again, once they were used. Throws a Problem when one cannot be had.
 */
export async function downloadFiles(
	folder: Folder,
	{ model, saes }: Pick<BuildRequest, 'model' | 'saes'>,
	onProgress: (progress: Progress) => void
): Promise<() => Promise<void>> {
	if (!(folder instanceof RemoteFolder)) return async () => undefined;
	const { names, sizes } = folder;
	const files = [
		...('path' in model ? modelFilesIn(names, model.path) : []),
		...saes.flatMap(({ path }) => saeFilesIn(names, path))
	];
	const total = files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
	let done = 0;
	const tell = (what: string, more: number) =>
		onProgress({ phase: 'download', what, done: Math.min(total, done + more), total });
	for (const file of files) {
		tell(file, 0);
		await folder.download(file, (bytes) => tell(file, bytes));
		done += sizes.get(file) ?? 0;
	}
	return () => folder.release();
}
