/** A folder of files from anywhere: a disk, a dropped zip, a hub. All that a format's reader sees of the world. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { Problem } from '../../../src/core/names/errors';
import { ConfigFields } from './config-fields';

export interface Folder {
	/** Where it lies, as a person would say it; formats that say more in paths than in files read it too. */
	name: string;
	/** Files by their paths relative to it, with forward slashes. */
	names: string[];
	/** Bytes of each of these files. */
	sizes: ReadonlyMap<string, number>;
	/** A whole file of `names`. Throws a Problem when it cannot be had, an AbortError when that was cancelled. */
	read(name: string): Promise<Uint8Array>;
	/** The bytes of a file from `start` up to `end`: of a large one, no more need be fetched or held. */
	slice(name: string, start: number, end: number): Promise<Uint8Array>;
	/** Reading costs a network: nothing large is read only to look at it. */
	isRemote?: boolean;
}

/** A folder within another. */
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

/** A folder that is there as blobs: files from a disk, which are read only where they are asked for. */
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

/** The longest description that is read as JSON. */
const LONGEST_JSON = 16_000_000;

/** A JSON object of the folder. Throws a Problem when it is none. */
export async function readConfig(folder: Folder, name: string): Promise<ConfigFields> {
	const bytes = await folder.read(name);
	try {
		const json: unknown =
			bytes.length <= LONGEST_JSON ? JSON.parse(new TextDecoder().decode(bytes)) : null;
		if (json && typeof json === 'object' && !Array.isArray(json))
			return new ConfigFields(json as Record<string, unknown>);
	} catch {
		// Falls through to the sentence below.
	}
	throw new Problem(
		'pack-invalid',
		`The ${name} in "${folderLabel(folder)}" cannot be read.`,
		'Download it again, or save the SAE again.'
	);
}

/** What this program cannot run, said of the SAE in a folder. */
export function unsupportedSae(folder: Folder, what: string, advice: string): Problem {
	return new Problem('unsupported', `The SAE in "${folderLabel(folder)}" ${what}.`, advice);
}

/** A fact that the files do not tell, and that a person may state. */
export class MissingFact extends Problem {
	constructor(
		readonly fact: keyof SaeOverrides,
		sentence: string,
		advice: string
	) {
		super('unsupported', sentence, advice);
	}
}

/** The same said of the SAE in a folder. */
export function missingFact(
	folder: Folder,
	asks: keyof SaeOverrides,
	what: string,
	advice: string
): MissingFact {
	return new MissingFact(asks, `The SAE in "${folderLabel(folder)}" ${what}.`, advice);
}

/** The end of where it lies: what tells it from its siblings. */
export function folderLabel({ name }: Folder): string {
	return name.length > 80 ? `…${name.slice(-79)}` : name;
}
