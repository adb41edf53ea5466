/** A .zip as a folder of models and SAEs, read entry by entry; one folder around everything in it does not count. */
import type { Folder } from './folder';
import { ZipReader } from './zip-reader';

/** Throws a Problem when it is no readable archive, or one made to do harm. */
export async function openArchiveFolder(name: string, file: Blob): Promise<Folder> {
	const zip = await ZipReader.open(file);
	const [first = ''] = zip.names;
	const around = first.slice(0, first.indexOf('/') + 1);
	const root = zip.names.every((path) => path.startsWith(around)) ? around : '';
	const base = name.replace(/\.zip$/i, '');
	const inside = (path: string) => path.slice(root.length);
	return {
		name: root ? `${base}/${root.slice(0, -1)}` : base,
		names: zip.names.map(inside),
		sizes: new Map(zip.names.map((path) => [inside(path), zip.sizeOf(path)])),
		// A copy, which may be handed over: what was unpacked is kept for the next part.
		read: async (path) => (await zip.read(root + path)).slice(),
		slice: (path, start, end) => zip.slice(root + path, start, end)
	};
}
