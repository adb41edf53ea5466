/**
 * External data for onnxruntime-web, read lazily. The runtime takes whole `Uint8Array`s and, while it makes a
 * session, asks each for the part that holds a weight: only then is that part read, and freed once it is copied.
 */
import type { OpenFile } from '../../src/core/files/open-file';

/** A `Uint8Array` as far as the runtime looks: it asks for the length and for parts. */
class LazyBytes extends Uint8Array {
	/** Why a part could not be read; the runtime's own error does not say. */
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

/** Offers the files to `use`. If a part could not be read, throws the reason for that. */
export async function withExternalData<T>(
	files: Record<string, OpenFile>,
	use: (externalData: { path: string; data: Uint8Array }[]) => Promise<T>
): Promise<T> {
	const external = Object.entries(files).map(([path, file]) => ({
		path,
		data: new LazyBytes(file)
	}));
	try {
		return await use(external);
	} catch (error) {
		throw external.find(({ data }) => data.failure !== null)?.data.failure ?? error;
	}
}
