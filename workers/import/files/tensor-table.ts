/** Tensors by name, whatever file they come from, and how to take one out in the shape and order wanted. */
import { Problem } from '../../../src/core/names/errors';
import { float32, parseSafetensors, type Floats } from '../../../src/core/files/safetensors';
import { MissingFact } from './folder';

export interface TensorTable {
	/** The file, for sentences. */
	readonly file: string;
	readonly names: string[];
	has(name: string): boolean;
	/** As float32, maybe a view of the file. Throws a Problem when there is none of that name. */
	floats(name: string): Floats;
}

/** Throws a Problem when the bytes are no safetensors file. */
export function safetensorsTable(file: string, bytes: Uint8Array): TensorTable {
	const tensors = parseSafetensors(bytes);
	return {
		file,
		names: tensors.names,
		has: (name) => tensors.has(name),
		floats: (name) => float32(tensors, name)
	};
}

/** A table of what is in memory already. */
export function tensorTable(file: string, tensors: Map<string, Floats>): TensorTable {
	return {
		file,
		names: [...tensors.keys()],
		has: (name) => tensors.has(name),
		floats: (name) => {
			const found = tensors.get(name);
			if (found) return found;
			throw unfit(file, `has no tensor ${name.slice(0, 80)}`);
		}
	};
}

/**
 * How a matrix that should be `[rows, columns]` lies in its file by the definition of its format. It
 * decides only where rows and columns are equally many; otherwise the shape does.
 */
export type MatrixLayout = 'as asked' | 'transposed' | 'unknown';

/** A matrix `[rows, columns]`, row-major, turned where it lies the other way. */
export function readMatrix(
	table: TensorTable,
	name: string,
	[rows, columns]: [number, number],
	lies: MatrixLayout
): Float32Array {
	const { shape, data } = table.floats(name);
	const straight = shape.join() === `${rows},${columns}`;
	const turned = shape.join() === `${columns},${rows}`;
	if (!straight && !turned)
		throw unfit(
			table.file,
			`has ${name} of shape [${shape.join()}] where [${rows},${columns}] or [${columns},${rows}] is needed`
		);
	if (straight && turned && lies === 'unknown')
		throw new MissingFact(
			'decoderRows',
			`The file ${table.file} has as many features as inputs, so the shape of ${name} does not tell which of its axes the features are.`,
			'Say which: put #decoder_rows=features or #decoder_rows=inputs after the folder.'
		);
	const turn = straight && turned ? lies === 'transposed' : turned;
	return turn ? transpose(data, columns, rows) : data;
}

/** A vector `[n]` under the first of these names that the table has. */
export function readVector(table: TensorTable, names: string[], n: number): Float32Array {
	const name = names.find((candidate) => table.has(candidate)) ?? names[0]!;
	const { shape, data } = table.floats(name);
	if (shape.length === 1 && shape[0] === n) return data;
	throw unfit(table.file, `has ${name} of shape [${shape.join()}] where [${n}] is needed`);
}

/** A vector `[n]`, which the file may hold as one number for all. */
export function readVectorOrScalar(table: TensorTable, name: string, n: number): Float32Array {
	const { data } = table.floats(name);
	return data.length === 1 ? new Float32Array(n).fill(data[0]!) : readVector(table, [name], n);
}

/** How many numbers the first of these vectors holds. */
export function vectorLength(table: TensorTable, ...names: string[]): number {
	const name = names.find((candidate) => table.has(candidate)) ?? names[0]!;
	const { shape } = table.floats(name);
	if (shape.length === 1 && shape[0]! > 0) return shape[0]!;
	throw unfit(table.file, `has ${name} of shape [${shape.join()}] where a vector is needed`);
}

/** `[rows, columns]` as `[columns, rows]`, in squares that stay in the processor's cache. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
	const out = new Float32Array(data.length);
	const square = 32;
	for (let top = 0; top < rows; top += square)
		for (let left = 0; left < columns; left += square)
			for (let r = top; r < Math.min(rows, top + square); r++)
				for (let c = left; c < Math.min(columns, left + square); c++)
					out[c * rows + r] = data[r * columns + c]!;
	return out;
}

function unfit(file: string, what: string): Problem {
	return new Problem(
		'pack-invalid',
		`The file ${file} ${what}.`,
		'Check that it is whole and belongs to its config, or download it again.'
	);
}
