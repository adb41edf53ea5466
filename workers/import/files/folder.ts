/** A folder of files from anywhere: a disk, an archive, a hub. Formats read nothing else. */
import { Problem } from '../../../src/core/names/errors';
import { ConfigFields } from './config-fields';

export interface Folder {
	/** Where it is, for messages; some formats also say more in the path than in the files. */
	name: string;
	/** Paths of its files, relative to it, with forward slashes. */
	names: string[];
	/** Bytes of each of these files. */
	sizes: ReadonlyMap<string, number>;
	/** A whole file. Throws a Problem when it cannot be read, an AbortError when that was cancelled. */
	read(name: string): Promise<Uint8Array>;
	/** The bytes of a file from `start` up to `end`, so that a large file need not be fetched or held whole. */
	slice(name: string, start: number, end: number): Promise<Uint8Array>;
	/** Reading goes over the network: nothing large is read for a listing. */
	isRemote?: boolean;
}

/** A folder inside another. */
export function subfolder(folder: Folder, path: string): Folder {
	if (path === '') return folder;
	const root = `${path}/`;
	const below = folder.names.filter((name) => name.startsWith(root));
	return {
		name: `${folder.name}/${path}`,
		names: below.map((name) => name.slice(root.length)),
		sizes: new Map(below.map((name) => [name.slice(root.length), folder.sizes.get(name)!])),
		read: (name) => folder.read(root + name),
		slice: (name, start, end) => folder.slice(root + name, start, end),
		...(folder.isRemote && { isRemote: true })
	};
}

/** A folder of one of the files of another. */
export function fileFolder(folder: Folder, path: string): Folder {
	const at = path.lastIndexOf('/');
	const around = subfolder(folder, path.slice(0, Math.max(0, at)));
	const file = path.slice(at + 1);
	const sizes = new Map([[file, around.sizes.get(file)!]]);
	return { ...around, name: `${around.name}/${file}`, names: [file], sizes };
}

/** Every folder below, outer ones first, with its files by their paths relative to it. */
export function foldersBelow(names: string[]): Map<string, string[]> {
	const all = new Map<string, string[]>();
	for (const name of names)
		for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
			const path = name.slice(0, at);
			const files = all.get(path) ?? [];
			files.push(name.slice(at + 1));
			all.set(path, files);
		}
	return all;
}

/** Files of a disk as a folder; each is read when it is asked for. */
export function blobFolder(name: string, files: ReadonlyMap<string, Blob>): Folder {
	const slice = async (path: string, start: number, end: number) =>
		new Uint8Array(await files.get(path)!.slice(start, end).arrayBuffer());
	return {
		name,
		names: [...files.keys()],
		sizes: new Map([...files].map(([path, file]) => [path, file.size])),
		read: (path) => slice(path, 0, files.get(path)!.size),
		slice
	};
}

/** The one folder around all of these paths, with a slash at its end; '' where there is none. */
export function commonRoot([first = '', ...paths]: string[]): string {
	const root = first.slice(0, first.indexOf('/') + 1);
	return paths.every((path) => path.startsWith(root)) ? root : '';
}

const MAX_JSON_BYTES = 16_000_000;

/** A JSON object in the folder. Throws a Problem when it is not one. */
export async function readConfig(folder: Folder, name: string): Promise<ConfigFields> {
	// Asked before it is read, because it may fill the memory.
	const isShort = (folder.sizes.get(name) ?? 0) <= MAX_JSON_BYTES;
	const fields = isShort ? ConfigFields.parse(await folder.read(name)) : null;
	if (fields) return fields;
	throw new Problem(
		'pack-invalid',
		`The ${name} in "${folderLabel(folder)}" cannot be read as JSON.`,
		'Download it again, or save it again.'
	);
}

/** The end of its name, which tells it from its siblings. */
export function folderLabel({ name }: Folder): string {
	return name.length > 80 ? `…${name.slice(-79)}` : name;
}
