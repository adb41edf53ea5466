/** What a reader chose to import, a .zip or the files of a folder: hostile until a pack describes it. */
import { dataStart, LOCAL_HEADER, readDirectory, type ZipEntry } from '../../../src/core/files/zip';
import { isAbort, Problem } from '../../../src/core/names/errors';
import type { Chosen } from '../../../src/core/packs/stored';
import { chunksOf } from '../files/file-store';

export interface ChosenFiles {
	/** Of the .zip or the folder. */
	name: string;
	/** Bytes of each file by its path in the pack, as far as they are known without reading it. */
	sizes: ReadonlyMap<string, number>;
	/** The content of a file; throws a Problem when it cannot be read. */
	chunks(path: string): AsyncGenerator<Uint8Array>;
}

/** A file and how to read it. */
interface Item {
	path: string;
	bytes: number;
	read(): AsyncGenerator<Uint8Array>;
}

/** Throws a Problem when there is no pack.json, or more than one that could be meant. */
export async function openChosenFiles(chosen: Chosen[]): Promise<ChosenFiles> {
	const archive = archiveAmong(chosen);
	const name = archive?.path ?? chosen[0]?.path.split('/')[0] ?? '';
	const items = archive
		? await itemsInZip(archive.file)
		: chosen.map(({ path, file }) => ({ path, bytes: file.size, read: () => chunksOf(file) }));
	const root = packFolder(items, name);
	const inside = new Map(
		items
			.filter(({ path }) => path.startsWith(root))
			.map((item) => [item.path.slice(root.length), item])
	);
	return {
		name,
		sizes: new Map([...inside].map(([path, { bytes }]) => [path, bytes])),
		chunks: (path) => readable(inside.get(path)!, path)
	};
}

/** The only .zip that was chosen; null when there is a pack beside it. */
function archiveAmong(chosen: Chosen[]): Chosen | null {
	if (chosen.some(({ path }) => isManifest(path))) return null;
	const zips = chosen.filter(({ path }) => /\.zip$/i.test(path));
	if (zips.length > 1)
		throw new Problem('unsupported', 'Several .zip files were chosen.', 'Import one at a time.');
	return zips[0] ?? null;
}

const isManifest = (path: string) => path === 'pack.json' || path.endsWith('/pack.json');

/** The folder of the topmost pack.json, with a slash at its end; '' for the top. */
function packFolder(items: Item[], name: string): string {
	const depth = (path: string) => path.split('/').length;
	const found = items.map(({ path }) => path).filter(isManifest);
	const least = Math.min(...found.map(depth));
	const [path, ...others] = found.filter((some) => depth(some) === least);
	if (path === undefined)
		throw new Problem(
			'pack-missing',
			`There is no pack in ${name ? `“${name}”` : 'what was chosen'}: it holds no pack.json.`,
			'Choose a .zip that was exported here, or the folder that holds pack.json; models and SAEs go to “Bring your own”.'
		);
	if (others.length > 0)
		throw new Problem('unsupported', `There is more than one pack in “${name}”.`, 'Choose one.');
	return path.slice(0, -'pack.json'.length);
}

async function itemsInZip(file: Blob): Promise<Item[]> {
	const read = async (from: number, to: number) =>
		new Uint8Array(await file.slice(from, to).arrayBuffer());
	const entries = await readDirectory(file.size, read);
	return entries.map((entry) => ({
		path: entry.path,
		bytes: entry.bytes,
		read: () => unpacked(entry, file, read)
	}));
}

async function* unpacked(
	entry: ZipEntry,
	file: Blob,
	read: (from: number, to: number) => Promise<Uint8Array>
): AsyncGenerator<Uint8Array> {
	const { path, method, encrypted, at, packed } = entry;
	if (encrypted || (method !== 0 && method !== 8))
		throw new Problem(
			'unsupported',
			`The file ${path} is ${encrypted ? 'encrypted' : 'compressed in a way that browsers do not support'}.`,
			'Zip the folder again, without a password and in the usual way.'
		);
	const start = dataStart(entry, await read(at, at + LOCAL_HEADER));
	const content = file.slice(start, start + packed);
	yield* method === 8 ? inflated(content) : chunksOf(content);
}

async function* inflated(content: Blob): AsyncGenerator<Uint8Array> {
	const stream = content.stream().pipeThrough(new DecompressionStream('deflate-raw'));
	const reader = stream.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}

/** Turns any failure to read, of a file that was moved or does not unpack, into a Problem. */
async function* readable(item: Item, path: string): AsyncGenerator<Uint8Array> {
	try {
		yield* item.read();
	} catch (cause) {
		if (cause instanceof Problem || isAbort(cause)) throw cause;
		throw new Problem(
			'pack-damaged',
			`The file ${path} cannot be read: it is damaged, or was moved meanwhile.`,
			'Choose it again; if that does not help, export the pack again.',
			{ cause }
		);
	}
}
