/**
 * Zip archives, which `.npz` and `.pt` files are: the directory at the end is read and checked, entries are
 * taken out one by one. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 */
import { Problem } from '../../src/core/errors';

/** More than any SAE has; a hostile directory has millions. */
const MOST_ENTRIES = 10_000;
const LARGEST_ENTRY = 2 ** 32;
/** Weights shrink by a few percent; only what is made to burst shrinks a hundredfold. */
const MOST_GROWTH = 100;
/** Below this size (bytes) growth does no harm: text shrinks well. */
const HARMLESS = 1_000_000;

interface Entry {
	method: number;
	/** Bytes in the archive. */
	packed: number;
	size: number;
	crc: number;
	/** Of its local header. */
	offset: number;
}

export class Zip {
	readonly #bytes: Uint8Array;
	readonly #entries: Map<string, Entry>;

	private constructor(bytes: Uint8Array, entries: Map<string, Entry>) {
		this.#bytes = bytes;
		this.#entries = entries;
	}

	/** Whether these bytes begin like a zip archive. */
	static begins(bytes: Uint8Array): boolean {
		return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
	}

	/** Throws a Problem for a directory that is damaged, or made to do harm. */
	static open(bytes: Uint8Array): Zip {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		return new Zip(bytes, directory(view, bytes));
	}

	/** Paths of its files. */
	get names(): string[] {
		return [...this.#entries.keys()];
	}

	/** A file's bytes, unpacked and checked against its length and checksum. */
	async read(name: string): Promise<Uint8Array> {
		const entry = this.#entries.get(name);
		if (!entry) throw damaged(`has no file ${name.slice(0, 80)}`);
		const packed = dataOf(this.#bytes, entry, name);
		const bytes = entry.method === 0 ? packed : await inflated(packed, entry.size, name);
		if (crc32(bytes) !== entry.crc)
			throw damaged(`holds ${name.slice(0, 80)} with a checksum that is another`);
		return bytes;
	}
}

function directory(view: DataView, bytes: Uint8Array): Map<string, Entry> {
	const { count, start, end } = placeOfDirectory(view);
	const entries = new Map<string, Entry>();
	let at = start;
	for (let i = 0; i < count; i++) {
		if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50)
			throw damaged('has a damaged directory');
		const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
		const next = at + 46 + lengths[0]! + lengths[1]! + lengths[2]!;
		if (next > end) throw damaged('has a damaged directory');
		const name = nameOf(bytes.subarray(at + 46, at + 46 + lengths[0]!));
		const extra = at + 46 + lengths[0]!;
		const entry = entryAt(view, at, extra, extra + lengths[1]!, name);
		// A folder is an empty file whose name ends in a slash.
		if (!name.endsWith('/')) {
			if (entries.has(name)) throw damaged(`names ${name.slice(0, 80)} twice`);
			entries.set(name, entry);
		}
		at = next;
	}
	checkOverlap(entries, start);
	return entries;
}

/** From the record at the very end, or from the larger one before it when numbers do not fit. */
function placeOfDirectory(view: DataView): { count: number; start: number; end: number } {
	const last = view.byteLength - 22;
	let at = last;
	while (at >= Math.max(0, last - 65535) && view.getUint32(at, true) !== 0x06054b50) at--;
	if (at < Math.max(0, last - 65535)) throw damaged('is no zip archive, or it was cut short');
	let count = view.getUint16(at + 10, true);
	let size = view.getUint32(at + 12, true);
	let start = view.getUint32(at + 16, true);
	if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) {
		const wide = whole(view, at - 12);
		if (wide + 56 > at || view.getUint32(wide, true) !== 0x06064b50)
			throw damaged('has a damaged directory');
		count = whole(view, wide + 32);
		size = whole(view, wide + 40);
		start = whole(view, wide + 48);
	}
	if (count > MOST_ENTRIES)
		throw damaged(`claims to hold ${count} files, more than any SAE consists of`);
	if (start + size > at) throw damaged('has a damaged directory');
	return { count, start, end: start + size };
}

