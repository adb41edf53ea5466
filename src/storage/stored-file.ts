/** A stored file that stays in storage: each part is read when it is asked for, without waiting, in workers alone. */
import { Problem } from '../core/errors';
import { checkRange, inMemory, type OpenFile } from '../core/open-file';

interface SyncReader {
	readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** Into memory as a whole where nothing can be read without waiting: outside workers, and in Node. */
export async function openStored(blob: Blob): Promise<OpenFile> {
	const { FileReaderSync } = globalThis as { FileReaderSync?: new () => SyncReader };
	if (FileReaderSync) return new StoredFile(blob, new FileReaderSync());
	return inMemory(new Uint8Array(await blob.arrayBuffer()));
}

/**
 * Reads the file as it was when it was opened. A sync access handle would keep every other tab from it; a
 * `Blob` does not, and refuses to be read once the file is another.
 */
class StoredFile implements OpenFile {
	readonly resident = 0;
	mostRead = 0;

	constructor(
		readonly blob: Blob,
		readonly reader: SyncReader
	) {}

	get size(): number {
		return this.blob.size;
	}

	read(from: number, to: number): Uint8Array {
		checkRange(this.size, from, to);
		const bytes = new Uint8Array(this.#part(from, to));
		if (bytes.length !== to - from) throw changed();
		this.mostRead = Math.max(this.mostRead, bytes.length);
		return bytes;
	}

	#part(from: number, to: number): ArrayBuffer {
		try {
			return this.reader.readAsArrayBuffer(this.blob.slice(from, to));
		} catch (cause) {
			if (cause instanceof DOMException) throw changed(cause);
			throw cause;
		}
	}
}

function changed(cause?: unknown): Problem {
	return new Problem(
		'pack-missing',
		'A file of this model was changed or deleted in the browser’s storage after it was opened.',
		'Reload the page to open the model again.',
		{ cause }
	);
}
