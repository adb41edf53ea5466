/** A .zip as a folder of models and SAEs, read entry by entry. */
import { isLitter } from '../../../src/core/import/file-names';
import { commonRoot, type Folder } from './folder';
import { ZipReader } from './zip-reader';

/** A single folder around everything in it is left out. Throws a Problem for an archive that is damaged or hostile. */
export async function openArchiveFolder(name: string, file: Blob): Promise<Folder> {
	const zip = await ZipReader.open(file);
	const names = zip.names.filter((path) => !isLitter(path));
	const root = commonRoot(names);
	const base = name.replace(/\.zip$/i, '');
	const inside = (path: string) => path.slice(root.length);
	return {
		name: root ? `${base}/${root.slice(0, -1)}` : base,
		names: names.map(inside),
		sizes: new Map(names.map((path) => [inside(path), zip.sizeOf(path)])),
		// A copy, which the caller may transfer: what was unpacked is kept for the next slice.
		read: async (path) => (await zip.read(root + path)).slice(),
		slice: (path, start, end) => zip.slice(root + path, start, end)
	};
}
