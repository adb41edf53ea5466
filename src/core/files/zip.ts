/**
 * The records of a .zip, written, and read from the directory at its end; hostile until read.
 * Format: PKWARE's APPNOTE, https://support.pkware.com/pkzip/appnote.
 */
import { Problem } from '../names/errors';

export interface ZipEntry {
	path: string;
	/** 0 stored, 8 deflated; others exist. */
	method: number;
	encrypted: boolean;
	crc: number;
	/** Bytes in the archive. */
	packed: number;
	/** Bytes once unpacked, as the archive states them. */
	bytes: number;
	/** The first byte of its local header. */
	at: number;
}

/** Bytes of a local header before the file's name. */
export const LOCAL_HEADER = 30;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
/** In place of a number that is in a 64-bit field. */
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;
/** Versions of the format: the plain one, and the first with 64-bit fields. */
const PLAIN = 20;
const WIDE = 45;
const UTF_8 = 1 << 11;
/** 1 January 1980, the earliest: the same pack always gives the same archive. */
const DATE = 0x21;
/** Bytes; no pack needs a longer directory. */
const LONGEST_DIRECTORY = 32 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const capped = (value: number): number => Math.min(value, FULL_32);

/** Little-endian numbers, each in as many bytes as its digit of `widths` says. */
function record(widths: string, ...values: number[]): number[] {
	const bytes: number[] = [];
	values.forEach((value, i) => {
		for (let left = Number(widths[i]); left > 0; left--, value = Math.floor(value / 256))
			bytes.push(value % 256);
	});
	return bytes;
}

/** The fields that both headers of an entry share, and what follows the header; `wide`: the 64-bit numbers. */
function shared({ path, method, crc, packed, bytes }: ZipEntry, wide: number[]) {
	const name = encoder.encode(path);
	const widths = `22${'8'.repeat(wide.length)}`;
	const extra = wide.length > 0 ? record(widths, 1, 8 * wide.length, ...wide) : [];
	const version = wide.length > 0 ? WIDE : PLAIN;
	const sizes = [crc, capped(packed), capped(bytes), name.length, extra.length];
	const fields = [version, UTF_8, method, 0, DATE, ...sizes];
	return { version, fields, rest: [...name, ...extra] };
}

/** The bytes before the content of a file. */
export function localHeader(entry: ZipEntry): Uint8Array<ArrayBuffer> {
	const { bytes, packed } = entry;
	const { fields, rest } = shared(entry, bytes >= FULL_32 ? [bytes, packed] : []);
	return Uint8Array.from([...record('42222244422', LOCAL, ...fields), ...rest]);
}

function centralHeader(entry: ZipEntry): number[] {
	const { bytes, packed, at } = entry;
	const wide = [bytes, packed, at].filter((value) => value >= FULL_32);
	const { version, fields, rest } = shared(entry, wide);
	const ends = [0, 0, 0, 0, capped(at)];
	return [...record('42222224442222244', CENTRAL, version, ...fields, ...ends), ...rest];
}

/** The end of an archive whose directory begins at `at`. */
export function directory(entries: ZipEntry[], at: number): Uint8Array<ArrayBuffer> {
	const headers = entries.flatMap(centralHeader);
	const { length } = headers;
	const n = entries.length;
	const count = Math.min(n, FULL_16);
	const wide = n >= FULL_16 || at >= FULL_32 || length >= FULL_32;
	return Uint8Array.from([
		...headers,
		...(wide ? record('4822448888', END_64, 44, WIDE, WIDE, 0, 0, n, n, length, at) : []),
		...(wide ? record('4484', LOCATOR_64, 0, at + length, 1) : []),
		...record('42222442', END, 0, 0, count, count, capped(length), capped(at), 0)
	]);
}

/** Bytes `from` up to `to` of the archive. */
type Read = (from: number, to: number) => Promise<Uint8Array>;

/**
 * Every file in an archive of `size` bytes, without folders. Throws a Problem when it is no archive, names a
 * file outside its own folder or one twice, or lets files overlap, as zip bombs do.
 */
export async function readDirectory(size: number, read: Read): Promise<ZipEntry[]> {
	const end = await findEnd(size, read);
	if (end.length > LONGEST_DIRECTORY) throw refused('lists far too many files');
	if (end.at + end.length > size) throw damaged();
	const view = viewOf(await read(end.at, end.at + end.length));
	const entries: ZipEntry[] = [];
	for (let at = 0, i = 0; i < end.count; i++) {
		if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw damaged();
		const extra = at + 46 + view.getUint16(at + 28, true);
		const comment = extra + view.getUint16(at + 30, true);
		const next = comment + view.getUint16(at + 32, true);
		if (next > view.byteLength) throw damaged();
		entries.push(entryAt(view, at, extra, comment));
		at = next;
	}
	checkNames(entries);
	checkOverlap(entries, end.at);
	return entries.filter(({ path }) => !path.endsWith('/'));
}

