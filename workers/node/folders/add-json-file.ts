import { PackFolder } from './pack-writer';

/** Adds a file to a pack in a folder, or replaces it. `key`: the field of `pack.json` that names the file. */
export async function addJsonFile(
	folder: string,
	key: 'worked_example' | 'reproduction' | 'themes',
	file: string,
	content: unknown
): Promise<void> {
	const pack = await PackFolder.revise(folder);
	await pack.write(file, new TextEncoder().encode(JSON.stringify(content)));
	await pack.finish({ ...pack.base, [key]: file });
}
