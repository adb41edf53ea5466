/** The tensors of a file in any of the containers that SAEs are published in. */
import { float32, parseSafetensors } from '../../../src/core/files/safetensors';
import type { Folder } from './folder';
import { npzTable } from './npy';
import type { TensorTable } from './tensor-table';
import { readTorchFile } from './torch-file';

/** Throws a Problem when the file is damaged, or not what its extension says. */
export async function readTensors(folder: Folder, file: string): Promise<TensorTable> {
	const bytes = await folder.read(file);
	if (/\.pth?$/.test(file)) return readTorchFile(file, bytes);
	if (file.endsWith('.npz')) return npzTable(file, bytes);
	const tensors = parseSafetensors(bytes);
	return {
		file,
		names: tensors.names,
		has: (name) => tensors.has(name),
		floats: (name) => float32(tensors, name)
	};
}

/** Whether a file tells nothing of its tensors before it is read whole. */
export const mustBeReadWhole = (file: string): boolean => /\.(npz|pth?)$/.test(file);
