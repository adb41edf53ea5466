/** Weights laid out as a graph multiplies by them, so that the runtime need not hold them twice to turn them. */
import { float32Bytes, toFloat32 } from '../../src/core/files/dtypes';
import { chunksFrom, computedFile, type OpenFile } from '../../src/core/files/open-file';
import type { Weight } from '../graph/graph';
import { transposeInto } from '../import/files/tensor-table';
import type { SessionFiles } from '../runtime/session';

/** A matrix `[out, in]`, row-major. */
export interface Stored {
	/** Of float32. */
	file: OpenFile;
	shape: number[];
}

/**
 * Matrices that have their inputs in common, each transposed, one beside the other: `[in, Σ out]`. They are read in parts,
 * so that only the result is in memory as a whole.
 */
export function transposedFile(matrices: Stored[]): OpenFile {
	const inputs = matrices[0]!.shape[1]!;
	const outputs = widthOf(matrices);
	return computedFile(4 * inputs * outputs, () => {
		const out = new Float32Array(inputs * outputs);
		let left = 0;
		for (const { file } of matrices)
			for (const chunk of chunksFrom(file, 0, file.size, 4 * inputs)) {
				transposeInto(out, outputs, left, toFloat32('F32', chunk)!, inputs);
				left += chunk.length / (4 * inputs);
			}
		return float32Bytes(out);
	});
}

/** The same as a weight, under a name of its own, whose file goes to `files`. */
export function transposedWeight(names: string[], stored: Stored[], files: SessionFiles): Weight {
	const name = `${names.join(' ')} transposed`;
	const file = (files[name] ??= transposedFile(stored));
	const shape = [stored[0]!.shape[1]!, widthOf(stored)];
	return { name, type: 'float32', shape, file: name, offset: 0, length: file.size };
}

const widthOf = (matrices: Stored[]): number =>
	matrices.reduce((sum, { shape }) => sum + shape[0]!, 0);
