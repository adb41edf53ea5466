/** A file that is read in parts, so that the rest of it need not be in memory. */

export interface OpenFile {
	/** Bytes. */
	readonly size: number;
	/** Bytes of it that are always in memory. */
	readonly resident: number;
	/** The most bytes that one read has brought into memory so far. */
	readonly mostRead: number;
	/** Whether each read makes a copy, which nobody else holds: who reads it may free it. */
	readonly copies: boolean;
	/**
	 * Bytes `from` up to `to`, a view or a copy: do not write to it. Throws a RangeError for bytes beyond the
	 * file, a Problem when they have changed since the file was opened.
	 */
	read(from: number, to: number): Uint8Array;
}

/** Bytes read at a time by `chunksFrom`. */
const CHUNK = 4 << 20;

export function inMemory(bytes: Uint8Array): OpenFile {
	return {
		size: bytes.length,
		resident: bytes.length,
		mostRead: 0,
		copies: false,
		read: (from, to) => {
			checkRange(bytes.length, from, to);
			return bytes.subarray(from, to);
		}
	};
}

/** Bytes `start` up to `end` of a file, as a file. */
export function partOf(file: OpenFile, start: number, end: number): OpenFile {
	return {
		size: end - start,
		get resident() {
			return Math.min(file.resident, end - start);
		},
		get mostRead() {
			return file.mostRead;
		},
		copies: file.copies,
		read: (from, to) => {
			checkRange(end - start, from, to);
			return file.read(start + from, start + to);
		}
	};
}

/** `size` bytes that are computed again, into new memory, whenever some of them are read. */
export function computedFile(size: number, compute: () => Uint8Array): OpenFile {
	let mostRead = 0;
	return {
		size,
		resident: 0,
		copies: true,
		get mostRead() {
			return mostRead;
		},
		read: (from, to) => {
			checkRange(size, from, to);
			mostRead = size;
			return compute().subarray(from, to);
		}
	};
}

/** Throws a RangeError unless a file of `size` bytes has bytes `from` up to `to`. */
export function checkRange(size: number, from: number, to: number): void {
	if (Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= size)
		return;
	throw new RangeError(`A file of ${size} bytes has no bytes ${from} to ${to}.`);
}

/** The most bytes of these files that were in memory at a time, if each read is released before the next. */
export function peakMemory(files: OpenFile[]): number {
	const resident = files.reduce((sum, file) => sum + file.resident, 0);
	return resident + Math.max(0, ...files.map((file) => file.mostRead));
}

/**
 * Frees what was read of a file where that is a copy. Left to the collector, many large reads one after another would
 * be in memory at once. Browsers without `transfer` leave it to that.
 */
export function free({ copies }: OpenFile, { buffer }: Uint8Array): void {
	if (copies) (buffer as { transfer?: (length: number) => unknown }).transfer?.(0);
}

/**
 * Bytes `from` up to `to` in chunks, each but the last a multiple of `unit` long. A chunk is gone when the next is
 * asked for.
 */
export function* chunksFrom(
	file: OpenFile,
	from: number,
	to: number,
	unit = 8
): Generator<Uint8Array> {
	const step = unit * Math.ceil(CHUNK / unit);
	for (let at = from; at < to; at += step) {
		const chunk = file.read(at, Math.min(at + step, to));
		yield chunk;
		free(file, chunk);
	}
}
