/** The weights of an SAE out of a file that has its own names and layout for them. */
import { Problem } from '../../../src/core/names/errors';
import { transpose, type TensorTable } from '../files/tensor-table';
import { MissingFact } from './unsupported';

/** A tensor's name in the file, or several of which the first that exists is read. */
type TensorName = string | string[];

interface WeightNames {
	W_enc: TensorName;
	W_dec: TensorName;
	/** null: it has none, as if it were 0. */
	b_dec: TensorName | null;
	[perFeature: string]: TensorName | null;
}

/** What a config says of the sizes; null where it does not. */
export interface SaeSizes {
	dIn?: number | null;
	dSae?: number | null;
	/** Of a transcoder whose output has another width than its input; else `dIn`. */
	dOut?: number | null;
}

export interface SaeWeights {
	dIn: number;
	dOut: number;
	dSae: number;
	weights: Record<string, Float32Array>;
}

/**
 * How the format defines a matrix: as `[rows, columns]`, or transposed like the weight of a PyTorch linear layer.
 * It decides only for square matrices; for any other the shape does.
 */
export type MatrixLayout = 'as-is' | 'transposed' | 'unknown';

/**
 * `W_enc [dIn, dSae]`, `W_dec [dSae, dIn]`, `b_dec [dIn]` and all others `[dSae]`. Sizes are those of the config, or
 * of `b_dec` and of the first of the others. Throws a Problem for a tensor that is missing or has another shape.
 */
export function readWeights(
	table: TensorTable,
	{ W_enc, W_dec, b_dec, ...perFeature }: WeightNames,
	layout: MatrixLayout,
	sizes: SaeSizes = {},
	decoderLayout: MatrixLayout = layout
): SaeWeights {
	const dIn = sizes.dIn ?? vectorLength(table, b_dec!);
	const dSae = sizes.dSae ?? vectorLength(table, Object.values(perFeature)[0]!);
	const dOut = sizes.dOut ?? dIn;
	const weights: Record<string, Float32Array> = {
		W_enc: readMatrix(table, W_enc, [dIn, dSae], layout),
		W_dec: readMatrix(table, W_dec, [dSae, dOut], decoderLayout),
		b_dec: b_dec === null ? new Float32Array(dOut) : readVector(table, b_dec, dOut)
	};
	for (const [name, inFile] of Object.entries(perFeature))
		weights[name] = readVector(table, inFile!, dSae);
	return { dIn, dOut, dSae, weights };
}

/** A matrix `[rows, columns]`, row-major, transposed where the file has it the other way round. */
export function readMatrix(
	table: TensorTable,
	named: TensorName,
	[rows, columns]: [number, number],
	layout: MatrixLayout
): Float32Array {
	const name = nameIn(table, named);
	const { shape, data } = table.floats(name);
	const [straight, turned] = [`${rows},${columns}`, `${columns},${rows}`];
	const found = shape.join();
	if (found !== straight && found !== turned)
		throw wrongShape(table, name, `[${straight}] or [${turned}]`);
	if (straight === turned && layout === 'unknown')
		throw new MissingFact(
			'decoderRows',
			`The file ${table.file} has as many features as inputs, so the shape of ${name} does not tell which of its axes the features are.`,
			'Say which: add #decoder_rows=features or #decoder_rows=inputs to the folder.'
		);
	const isTurned = straight === turned ? layout === 'transposed' : found === turned;
	return isTurned ? transpose(data, columns, rows) : data;
}

/** A matrix `[n, n]`, as it is stored. */
export function readSquare(table: TensorTable, name: string, n: number): Float32Array {
	return readMatrix(table, name, [n, n], 'as-is');
}

/** A vector `[n]`. */
export function readVector(table: TensorTable, named: TensorName, n: number): Float32Array {
	const name = nameIn(table, named);
	const { shape, data } = table.floats(name);
	if (shape.length === 1 && shape[0] === n) return data;
	throw wrongShape(table, name, `[${n}]`);
}

/** A vector `[n]`, which the file may hold as a single number. */
export function readVectorOrScalar(table: TensorTable, name: string, n: number): Float32Array {
	const { data } = table.floats(name);
	return data.length === 1 ? new Float32Array(n).fill(data[0]!) : readVector(table, name, n);
}

/** How many numbers a vector holds. */
export function vectorLength(table: TensorTable, named: TensorName): number {
	const name = nameIn(table, named);
	const { shape } = table.floats(name);
	if (shape.length === 1 && shape[0]! > 0) return shape[0]!;
	throw wrongShape(table, name, 'a vector');
}

const nameIn = (table: TensorTable, named: TensorName) =>
	[named].flat().find((name) => table.has(name)) ?? [named].flat()[0]!;

function wrongShape(table: TensorTable, name: string, needed: string): Problem {
	return new Problem(
		'pack-invalid',
		`The file ${table.file} has ${name} of shape [${table.floats(name).shape.join()}] where ${needed} is needed.`,
		'Check that it is whole and belongs to its config, or download it again.'
	);
}
