/** A zip archive as a folder of SAE files; one folder around everything in it does not count. */
import type { Folder } from './folder';
import { Zip } from './zip';

/** Throws a Problem when it is no readable archive. */
export function zipFolder(name: string, bytes: Uint8Array): Folder {
	const zip = Zip.open(bytes);
	const [first = ''] = zip.names;
	const around = first.slice(0, first.indexOf('/') + 1);
	const root = zip.names.every((path) => path.startsWith(around)) ? around : '';
	const base = name.replace(/\.zip$/, '');
	return {
		name: root ? `${base}/${root.slice(0, -1)}` : base,
		names: zip.names.map((path) => path.slice(root.length)),
		sizes: new Map(zip.names.map((path) => [path.slice(root.length), zip.sizeOf(path)])),
		read: (path) => zip.read(root + path),
		part: async (path, start, end) => (await zip.read(root + path)).subarray(start, end)
	};
}
