/** Adds a file to a pack in a folder, and names it in `pack.json` with its length and sha256. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** `key`: the word of `pack.json` that names the file. An older file of that name is replaced. */
export async function keepFile(
	folder: string,
	key: 'worked_example' | 'reproduction',
	file: string,
	content: unknown
): Promise<void> {
	const bytes = new TextEncoder().encode(JSON.stringify(content));
	await writeFile(path.join(folder, file), bytes);
	const manifest = path.join(folder, 'pack.json');
	const pack = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown> & {
		files: Record<string, unknown>;
	};
	pack[key] = file;
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	pack.files[file] = { bytes: bytes.length, sha256 };
	await writeFile(manifest, `${JSON.stringify(pack, null, '\t')}\n`);
}
