/** The model's tensors as the graph wants them: each to be read from where it lies, checked. */
import { toFloat32 } from '../../src/core/files/dtypes';
import { peakMemory, partOf } from '../../src/core/files/open-file';
import {
	blocksIn,
	float32,
	shapeOf,
	type Floats,
	type Safetensors
} from '../../src/core/files/safetensors';
import { transpose } from '../import/files/tensor-table';
import { blockMatrix } from './block-matrices';
import { checkTensor, floatFile } from './float-file';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';
import type { Weight } from '../graph/graph';
import type { ModelWeights } from './language-model';
import type { SessionFiles } from '../runtime/session';
import { checkLayers } from './layers-held';
import { foundAs } from './tensor-names';
import { transposedFile, transposedWeight, type Stored } from './transposed';

/**
 * Checks that every tensor is there, under any of its known names, has its shape and holds finite numbers.
 * float32 and float16 stay where they are, each a file of external data of the graph; with `wide`, since a
 * GPU without `shader-f16` cannot read float16, and for bfloat16, int8 and blocks they are widened to float32 whenever
 * a session is made of them; with `asBlocks`, blocks of 4 and 8 bits and int8 stay as they are where a graph multiplies by them.
 * Blocks run along a matrix's inputs, so that one of shape [in, out] stands transposed.
 */
export function modelWeights(
	files: Record<string, Safetensors>,
	config: Config,
	wide: boolean,
	asBlocks = false
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
	const { weights: shapes, storedInOut } = architectureOf(config);
	/** Whether a tensor's shape is the other way round in its file. */
	const isTurned = (name: string) => {
		const { file, there } = inFile(name);
		const inOut = storedInOut?.test(name) ?? false;
		return inOut && file.has(there) && blocksIn(file.range(there), there) !== null;
	};
	const read = (name: string): Floats => {
		const { file, there } = inFile(name);
		const floats = float32(file, there);
		return isTurned(name) ? turned(floats) : floats;
	};
	const stored = (name: string): Stored => {
		const { file, there } = inFile(name);
		return { file: floatFile(file, there), shape: shapeOf(file, there) };
	};
	for (const [name, shape] of Object.entries(shapes(config))) {
		const { file, there } = inFile(name);
		const isOther = isTurned(name);
		checkTensor(file, there, isOther ? shape.toReversed() : shape, 'The model', name);
		const place = file.range(there);
		const half = place.dtype === 'F16' && !wide;
		const whole = isOther ? transposedFile([stored(name)]) : floatFile(file, there);
		const part = half ? partOf(file.file, place.from, place.to) : whole;
		const type = half ? 'float16' : 'float32';
		weights.set(name, { name, type, shape, file: name, offset: 0, length: part.size });
		parts[name] = part;
	}
	const blocks = (of: string[], to: SessionFiles) =>
		asBlocks ? blockMatrix(of, of.map(inFile), to) : null;
	const matrices = Object.entries(shapes(config)).filter(([, shape]) => shape.length === 2);
	return {
		hasBlocks: matrices.some(([name]) => !storedInOut?.test(name) && blocks([name], {})),
		weight: (name) => weights.get(name)!,
		transposed: (names) => transposedWeight(names, names.map(stored), parts),
		blocks: (names) => blocks(names, parts),
		read,
		rows(name, from, to) {
			const columns = weights.get(name)!.shape[1]!;
			if (isTurned(name)) return read(name).data.subarray(from * columns, to * columns);
			return toFloat32('F32', stored(name).file.read(4 * from * columns, 4 * to * columns))!;
		},
		files: parts,
		held: () => {
			const whole = peakMemory(all.map(({ file }) => file));
			return Math.max(whole, ...Object.values(parts).map((part) => part.mostRead));
		}
	};
}

function turned({ shape, data }: Floats): Floats {
	const [rows, columns] = shape as [number, number];
	return { shape: [columns, rows], data: transpose(data, rows, columns) };
}
