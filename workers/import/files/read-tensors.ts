/** The tensors of a file in any of the containers that SAEs are published in. */
import { toIntegers, type Dtype } from '../../../src/core/files/dtypes';
import { float32, parseSafetensors } from '../../../src/core/files/safetensors';
import { withoutWrappers } from '../../model/tensor-names';
import type { Folder } from './folder';
import { npzTable } from './npy';
import { noTensor, type TensorTable } from './tensor-table';
import { readTorchFile } from './torch-file';

/**
 * Names are without the modules that `torch.compile` puts around others; integers are widened, so that a scalar may be
 * either. Throws a Problem when the file is damaged, or not what its extension says.
 */
export async function readTensors(folder: Folder, file: string): Promise<TensorTable> {
	const table = await tableOf(file, await folder.read(file));
	const inFile = new Map(table.names.toReversed().map((name) => [withoutWrappers(name), name]));
	return {
		...table,
		names: [...inFile.keys()].toReversed(),
		has: (name) => inFile.has(name),
		floats(name) {
			const own = inFile.get(name);
			if (own === undefined) throw noTensor(file, name);
			return table.floats(own);
		}
	};
}

async function tableOf(file: string, bytes: Uint8Array): Promise<TensorTable> {
	if (/\.pth?$/.test(file)) return readTorchFile(file, bytes);
	if (file.endsWith('.npz')) return npzTable(file, bytes);
	const tensors = parseSafetensors(bytes);
	return {
		file,
		names: tensors.names,
		has: (name) => tensors.has(name),
		floats(name) {
			const { dtype, shape, bytes: data } = tensors.tensor(name);
			// int8 comes with a scale.
			const whole = dtype === 'I8' ? null : widened(dtype, data);
			return whole ? { shape, data: whole } : float32(tensors, name);
		}
	};
}

function widened(dtype: Dtype, bytes: Uint8Array): Float32Array | null {
	if (dtype === 'I64') {
		const { buffer } = bytes.slice();
		return Float32Array.from<bigint | number>(new BigInt64Array(buffer), Number);
	}
	const integers = toIntegers(dtype, bytes);
	return integers && Float32Array.from(integers);
}

/** Whether a file tells nothing of its tensors before it is read whole. */
export const mustBeReadWhole = (file: string): boolean => /\.(npz|pth?)$/.test(file);
