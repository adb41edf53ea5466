/**
 * A folder in which large tensors have their name, type and shape, but not their numbers. A format's own reader then
 * says what an SAE is, or why it cannot be used, after a few kilobytes of it.
 */
import type { Folder } from './files/folder';
import { SafetensorsReader } from './files/safetensors-reader';

/** Bytes; the matrices of an SAE are larger, its vectors smaller. */
const SMALL = 1_000_000;
/** Finite, positive and neither 0 nor 1 in float32, float16 and bfloat16, so that norms and factors can be taken. */
const FILL_BYTE = 0x3c;

/** Reading a damaged safetensors file of it throws a Problem. */
export const previewFolder = (folder: Folder): Folder => ({
	...folder,
	read: (name) =>
		name.endsWith('.safetensors') && folder.sizes.get(name)! > SMALL
			? smallTensorsOnly(folder, name)
			: folder.read(name)
});

async function smallTensorsOnly(folder: Folder, name: string): Promise<Uint8Array> {
	const file = await SafetensorsReader.open(folder, name);
	const bytes = new Uint8Array(folder.sizes.get(name)!).fill(FILL_BYTE);
	const { data, entries } = file.layout;
	bytes.set(await folder.slice(name, 0, data));
	for (const [tensor, { start, end }] of entries)
		if (end - start <= SMALL) bytes.set((await file.rawTensor(tensor)).bytes, data + start);
	return bytes;
}
