/**
 * A folder to be looked through: its descriptions and small tensors are what they are, while of a large
 * tensor only its name, type and shape are. So a format's own reader says what an SAE is, or why it cannot
 * be used, after a few kilobytes of it.
 */
import type { Folder } from './files/folder';
import { SafetensorsReader } from './files/safetensors-reader';

/** Bytes; a matrix of an SAE is larger, and no vector. */
const SMALL = 1_000_000;
/** Finite, positive and none of them 0 or 1 in float32, float16 and bfloat16: rows have a length, factors a use. */
const FILL_BYTE = 0x3c;

/** Throws a Problem for a safetensors file that is damaged, when it is read. */
export function previewFolder(folder: Folder): Folder {
	return {
		...folder,
		read: (name) =>
			name.endsWith('.safetensors') && folder.sizes.get(name)! > SMALL
				? headersOnly(folder, name)
				: folder.read(name)
	};
}

async function headersOnly(folder: Folder, name: string): Promise<Uint8Array> {
	const file = await SafetensorsReader.open(folder, name);
	const bytes = new Uint8Array(folder.sizes.get(name)!).fill(FILL_BYTE);
	const { data, entries } = file.layout;
	bytes.set(await folder.slice(name, 0, data));
	for (const [tensor, { start, end }] of entries)
		if (end - start <= SMALL) bytes.set((await file.rawTensor(tensor)).bytes, data + start);
	return bytes;
}
