/** A stored file that is read in parts, synchronously, without being loaded as a whole: in workers only. */
import { Problem } from '../../../src/core/names/errors';
import { checkRange, free, inMemory, type OpenFile } from '../../../src/core/files/open-file';
import { CHUNK } from './file-store';
import { sha256, startSha256 } from './hash';

interface SyncReader {
	readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** Bytes up to which a file is hashed as a whole: WebCrypto is several times faster. */
const WHOLE = 192 << 20;
/** Bytes that have a sum of their own. */
const BLOCK = 64 << 10;

/**
 * A file that has this sha256; null when it has another. Where nothing can be read synchronously, outside workers
 * and in Node, the whole file is in memory.
 */
export async function openStored(
	blob: Blob,
	expected: string,
	signal?: AbortSignal
): Promise<OpenFile | null> {
	const { FileReaderSync } = globalThis as { FileReaderSync?: new () => SyncReader };
	if (!FileReaderSync) {
		const bytes = new Uint8Array(await blob.arrayBuffer());
		return (await sha256(bytes)) === expected ? inMemory(bytes) : null;
	}
	const file = new StoredFile(blob, new FileReaderSync());
	return (await file.hash(signal)) === expected ? file : null;
}

/**
 * A sync access handle would keep every other tab from the file, so it is read as a `Blob`. But a Blob gives
 * whatever has been written in the file's place by then, and nothing tells: Chromium notes no time of writing in
 * OPFS. So each block that is read is compared with its sum from when the whole file was hashed.
 */
class StoredFile implements OpenFile {
	readonly resident = 0;
	readonly copies = true;
	mostRead = 0;
	readonly #sums: Uint32Array;

	constructor(
		readonly blob: Blob,
		readonly reader: SyncReader
	) {
		this.#sums = new Uint32Array(Math.ceil(blob.size / BLOCK));
	}

	get size(): number {
		return this.blob.size;
	}

	/** The sha256 of the file; notes the sums of all blocks. */
	async hash(signal?: AbortSignal): Promise<string> {
		const take = (from: number, to: number) => {
			const bytes = this.#part(from, to);
			eachSum(bytes, (sum, i) => (this.#sums[from / BLOCK + i] = sum));
			return bytes;
		};
		if (this.size <= WHOLE) {
			const bytes = take(0, this.size);
			const hash = await sha256(bytes);
			free(this, bytes);
			return hash;
		}
		const hasher = await startSha256();
		for (let at = 0; at < this.size; at += CHUNK) {
			signal?.throwIfAborted();
			const bytes = take(at, Math.min(at + CHUNK, this.size));
			hasher.update(bytes);
			free(this, bytes);
		}
		return hasher.hex();
	}

	read(from: number, to: number): Uint8Array {
		checkRange(this.size, from, to);
		const first = Math.floor(from / BLOCK);
		const bytes = this.#part(first * BLOCK, Math.min(Math.ceil(to / BLOCK) * BLOCK, this.size));
		eachSum(bytes, (sum, i) => {
			if (sum !== this.#sums[first + i]) throw changed();
		});
		return bytes.subarray(from - first * BLOCK, to - first * BLOCK);
	}

	#part(from: number, to: number): Uint8Array {
		try {
			const bytes = new Uint8Array(this.reader.readAsArrayBuffer(this.blob.slice(from, to)));
			if (bytes.length < to - from) throw changed();
			this.mostRead = Math.max(this.mostRead, bytes.length);
			return bytes;
		} catch (cause) {
			if (cause instanceof DOMException) throw changed(cause);
			throw cause;
		}
	}
}

/** FNV-1a of each block in turn, over words instead of bytes: changing one word always changes the sum. */
function eachSum(bytes: Uint8Array, take: (sum: number, block: number) => void): void {
	for (let at = 0, block = 0; at < bytes.length; at += BLOCK, block++) {
		const length = Math.min(BLOCK, bytes.length - at);
		const words = new Uint32Array(bytes.buffer, at, length >> 2);
		let sum = 0x811c9dc5;
		for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i]!, 0x01000193);
		for (let i = at + (length & ~3); i < at + length; i++)
			sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
		take(sum >>> 0, block);
	}
}

function changed(cause?: unknown): Problem {
	return new Problem(
		'pack-damaged',
		'A file of this model was changed or deleted in the browser’s storage after it was opened.',
		'Reload the page to open the model again.',
		{ cause }
	);
}
