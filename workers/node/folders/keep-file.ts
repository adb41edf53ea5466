/** Adds a file to a pack in a folder, and names it in `pack.json` with its length and sha256. */
import { PackFolder } from './pack-writer';

/** `key`: the word of `pack.json` that names the file. An older file of that name is replaced. */
export async function keepFile(
	folder: string,
	key: 'worked_example' | 'reproduction',
	file: string,
	content: unknown
): Promise<void> {
	const pack = await PackFolder.revise(folder);
	await pack.write(file, new TextEncoder().encode(JSON.stringify(content)));
	await pack.finish({ ...pack.base, [key]: file });
}
