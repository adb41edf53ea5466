/** A file that is read in parts: what is not being read need not be in memory. */

export interface OpenFile {
	/** Bytes. */
	readonly size: number;
	/** Bytes of it that are in memory, read or not. */
	readonly resident: number;
	/** The most bytes that a read has brought into memory so far. */
	readonly mostRead: number;
	/**
	 * Bytes `from` up to `to`, a view or a copy: not to be written to. Throws a RangeError for bytes that the
	 * file does not have, a Problem when they are not what they were any more.
	 */
	read(from: number, to: number): Uint8Array;
}

/** How much is read at a time of what is looked through. */
const PIECE = 4 << 20;

export function inMemory(bytes: Uint8Array): OpenFile {
	return {
		size: bytes.length,
		resident: bytes.length,
		mostRead: 0,
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
		read: (from, to) => {
			checkRange(end - start, from, to);
			return file.read(start + from, start + to);
		}
	};
}

/** `size` bytes that are made anew whenever some of them are read. */
export function madeAnew(size: number, make: () => Uint8Array): OpenFile {
	let mostRead = 0;
	return {
		size,
		resident: 0,
		get mostRead() {
			return mostRead;
		},
		read: (from, to) => {
			checkRange(size, from, to);
			mostRead = size;
			return make().subarray(from, to);
		}
	};
}

/** Throws a RangeError unless bytes `from` up to `to` lie in a file of `size` bytes. */
export function checkRange(size: number, from: number, to: number): void {
	if (Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= size)
		return;
	throw new RangeError(`Bytes ${from} to ${to} do not lie in a file of ${size} bytes.`);
}

/** The most bytes of these files that were in memory at a time, if what is read of one is let go before the next read. */
export function mostHeld(files: OpenFile[]): number {
	const resident = files.reduce((sum, file) => sum + file.resident, 0);
	return resident + Math.max(0, ...files.map((file) => file.mostRead));
}

/** Bytes `from` up to `to` in pieces, one after the other; each but the last a multiple of 8 long. */
export function* piecesFrom(file: OpenFile, from: number, to: number): Generator<Uint8Array> {
	for (let at = from; at < to; at += PIECE) yield file.read(at, Math.min(at + PIECE, to));
}
