/**
 * The records of a .zip, after PKWARE's APPNOTE (https://support.pkware.com/pkzip/appnote): written, and
 * read from the directory at the end. Hostile until read.
 */
import { Problem } from '../names/errors';

export interface ZipEntry {
	path: string;
	/** 0 stored, 8 deflated; others exist. */
	method: number;
	encrypted: boolean;
	crc: number;
	/** Bytes as they lie in the archive. */
	packed: number;
	/** Bytes once unpacked, as the archive states them. */
	bytes: number;
	/** Where its local header begins. */
	at: number;
}

/** Bytes of a local header before the file's name. */
export const LOCAL_HEADER = 30;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
/** Stands where a number needs the 64 bits of an extra field. */
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;
/** Versions of the format: the plain one, and the first with 64 bits. */
const PLAIN = 20;
const WIDE = 45;
const UTF_8 = 1 << 11;
/** 1 January 1980, the earliest: the same pack makes the same archive. */
const DATE = 0x21;
/** A directory of more bytes than this describes no pack. */
const LONGEST_DIRECTORY = 32 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What stands before the bytes of a file. */
export function localHeader(entry: ZipEntry): Uint8Array<ArrayBuffer> {
	const wide = entry.bytes >= FULL_32;
	const name = encoder.encode(entry.path);
	const record = new Numbers().u32(LOCAL).u16(wide ? WIDE : PLAIN, UTF_8, entry.method, 0, DATE);
	record.u32(entry.crc, capped(entry.packed), capped(entry.bytes));
	record.u16(name.length, wide ? 20 : 0).text(name);
	if (wide) record.u16(1, 16).u64(entry.bytes, entry.packed);
	return record.bytes();
}

/** What ends an archive whose directory begins at `at`. */
export function directory(entries: ZipEntry[], at: number): Uint8Array<ArrayBuffer> {
	const record = new Numbers();
	for (const entry of entries) central(record, entry);
	const length = record.length;
	const { length: n } = entries;
	if (n >= FULL_16 || at >= FULL_32 || length >= FULL_32) {
		record.u32(END_64).u64(44).u16(WIDE, WIDE).u32(0, 0).u64(n, n, length, at);
		record
			.u32(LOCATOR_64, 0)
			.u64(at + length)
			.u32(1);
	}
	const count = Math.min(n, FULL_16);
	return record.u32(END).u16(0, 0, count, count).u32(capped(length), capped(at)).u16(0).bytes();
}

function central(record: Numbers, { path, method, crc, packed, bytes, at }: ZipEntry): void {
	const name = encoder.encode(path);
	const wide = [bytes, packed, at].filter((value) => value >= FULL_32);
	const version = wide.length > 0 ? WIDE : PLAIN;
	record.u32(CENTRAL).u16(version, version, UTF_8, method, 0, DATE);
	record.u32(crc, capped(packed), capped(bytes));
	record.u16(name.length, wide.length > 0 ? 4 + 8 * wide.length : 0, 0, 0, 0);
	record.u32(0, capped(at)).text(name);
	if (wide.length > 0) record.u16(1, 8 * wide.length).u64(...wide);
}

const capped = (value: number): number => Math.min(value, FULL_32);

/** Little-endian numbers, one after the other. */
class Numbers {
	readonly #bytes: number[] = [];

	get length(): number {
		return this.#bytes.length;
	}

	u16(...values: number[]): this {
		for (const value of values) this.#bytes.push(value & 255, value >>> 8);
		return this;
	}

	u32(...values: number[]): this {
		for (const value of values) this.u16(value & FULL_16, value >>> 16);
		return this;
	}

	u64(...values: number[]): this {
		for (const value of values) this.u32(value % 2 ** 32, Math.floor(value / 2 ** 32));
		return this;
	}

	text(bytes: Uint8Array): this {
		for (const byte of bytes) this.#bytes.push(byte);
		return this;
	}

