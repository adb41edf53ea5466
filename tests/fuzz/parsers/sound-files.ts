/** The sound files that hostile ones are made from: those of the fixtures. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ZipReader } from '../../../workers/import/files/zip-reader';
import { bytesOf, npyOf, type ZipEntry } from '../../crafted-files';
import { FIXTURES } from '../../golden/fixture';

export type Files = Record<string, Uint8Array>;

/** Every file below a folder, by its path in it. */
function filesIn(folder: string): Files {
	return Object.fromEntries(
		readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => {
				const file = path.join(entry.parentPath, entry.name);
				return [path.relative(folder, file), new Uint8Array(readFileSync(file))];
			})
	);
}

/** Packs of the fixtures, one of each family of models. */
export const PACKS = ['gpt2', 'gpt-neo', 'gpt-neox', 'llama-tied', 'qwen2', 'gemma2', 'gemma3'];

export const packFiles = (name: string): Files => filesIn(path.join(FIXTURES, name));

export const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** A folder of an SAE in each of the formats, with the name that it needs. */
export function saeFolders(): { name: string; files: Files }[] {
	const formats = path.join(FIXTURES, 'formats');
	const all = Object.keys(filesIn(formats));
	const isFirst = /(^|\/)(cfg|config|hyperparams)\.json$|\.(npz|pth|pt)$/;
	const folders = new Set(
		all.filter((name) => isFirst.test(name)).map((name) => path.dirname(name))
	);
	return [...folders].map((name) => ({ name, files: filesIn(path.join(formats, name)) }));
}

/** The entries of an archive, to be packed again with lies about them. */
export async function entriesOf(archive: Uint8Array): Promise<ZipEntry[]> {
	const zip = await ZipReader.open(archive);
	const entries: ZipEntry[] = [];
	for (const name of zip.names) entries.push({ name, bytes: (await zip.read(name)).slice() });
	return entries;
}

export const soundNpy = (): Uint8Array =>
	npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", new Uint8Array(24));

export const soundZip = (): ZipEntry[] => [
	{ name: 'a/pack.json', bytes: bytesOf('{"a": 1}'.repeat(200)), deflated: true },
	{ name: 'a/b.npy', bytes: soundNpy() },
	{ name: 'a/c/d.txt', bytes: bytesOf('text') }
];
