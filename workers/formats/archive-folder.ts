/** A .zip as a folder of models and SAEs, read entry by entry; one folder around everything in it does not count. */
import { Problem } from '../../src/core/errors';
import { dataStart, LOCAL_HEADER, readDirectory, type ZipEntry } from '../../src/core/zip';
import { startCrc32 } from '../../src/storage/hash';
import type { Folder } from './folder';

/** Larger files have to lie in the archive as they are: what is packed can only be read whole, into memory. */
const LARGEST_PACKED = 2 ** 30;
/** Weights shrink by a few percent; only what is made to burst shrinks a hundredfold. */
const MOST_GROWTH = 100;
/** Below this size (bytes) growth does no harm: text shrinks well. */
const HARMLESS = 1_000_000;

/** Throws a Problem when it is no readable archive, or one made to do harm. */
export async function folderOfArchive(name: string, file: Blob): Promise<Folder> {
	const bytes = async (from: number, to: number) =>
		new Uint8Array(await file.slice(from, to).arrayBuffer());
	const entries = await readDirectory(file.size, bytes);
	const paths = entries.map(({ path }) => path);
	const [first = ''] = paths;
	const around = first.slice(0, first.indexOf('/') + 1);
	const root = paths.every((path) => path.startsWith(around)) ? around.length : 0;
	const byPath = new Map(entries.map((entry) => [entry.path.slice(root), entry]));
	const base = name.replace(/\.zip$/i, '');
	/** The packed file that was read last: it is read in parts, one after the other. */
	let unpacked: { path: string; bytes: Uint8Array } | null = null;
	const read = async (path: string): Promise<Uint8Array> => {
		if (unpacked?.path === path) return unpacked.bytes;
		const entry = byPath.get(path)!;
		unpacked = null;
		const whole = await content(entry, file, bytes);
		if (entry.method !== 0) unpacked = { path, bytes: whole };
		return whole;
	};
	return {
		name: root ? `${base}/${around.slice(0, -1)}` : base,
		names: [...byPath.keys()],
		sizes: new Map([...byPath].map(([path, entry]) => [path, entry.bytes])),
		read: async (path) => (await read(path)).slice(),
		async part(path, start, end) {
			const entry = byPath.get(path)!;
			if (entry.method !== 0) return (await read(path)).slice(start, end);
			const at = dataStart(entry, await bytes(entry.at, entry.at + LOCAL_HEADER));
			return bytes(at + start, at + Math.min(end, entry.bytes));
		}
	};
}

type Read = (from: number, to: number) => Promise<Uint8Array>;

/** A file of the archive, checked against its length and checksum. */
async function content(entry: ZipEntry, file: Blob, read: Read): Promise<Uint8Array> {
	const { path, method, encrypted, at, packed, bytes: length, crc } = entry;
	const shown = path.slice(0, 80);
	if (encrypted) throw damaged(`holds ${shown} under a password`);
	if (method !== 0 && method !== 8)
		throw damaged(`holds ${shown} packed in a way that is not supported (${method})`);
	if (length > HARMLESS && length > MOST_GROWTH * packed)
		throw damaged(`holds ${shown}, which would grow from ${packed} to ${length} bytes`);
	const start = dataStart(entry, await read(at, at + LOCAL_HEADER));
	const whole =
		method === 0
			? await read(start, start + packed)
			: await inflated(file.slice(start, start + packed), length, shown);
	const checksum = await startCrc32();
	checksum.update(whole);
	if (whole.length === length && parseInt(checksum.hex(), 16) === crc) return whole;
	throw damaged(`holds ${shown} with another length or checksum than it says`);
}

/** Unpacks until the announced length is reached, and not one byte beyond. */
async function inflated(packed: Blob, length: number, shown: string): Promise<Uint8Array> {
	if (length > LARGEST_PACKED)
		throw new Problem(
			'unsupported',
			`The archive holds ${shown} of more than 1 GiB in packed form, which cannot be read in parts.`,
			'Unzip it and choose the folder.'
		);
	const out = new Uint8Array(length);
	const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
	const wrong = () => damaged(`holds ${shown}, which does not unpack to its length`);
	let at = 0;
	for (;;) {
		const { done, value } = await reader.read().catch((): never => {
			throw wrong();
		});
		if (done) break;
		if (at + value.length > length) {
			await reader.cancel().catch(() => undefined);
			throw wrong();
		}
		out.set(value, at);
		at += value.length;
	}
	return out.subarray(0, at);
}

function damaged(what: string): Problem {
	return new Problem('pack-damaged', `The archive ${what}.`, 'Download or make it again.');
}
