/** A model's weights from tensors in memory. */
import { float32Bytes } from '../../src/core/files/dtypes';
import { inMemory, peakMemory } from '../../src/core/files/open-file';
import type { Floats } from '../../src/core/files/safetensors';
import type { SessionFiles } from '../runtime/session';
import type { ModelWeights } from './language-model';
import { transposedWeight } from './transposed';

/** float32 weights, each under its own name. */
export function inFloat32(tensors: ReadonlyMap<string, Floats>): ModelWeights {
	const files: SessionFiles = Object.fromEntries(
		[...tensors].map(([name, { data }]) => [name, inMemory(float32Bytes(data))])
	);
	const stored = (name: string) => ({ file: files[name]!, shape: tensors.get(name)!.shape });
	return {
		transposed: (names) => transposedWeight(names, names.map(stored), files),
		blocks: () => null,
		hasBlocks: false,
		weight: (name) => ({
			name,
			type: 'float32',
			shape: tensors.get(name)!.shape,
			file: name,
			offset: 0,
			length: files[name]!.size
		}),
		read: (name) => tensors.get(name)!,
		rows(name, from, to) {
			const { shape, data } = tensors.get(name)!;
			return data.subarray(from * shape[1]!, to * shape[1]!);
		},
		files,
		held: () => peakMemory(Object.values(files))
	};
}