/** The first byte of an entry's content, from its local header. */
export function dataStart(entry: ZipEntry, header: Uint8Array): number {
	const view = viewOf(header);
	if (view.byteLength < LOCAL_HEADER || view.getUint32(0, true) !== LOCAL) throw damaged();
	return entry.at + LOCAL_HEADER + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Where the directory is, in bytes, and of how many entries. */
interface Directory {
	count: number;
	length: number;
	at: number;
}

/** The end record is the last thing in the file, except for a comment of at most 65,535 bytes. */
async function findEnd(size: number, read: Read): Promise<Directory> {
	const from = Math.max(0, size - 22 - FULL_16);
	const view = viewOf(await read(from, size));
	for (let at = view.byteLength - 22; at >= 0; at--) {
		if (view.getUint32(at, true) !== END) continue;
		if (at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
		const count = view.getUint16(at + 10, true);
		const length = view.getUint32(at + 12, true);
		const start = view.getUint32(at + 16, true);
		const wide = count === FULL_16 || length === FULL_32 || start === FULL_32;
		return wide ? findWideEnd(from + at, read) : { count, length, at: start };
	}
	throw new Problem(
		'pack-invalid',
		'This is no .zip, or its end is missing.',
		'Copy the whole file again, or choose another.'
	);
}

/** The same from the 64-bit records before the end record. */
async function findWideEnd(end: number, read: Read): Promise<Directory> {
	if (end < 20) throw damaged();
	const locator = viewOf(await read(end - 20, end));
	if (locator.getUint32(0, true) !== LOCATOR_64) throw damaged();
	const at = u64(locator, 8);
	if (at + 56 > end) throw damaged();
	const view = viewOf(await read(at, at + 56));
	if (view.getUint32(0, true) !== END_64) throw damaged();
	return { count: u64(view, 32), length: u64(view, 40), at: u64(view, 48) };
}

/** `extra` and `comment`: where these fields of the entry begin. */
function entryAt(view: DataView, at: number, extra: number, comment: number): ZipEntry {
	const name = new Uint8Array(view.buffer, view.byteOffset + at + 46, extra - at - 46);
	const wide = wideNumbers(view, extra, comment);
	const u32 = (from: number) => view.getUint32(at + from, true);
	const full = (value: number) => (value === FULL_32 ? (wide.shift() ?? value) : value);
	return {
		// Some archivers of Windows write its own separator, where the format asks for slashes.
		path: decoder
			.decode(name)
			.replaceAll('\\', '/')
			.replace(/^(\.\/)+/, ''),
		method: view.getUint16(at + 10, true),
		encrypted: (view.getUint16(at + 8, true) & 1) === 1,
		crc: u32(16),
		// In the order of the 64-bit numbers.
		bytes: full(u32(24)),
		packed: full(u32(20)),
		at: full(u32(42))
	};
}

/** The 64-bit numbers in the extra fields of an entry. */
function wideNumbers(view: DataView, from: number, to: number): number[] {
	for (let at = from; at + 4 <= to;) {
		const size = view.getUint16(at + 2, true);
		if (at + 4 + size > to) throw damaged();
		if (view.getUint16(at, true) === 1)
			return Array.from({ length: size >> 3 }, (_, i) => u64(view, at + 4 + 8 * i));
		at += 4 + size;
	}
	return [];
}

function checkNames(entries: ZipEntry[]): void {
	// Paths that could lead out of a folder on some system.
	const outside = entries.find(
		({ path }) => /^\/|^[a-z]:|\0/i.test(path) || path.split('/').includes('..')
	);
	if (outside) throw refused(`names a file outside its own folder (${outside.path.slice(0, 80)})`);
	const names = new Set(entries.map(({ path }) => path));
	if (names.size < entries.length) throw refused('names a file twice');
}

/** Files are one after another, before the directory. */
function checkOverlap(entries: ZipEntry[], end: number): void {
	const inOrder = entries.toSorted((a, b) => a.at - b.at);
	for (const [i, { path, at, packed }] of inOrder.entries()) {
		const name = encoder.encode(path).length;
		if (at + LOCAL_HEADER + name + packed > (inOrder[i + 1]?.at ?? end))
			throw refused('lets two files share the same bytes');
	}
}

function u64(view: DataView, at: number): number {
	const value = Number(view.getBigUint64(at, true));
	if (!Number.isSafeInteger(value)) throw damaged();
	return value;
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refused(why: string): Problem {
	const sentence = `This .zip ${why}, so nothing of it was read.`;
	return new Problem('pack-invalid', sentence, 'Ask whoever made it for another.');
}

function damaged(): Problem {
	return new Problem(
		'pack-damaged',
		'This .zip is damaged: its directory does not fit its bytes.',
		'Copy the file again, or export the pack again.'
	);
}
