/**
 * External data for onnxruntime-web, read lazily. The runtime takes whole `Uint8Array`s and, while it makes a
 * session, asks each for the part that holds a weight: only then is that part read, and freed when the next is.
 */
import { free, type OpenFile } from '../../src/core/files/open-file';

/** One part at a time: the runtime has copied it before it asks for another. */
class Lent {
	/** Why a part could not be read; the runtime's own error does not say. */
	failure: unknown = null;
	#last: { file: OpenFile; part: Uint8Array } | null = null;

	read(file: OpenFile, from: number, to: number): Uint8Array {
		this.free();
		try {
			const part = file.read(from, to);
			this.#last = { file, part };
			return part;
		} catch (error) {
			this.failure = error;
			throw error;
		}
	}

	free(): void {
		if (this.#last) free(this.#last.file, this.#last.part);
		this.#last = null;
	}
}

/** A `Uint8Array` as far as the runtime looks: it asks for the length and for parts. */
class LazyBytes extends Uint8Array {
	readonly #file: OpenFile;
	readonly #lent: Lent;

	constructor(file: OpenFile, lent: Lent) {
		super(0);
		this.#file = file;
		this.#lent = lent;
	}

	override get byteLength(): number {
		return this.#file.size;
	}

	override subarray(from = 0, to = this.#file.size): Uint8Array<ArrayBuffer> {
		return this.#lent.read(this.#file, from, to) as Uint8Array<ArrayBuffer>;
	}
}

/** Offers the files to `use`. If a part could not be read, throws the reason for that. */
export async function withExternalData<T>(
	files: Record<string, OpenFile>,
	use: (externalData: { path: string; data: Uint8Array }[]) => Promise<T>
): Promise<T> {
	const lent = new Lent();
	const external = Object.entries(files).map(([path, file]) => ({
		path,
		data: new LazyBytes(file, lent)
	}));
	try {
		return await use(external);
	} catch (error) {
		throw lent.failure ?? error;
	} finally {
		lent.free();
	}
}
