/**
 * The files of a zip archive, which `.npz` and `.pt` files are too: the directory is read by `core/files/zip.ts`, files
 * are read one by one, and each is checked against its length and checksum. Hostile until read.
 */
import { Problem } from '../../../src/core/names/errors';
import { dataStart, LOCAL_HEADER, readDirectory, type ZipEntry } from '../../../src/core/files/zip';
import { startCrc32 } from '../../storage/files/hash';

/** Larger files must not be compressed: those that are can only be read whole, into memory. */
const MAX_INFLATED = 2 ** 30;
/** Weights shrink by a few percent; only a zip bomb shrinks a hundredfold. */
const MAX_GROWTH = 100;
/** Text shrinks well, and below this size (bytes) growth does no harm. */
const HARMLESS = 1_000_000;

/** On disk, or in memory. */
type ArchiveBytes = Blob | Uint8Array;

export class ZipReader {
	readonly #archive: ArchiveBytes;
	readonly #entries: Map<string, ZipEntry>;
	/** The compressed file that was read last: it is read in slices, one after the other. */
	#inflated: { path: string; bytes: Uint8Array } | null = null;

	private constructor(archive: ArchiveBytes, entries: ZipEntry[]) {
		this.#archive = archive;
		this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
	}

	/** Whether these bytes begin like a zip archive. */
	static isZip(bytes: Uint8Array): boolean {
		return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
	}

	/** Throws a Problem for a directory that is damaged or hostile. */
	static async open(archive: ArchiveBytes): Promise<ZipReader> {
		const size = archive instanceof Blob ? archive.size : archive.length;
		return new ZipReader(
			archive,
			await readDirectory(size, (from, to) => bytesOf(archive, from, to))
		);
	}

	/** Paths of its files. */
	get names(): string[] {
		return [...this.#entries.keys()];
	}

	/** Uncompressed bytes of a file, as the archive states them. */
	sizeOf(path: string): number {
		return this.#entries.get(path)?.bytes ?? 0;
	}

	/** A file, maybe a view of the archive. Throws a Problem when it is not what the directory says. */
	async read(path: string): Promise<Uint8Array> {
		if (this.#inflated?.path === path) return this.#inflated.bytes;
		this.#inflated = null;
		const entry = this.#entry(path);
		const bytes = await this.#content(entry);
		if (entry.method !== 0) this.#inflated = { path, bytes };
		return bytes;
	}

	/** Part of a file; of one that is not compressed, nothing else is read, and nothing is verified. */
	async slice(path: string, start: number, end: number): Promise<Uint8Array> {
		const entry = this.#entry(path);
		if (entry.method !== 0) return (await this.read(path)).slice(start, end);
		const at = await this.#start(entry);
		return bytesOf(this.#archive, at + start, at + Math.min(end, entry.bytes));
	}

	#entry(path: string): ZipEntry {
		const entry = this.#entries.get(path);
		if (!entry) throw damaged(`has no file ${path.slice(0, 80)}`);
		return entry;
	}

	async #start(entry: ZipEntry): Promise<number> {
		return dataStart(entry, await bytesOf(this.#archive, entry.at, entry.at + LOCAL_HEADER));
	}

	async #content(entry: ZipEntry): Promise<Uint8Array> {
		const { path, method, encrypted, packed, bytes: length, crc } = entry;
		const shown = path.slice(0, 80);
		if (encrypted) throw damaged(`holds ${shown} with a password`);
		if (method !== 0 && method !== 8)
			throw damaged(`holds ${shown} in a compression that is not supported (${method})`);
		if (length > HARMLESS && length > MAX_GROWTH * packed)
			throw damaged(`holds ${shown}, which would grow from ${packed} to ${length} bytes`);
		const start = await this.#start(entry);
		const whole =
			method === 0
				? await bytesOf(this.#archive, start, start + packed)
				: await inflated(blobOf(this.#archive, start, start + packed), length, shown);
		const checksum = await startCrc32();
		checksum.update(whole);
		if (whole.length === length && parseInt(checksum.hex(), 16) === crc) return whole;
		throw damaged(`holds ${shown}, which does not match its length and checksum`);
	}
}

async function bytesOf(archive: ArchiveBytes, from: number, to: number): Promise<Uint8Array> {
	if (archive instanceof Uint8Array) return archive.subarray(from, to);
	return new Uint8Array(await archive.slice(from, to).arrayBuffer());
}

function blobOf(archive: ArchiveBytes, from: number, to: number): Blob {
	if (archive instanceof Blob) return archive.slice(from, to);
	return new Blob([archive.subarray(from, to) as Uint8Array<ArrayBuffer>]);
}

/** Stops where the announced length is exceeded. */
async function inflated(packed: Blob, length: number, shown: string): Promise<Uint8Array> {
	if (length > MAX_INFLATED)
		throw new Problem(
			'unsupported',
			`The archive holds ${shown}, which is compressed and larger than 1 GiB.`,
			'Unzip it and choose the folder.'
		);
	const out = new Uint8Array(length);
	const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
	const wrong = () => damaged(`holds ${shown}, which does not match its length`);
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

const damaged = (what: string) =>
	new Problem('pack-damaged', `The archive ${what}.`, 'Download it again, or zip it again.');
