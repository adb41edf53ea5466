/** Downloads what a build needs before it begins, so that no storage is locked while a network is slow. */
import type { BuildRequest } from '../../../src/core/import/build-request';
import type { Progress } from '../../../src/core/calls';
import { subfolder, type Folder } from '../files/folder';
import { saeFilesIn } from '../formats/formats';
import { filesOfModel } from '../open-model';
import { RemoteFolder } from './remote-folder';

/**
 * Files are downloaded in the order in which they will be read; one that is here is only verified. The function that
 * is returned deletes them again after use. Throws a Problem when one cannot be downloaded.
 */
export async function downloadFiles(
	folder: Folder,
	{ model, saes }: Pick<BuildRequest, 'model' | 'saes'>,
	onProgress: (progress: Progress) => void
): Promise<() => Promise<void>> {
	if (!(folder instanceof RemoteFolder)) return async () => undefined;
	const { names, sizes } = folder;
	const files = [
		...('path' in model
			? names.includes(model.path)
				? [model.path]
				: inside(model.path, await filesOfModel(subfolder(folder, model.path)))
			: []),
		...saes.flatMap(({ path }) =>
			names.includes(path) ? [path] : inside(path, saeFilesIn(subfolder(folder, path).names))
		)
	];
	const total = files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
	let done = 0;
	const report = (what: string, more: number) =>
		onProgress({ phase: 'download', what, done: Math.min(total, done + more), total });
	for (const file of files) {
		report(file, 0);
		await folder.download(file, (bytes) => report(file, bytes));
		done += sizes.get(file) ?? 0;
	}
	return () => folder.release();
}

/** Whole paths of files in a folder. */
const inside = (path: string, files: string[]): string[] =>
	files.map((name) => (path === '' ? name : `${path}/${name}`));