	bytes(): Uint8Array<ArrayBuffer> {
		return Uint8Array.from(this.#bytes);
	}
}

/** Bytes of the archive from one place up to another. */
type Read = (from: number, to: number) => Promise<Uint8Array>;

/**
 * Every entry of an archive of `size` bytes, folders left out. Throws a Problem when it is no archive,
 * names a file outside its own folder or one twice, or lets files share bytes, as zip bombs do.
 */
export async function readDirectory(size: number, read: Read): Promise<ZipEntry[]> {
	const end = await findEnd(size, read);
	if (end.length > LONGEST_DIRECTORY) throw refused('lists far too many files');
	if (end.at + end.length > size) throw cut();
	const view = viewOf(await read(end.at, end.at + end.length));
	const entries: ZipEntry[] = [];
	let at = 0;
	for (let i = 0; i < end.count; i++) {
		if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw cut();
		const [name, extra, comment] = [28, 30, 32].map((from) => view.getUint16(at + from, true));
		const next = at + 46 + name! + extra! + comment!;
		if (next > view.byteLength) throw cut();
		entries.push(entryAt(view, at, name!, extra!));
		at = next;
	}
	checkNames(entries);
	checkPlaces(entries, end.at);
	return entries.filter(({ path }) => !path.endsWith('/'));
}

/** Where the bytes of an entry begin, by its local header. */
export function dataStart(entry: ZipEntry, header: Uint8Array): number {
	const view = viewOf(header);
	if (view.byteLength < LOCAL_HEADER || view.getUint32(0, true) !== LOCAL) throw cut();
	return entry.at + LOCAL_HEADER + view.getUint16(26, true) + view.getUint16(28, true);
}

interface End {
	count: number;
	/** Bytes of the directory, and where it begins. */
	length: number;
	at: number;
}

/** The end record is the last thing but a comment of at most 65,535 bytes. */
async function findEnd(size: number, read: Read): Promise<End> {
	const from = Math.max(0, size - 22 - FULL_16);
	const view = viewOf(await read(from, size));
	for (let at = view.byteLength - 22; at >= 0; at--) {
		if (view.getUint32(at, true) !== END) continue;
		if (at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
		const end = {
			count: view.getUint16(at + 10, true),
			length: view.getUint32(at + 12, true),
			at: view.getUint32(at + 16, true)
		};
		if (end.count < FULL_16 && end.length < FULL_32 && end.at < FULL_32) return end;
		return wideEnd(from + at, read);
	}
	throw new Problem(
		'pack-invalid',
		'This is no .zip, or its end is missing.',
		'Copy the file again, whole, or choose another.'
	);
}

async function wideEnd(end: number, read: Read): Promise<End> {
	if (end < 20) throw cut();
	const locator = viewOf(await read(end - 20, end));
	if (locator.getUint32(0, true) !== LOCATOR_64) throw cut();
	const at = wide(locator, 8);
	if (at + 56 > end) throw cut();
	const record = viewOf(await read(at, at + 56));
	if (record.getUint32(0, true) !== END_64) throw cut();
	return { count: wide(record, 32), length: wide(record, 40), at: wide(record, 48) };
}

function entryAt(view: DataView, at: number, name: number, extra: number): ZipEntry {
	const word = (from: number) => view.getUint32(at + from, true);
	const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 46, name);
	const wider = extraNumbers(view, at + 46 + name, extra);
	const full = (value: number) => (value === FULL_32 ? (wider.shift() ?? value) : value);
	return {
		path: decoder.decode(bytes).replace(/^(\.\/)+/, ''),
		method: view.getUint16(at + 10, true),
		encrypted: (view.getUint16(at + 8, true) & 1) === 1,
		crc: word(16),
		// The order in which the extra field holds those that need it.
		bytes: full(word(24)),
		packed: full(word(20)),
		at: full(word(42))
	};
}

/** The 64-bit numbers of an entry, in their order. */
function extraNumbers(view: DataView, from: number, length: number): number[] {
	for (let at = from; at + 4 <= from + length;) {
		const size = view.getUint16(at + 2, true);
		if (at + 4 + size > from + length) throw cut();
		if (view.getUint16(at, true) === 1)
			return Array.from({ length: size >> 3 }, (_, i) => wide(view, at + 4 + 8 * i));
		at += 4 + size;
	}
	return [];
}

function checkNames(entries: ZipEntry[]): void {
	const strange = entries.find(({ path }) => isOutside(path));
	if (strange) throw refused(`names a file outside its own folder (${strange.path.slice(0, 80)})`);
	const names = new Set(entries.map(({ path }) => path));
	if (names.size < entries.length) throw refused('names a file twice');
}

/** A path that could lead out of a folder on some system. */
function isOutside(path: string): boolean {
	const parts = path.split('/');
	return /^\/|^[a-z]:|\\/i.test(path) || path.includes('\0') || parts.includes('..');
}

/** Files lie one after another before the directory. */
function checkPlaces(entries: ZipEntry[], end: number): void {
	const inOrder = entries.toSorted((a, b) => a.at - b.at);
	for (const [i, entry] of inOrder.entries()) {
		const name = encoder.encode(entry.path).length;
		if (entry.at + LOCAL_HEADER + name + entry.packed > (inOrder[i + 1]?.at ?? end))
			throw refused('lets two files share the same bytes');
	}
}

function wide(view: DataView, at: number): number {
	const value = Number(view.getBigUint64(at, true));
	if (!Number.isSafeInteger(value)) throw cut();
	return value;
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refused(why: string): Problem {
	return new Problem(
		'pack-invalid',
		`This .zip ${why}, so nothing of it was read.`,
		'Ask whoever made it for another.'
	);
}

function cut(): Problem {
	return new Problem(
		'pack-damaged',
		'This .zip is damaged: its directory does not fit its bytes.',
		'Copy the file again, or export the pack again.'
	);
}