function entryAt(view: DataView, at: number, extra: number, end: number, name: string): Entry {
	const entry = {
		method: view.getUint16(at + 10, true),
		crc: view.getUint32(at + 16, true),
		packed: view.getUint32(at + 20, true),
		size: view.getUint32(at + 24, true),
		offset: view.getUint32(at + 42, true)
	};
	widen(view, entry, extra, end);
	const shown = name.slice(0, 80);
	if (view.getUint16(at + 8, true) & 1) throw damaged(`holds ${shown} under a password`);
	if (entry.method !== 0 && entry.method !== 8)
		throw damaged(`holds ${shown} packed in a way that is not supported (${entry.method})`);
	if (entry.method === 0 && entry.packed !== entry.size)
		throw damaged(`holds ${shown} with two lengths`);
	if (entry.size > LARGEST_ENTRY) throw damaged(`holds ${shown} of more than 4 GiB`);
	if (entry.size > HARMLESS && entry.size > MOST_GROWTH * entry.packed)
		throw damaged(`holds ${shown}, which would grow from ${entry.packed} to ${entry.size} bytes`);
	return entry;
}

/** Sizes and offsets that did not fit into 32 bits stand in an extra field, in this order. */
function widen(view: DataView, entry: Entry, extra: number, end: number): void {
	for (let at = extra; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
		if (view.getUint16(at, true) !== 1) continue;
		let next = at + 4;
		for (const field of ['size', 'packed', 'offset'] as const) {
			if (entry[field] !== 0xffffffff) continue;
			if (next + 8 > end) throw damaged('has a damaged directory');
			entry[field] = whole(view, next);
			next += 8;
		}
		return;
	}
}

function whole(view: DataView, at: number): number {
	if (at < 0 || at + 8 > view.byteLength) throw damaged('has a damaged directory');
	const n = view.getBigUint64(at, true);
	if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged('has a damaged directory');
	return Number(n);
}

function nameOf(bytes: Uint8Array): string {
	const name = new TextDecoder().decode(bytes);
	const parts = name.replace(/\/$/, '').split('/');
	const odd = /[\\:\p{Cc}\ufffd]/u.test(name);
	if (name.length > 400 || odd || parts.some((p) => p === '' || p === '.' || p === '..'))
		throw damaged(`names a file outside it or with an unusual name (${name.slice(0, 80)})`);
	return name;
}

/** Files that share bytes let a small archive claim to be a large one. */
function checkOverlap(entries: Map<string, Entry>, directory: number): void {
	let end = 0;
	const inOrder = [...entries].sort(([, a], [, b]) => a.offset - b.offset);
	for (const [name, { offset, packed }] of inOrder) {
		if (offset < end || offset + 30 + packed > directory)
			throw damaged(`holds ${name.slice(0, 80)} over another file or beyond its end`);
		end = offset + 30 + packed;
	}
}

function dataOf(bytes: Uint8Array, { offset, packed }: Entry, name: string): Uint8Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
	if (view.getUint32(offset, true) !== 0x04034b50 || start + packed > bytes.length)
		throw damaged(`has no data for ${name.slice(0, 80)}`);
	return bytes.subarray(start, start + packed);
}

/** Unpacks until the announced size is reached, and not one byte beyond. */
async function inflated(packed: Uint8Array, size: number, name: string): Promise<Uint8Array> {
	const out = new Uint8Array(size);
	let at = 0;
	const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
	const reader = stream.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
	const wrong = () => damaged(`holds ${name.slice(0, 80)}, which does not unpack to its length`);
	for (;;) {
		const { done, value } = await reader.read().catch((): never => {
			throw wrong();
		});
		if (done) break;
		if (at + value.length > size) {
			await reader.cancel().catch(() => undefined);
			throw wrong();
		}
		out.set(value, at);
		at += value.length;
	}
	if (at !== size) throw wrong();
	return out;
}

let table: Uint32Array | null = null;

/** CRC-32 as zip and gzip have it, by the table of its 256 remainders. */
export function crc32(bytes: Uint8Array): number {
	table ??= Uint32Array.from({ length: 256 }, (_, n) => {
		let c = n;
		for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
		return c;
	});
	let crc = 0xffffffff;
	for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
	return (crc ^ 0xffffffff) >>> 0;
}

function damaged(what: string): Problem {
	return new Problem('pack-damaged', `An archive ${what}.`, 'Download or make it again.');
}
