/**
 * The files of an archive, which `.npz` and `.pt` files are too: the directory is read by `core/zip.ts`, files are
 * taken out one by one, each checked against its length and checksum. Hostile until read.
 */
import { Problem } from '../../../src/core/names/errors';
import { dataStart, LOCAL_HEADER, readDirectory, type ZipEntry } from '../../../src/core/files/zip';
import { startCrc32 } from '../../storage/files/hash';

/** Larger files have to lie in the archive as they are: what is packed can only be read whole, into memory. */
const LARGEST_PACKED = 2 ** 30;
/** Weights shrink by a few percent; only what is made to burst shrinks a hundredfold. */
const MOST_GROWTH = 100;
/** Below this size (bytes) growth does no harm: text shrinks well. */
const HARMLESS = 1_000_000;

/** An archive on a disk, or one in memory. */
type ArchiveBytes = Blob | Uint8Array;

export class ZipReader {
	readonly #place: ArchiveBytes;
	readonly #entries: Map<string, ZipEntry>;
	/** The packed file that was read last: it is read in parts, one after the other. */
	#unpacked: { path: string; bytes: Uint8Array } | null = null;

	private constructor(place: ArchiveBytes, entries: ZipEntry[]) {
		this.#place = place;
		this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
	}

	/** Whether these bytes begin like a zip archive. */
	static isZip(bytes: Uint8Array): boolean {
		return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
	}

	/** Throws a Problem for a directory that is damaged, or made to do harm. */
	static async open(place: ArchiveBytes): Promise<ZipReader> {
		const size = place instanceof Blob ? place.size : place.length;
		return new ZipReader(place, await readDirectory(size, (from, to) => bytesOf(place, from, to)));
	}

	/** Paths of its files. */
	get names(): string[] {
		return [...this.#entries.keys()];
	}

	/** Bytes of a file, unpacked, as the archive states them. */
	sizeOf(path: string): number {
		return this.#entries.get(path)?.bytes ?? 0;
	}

	/** A file, which may be a view into the archive's own bytes. Throws a Problem when it is not what the directory says. */
	async read(path: string): Promise<Uint8Array> {
		if (this.#unpacked?.path === path) return this.#unpacked.bytes;
		this.#unpacked = null;
		const entry = this.#entry(path);
		const bytes = await this.#content(entry);
		if (entry.method !== 0) this.#unpacked = { path, bytes };
		return bytes;
	}

	/** A part of a file; of one that is not packed, nothing else is read, and nothing checked. */
	async slice(path: string, start: number, end: number): Promise<Uint8Array> {
		const entry = this.#entry(path);
		if (entry.method !== 0) return (await this.read(path)).slice(start, end);
		const at = await this.#start(entry);
		return bytesOf(this.#place, at + start, at + Math.min(end, entry.bytes));
	}

	#entry(path: string): ZipEntry {
		const entry = this.#entries.get(path);
		if (entry) return entry;
		throw damaged(`has no file ${path.slice(0, 80)}`);
	}

	async #start(entry: ZipEntry): Promise<number> {
		return dataStart(entry, await bytesOf(this.#place, entry.at, entry.at + LOCAL_HEADER));
	}

	async #content(entry: ZipEntry): Promise<Uint8Array> {
		const { path, method, encrypted, packed, bytes: length, crc } = entry;
		const shown = path.slice(0, 80);
		if (encrypted) throw damaged(`holds ${shown} under a password`);
		if (method !== 0 && method !== 8)
			throw damaged(`holds ${shown} packed in a way that is not supported (${method})`);
		if (length > HARMLESS && length > MOST_GROWTH * packed)
			throw damaged(`holds ${shown}, which would grow from ${packed} to ${length} bytes`);
		const start = await this.#start(entry);
		const whole =
			method === 0
				? await bytesOf(this.#place, start, start + packed)
				: await inflated(blobOf(this.#place, start, start + packed), length, shown);
		const checksum = await startCrc32();
		checksum.update(whole);
		if (whole.length === length && parseInt(checksum.hex(), 16) === crc) return whole;
		throw damaged(`holds ${shown} with another length or checksum than it says`);
	}
}

async function bytesOf(place: ArchiveBytes, from: number, to: number): Promise<Uint8Array> {
	if (place instanceof Uint8Array) return place.subarray(from, to);
	return new Uint8Array(await place.slice(from, to).arrayBuffer());
}

function blobOf(place: ArchiveBytes, from: number, to: number): Blob {
	if (place instanceof Blob) return place.slice(from, to);
	return new Blob([place.subarray(from, to) as Uint8Array<ArrayBuffer>]);
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
