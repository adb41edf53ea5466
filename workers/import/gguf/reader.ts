/** A GGUF file of which only the header is read, and then one tensor at a time. */
import {
	LONGEST_GGUF_HEADER,
	parseGguf,
	type Gguf,
	type GgufTensor
} from '../../../src/core/files/gguf';
import { concatenated } from '../../storage/files/memory';
import type { Folder } from '../files/folder';
import { GgufMetadata } from './metadata';

/** Bytes of the first read; most of a header is the vocabulary. */
const FIRST = 2_000_000;

export class GgufReader {
	readonly metadata: GgufMetadata;

	private constructor(
		readonly folder: Folder,
		readonly file: string,
		readonly gguf: Gguf
	) {
		this.metadata = new GgufMetadata(gguf.metadata);
	}

	/** Throws a Problem for a file whose header is not sound, or whose tensors are of a type that is not read. */
	static async open(folder: Folder, file: string): Promise<GgufReader> {
		const length = folder.sizes.get(file)!;
		const most = Math.min(length, LONGEST_GGUF_HEADER);
		let beginning = await folder.slice(file, 0, Math.min(FIRST, most));
		for (;;) {
			const parsed = parseGguf(beginning, length);
			if (parsed) return new GgufReader(folder, file, parsed);
			const end = Math.min(2 * beginning.length, most);
			beginning = concatenated([beginning, await folder.slice(file, beginning.length, end)]);
		}
	}

	bytes({ from, to }: GgufTensor): Promise<Uint8Array> {
		return this.folder.slice(this.file, from, to);
	}
}
