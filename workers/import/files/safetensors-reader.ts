/** A safetensors file of which only the header is read, and then one tensor at a time. */
import {
	float32,
	headerEnd,
	parseLayout,
	PREAMBLE,
	type Floats,
	type Layout,
	type Tensor
} from '../../../src/core/files/safetensors';
import { damagedFile } from './damaged-file';
import type { Folder } from './folder';

export class SafetensorsReader {
	private constructor(
		readonly folder: Folder,
		readonly file: string,
		readonly layout: Layout
	) {}

	/** Throws a Problem for a file whose header does not describe exactly the bytes that follow it. */
	static async open(folder: Folder, file: string): Promise<SafetensorsReader> {
		const length = folder.sizes.get(file)!;
		const end = headerEnd(await folder.slice(file, 0, Math.min(PREAMBLE, length)), length);
		return new SafetensorsReader(
			folder,
			file,
			parseLayout(await folder.slice(file, 0, end), length)
		);
	}

	get names(): string[] {
		return [...this.layout.entries.keys()];
	}

	/** Bytes of a tensor in the file. */
	sizeOf(name: string): number {
		const { start, end } = this.layout.entries.get(name)!;
		return end - start;
	}

	/** A tensor as the file stores it. */
	async rawTensor(name: string): Promise<Tensor> {
		const { data, entries } = this.layout;
		const { dtype, shape, start, end } = entries.get(name)!;
		const bytes = await this.folder.slice(this.file, data + start, data + end);
		return { dtype, shape, bytes };
	}

	/** A tensor as float32; of int8, its scale is read as well. */
	async floats(name: string): Promise<Floats> {
		const read = new Map([[name, await this.rawTensor(name)]]);
		const scale = `${name}.scale`;
		if (read.get(name)!.dtype === 'I8' && this.layout.entries.has(scale))
			read.set(scale, await this.rawTensor(scale));
		const tensor = (wanted: string) => {
			const there = read.get(wanted);
			if (there) return there;
			throw damagedFile(this.file, `holds int8 weights without ${wanted.slice(0, 80)}`);
		};
		return float32({ tensor }, name);
	}
}
