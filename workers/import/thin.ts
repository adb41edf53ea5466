/**
 * A folder to be looked through: its descriptions and small tensors are what they are, while of a large
 * tensor only its name, type and shape are. So a format's own reader says what an SAE is, or why it cannot
 * be used, after a few kilobytes of it.
 */
import type { Folder } from './files/folder';
import { TensorParts } from './files/tensor-parts';

/** Bytes; a matrix of an SAE is larger, and no vector. */
const SMALL = 1_000_000;
/** Finite, positive and none of them 0 or 1 in float32, float16 and bfloat16: rows have a length, factors a use. */
const FILLING = 0x3c;

/** Throws a Problem for a safetensors file that is damaged, when it is read. */
export function thin(folder: Folder): Folder {
	return {
		...folder,
		read: (name) =>
			name.endsWith('.safetensors') && folder.sizes.get(name)! > SMALL
				? filled(folder, name)
				: folder.read(name)
	};
}

async function filled(folder: Folder, name: string): Promise<Uint8Array> {
	const file = await TensorParts.open(folder, name);
	const bytes = new Uint8Array(folder.sizes.get(name)!).fill(FILLING);
	const { data, entries } = file.layout;
	bytes.set(await folder.part(name, 0, data));
	for (const [tensor, { start, end }] of entries)
		if (end - start <= SMALL) bytes.set((await file.tensor(tensor)).bytes, data + start);
	return bytes;
}
