/** The model's tensors as the graph wants them: each to be read from where it lies, checked. */
import { peakMemory, partOf } from '../../src/core/files/open-file';
import { float32, type Safetensors } from '../../src/core/files/safetensors';
import { checkTensor, floatFile } from './float-file';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';
import type { Weight } from '../graph/graph';
import type { ModelWeights } from './language-model';
import type { SessionFiles } from '../runtime/session';
import { checkLayers } from './layers-held';
import { foundAs } from './tensor-names';

/**
 * Checks that every tensor is there, under any of its known names, has its shape and holds finite numbers.
 * float32 and float16 stay where they are, each a file of external data of the graph; with `wide`, since a
 * GPU without `shader-f16` cannot read float16, and for bfloat16 and int8 they are widened to float32 whenever
 * a session is made of them.
 */
export function modelWeights(
	files: Record<string, Safetensors>,
	config: Config,
	wide: boolean
): ModelWeights {
	const weights = new Map<string, Weight>();
	const parts: SessionFiles = {};
	const all = Object.values(files);
	const names = all.flatMap((file) => file.names);
	checkLayers(config, names.length);
	const found = foundAs(config, names);
	const inFile = (name: string) => {
		const there = found.get(name) ?? name;
		return { file: all.find((file) => file.has(there)) ?? all[0]!, there };
	};
	for (const [name, shape] of Object.entries(architectureOf(config).weights(config))) {
		const { file, there } = inFile(name);
		checkTensor(file, there, shape, 'The model', name);
		const place = file.range(there);
		const half = place.dtype === 'F16' && !wide;
		const part = half ? partOf(file.file, place.from, place.to) : floatFile(file, there);
		const type = half ? 'float16' : 'float32';
		weights.set(name, { name, type, shape, file: name, offset: 0, length: part.size });
		parts[name] = part;
	}
	return {
		weight: (name) => weights.get(name)!,
		read: (name) => {
			const { file, there } = inFile(name);
			return float32(file, there);
		},
		files: parts,
		held: () => {
			const whole = peakMemory(all.map(({ file }) => file));
			return Math.max(whole, ...Object.values(parts).map((part) => part.mostRead));
		}
	};
}
