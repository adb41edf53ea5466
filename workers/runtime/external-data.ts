/**
 * Files lazy to onnxruntime-web, which takes external data as whole `Uint8Array`s and, while it makes a session,
 * asks each for the part where a weight lies. What is lazy is only then read, and let go when it has been copied.
 */
import type { OpenFile } from '../../src/core/files/open-file';

/** A `Uint8Array` to those who ask for its length and a part of it, which is all that the runtime does. */
class LazyBytes extends Uint8Array {
	/** Why a part could not be read: the runtime says only that it could not. */
	failure: unknown = null;
	readonly #file: OpenFile;

	constructor(file: OpenFile) {
		super(0);
		this.#file = file;
	}

	override get byteLength(): number {
		return this.#file.size;
	}

	override subarray(from = 0, to = this.#file.size): Uint8Array<ArrayBuffer> {
		try {
			return this.#file.read(from, to) as Uint8Array<ArrayBuffer>;
		} catch (error) {
			this.failure = error;
			throw error;
		}
	}
}

/** Lends files for as long as `use` takes. Throws what kept a part from being read, if anything did. */
export async function withExternalData<T>(
	files: Record<string, OpenFile>,
	use: (externalData: { path: string; data: Uint8Array }[]) => Promise<T>
): Promise<T> {
	const lazy = Object.entries(files).map(([path, file]) => ({ path, data: new LazyBytes(file) }));
	try {
		return await use(lazy);
	} catch (error) {
		throw lazy.find(({ data }) => data.failure !== null)?.data.failure ?? error;
	}
}
