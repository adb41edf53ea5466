/** Tensors by name, whatever file they come from. */
import { Problem } from '../../../src/core/names/errors';
import type { Floats } from '../../../src/core/files/safetensors';
import { damagedFile } from './damaged-file';
import type { PickledValue } from './pickle';

export interface TensorTable {
	/** The file, for messages. */
	readonly file: string;
	readonly names: string[];
	has(name: string): boolean;
	/** As float32, maybe a view of the file. Throws a Problem when there is no tensor of that name. */
	floats(name: string): Floats;
	/** What a file of PyTorch holds beside tensors. */
	readonly other?: ReadonlyMap<string, PickledValue>;
}

/** Of a file that lacks what its config implies. */
export const noTensor = (file: string, name: string): Problem =>
	damagedFile(
		file,
		`has no tensor ${name.slice(0, 80)}`,
		'Check that its config belongs to it, or download both again.'
	);

/** A table of tensors in memory. */
export function tensorTable(
	file: string,
	tensors: ReadonlyMap<string, Floats>,
	other?: TensorTable['other']
): TensorTable {
	return {
		file,
		names: [...tensors.keys()],
		has: (name) => tensors.has(name),
		floats: (name) => {
			const found = tensors.get(name);
			if (found) return found;
			throw noTensor(file, name);
		},
		...(other && { other })
	};
}

/** With tensors in formats that are not read: each is there, and refused by its format once it is needed. */
export function withUnread(
	table: TensorTable,
	formats: ReadonlyMap<string, string>,
	advice: string
): TensorTable {
	if (formats.size === 0) return table;
	return {
		...table,
		names: [...table.names, ...formats.keys()],
		has: (name) => table.has(name) || formats.has(name),
		floats(name) {
			const format = formats.get(name);
			if (format === undefined) return table.floats(name);
			throw new Problem(
				'unsupported',
				`The file ${table.file} has ${name.slice(0, 80)} in ${format}, where floats are needed.`,
				advice
			);
		}
	};
}

/** `[rows, columns]` as `[columns, rows]`. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
	const out = new Float32Array(data.length);
	transposeInto(out, rows, 0, data, columns);
	return out;
}

/**
 * Rows of `columns` numbers as columns of `out`, whose rows are `width` long, from column `left` on; in squares that
 * stay in the processor's cache.
 */
export function transposeInto(
	out: Float32Array,
	width: number,
	left: number,
	data: Float32Array,
	columns: number
): void {
	const rows = data.length / columns;
	const square = 32;
	for (let top = 0; top < rows; top += square)
		for (let first = 0; first < columns; first += square) {
			const [bottom, last] = [Math.min(rows, top + square), Math.min(columns, first + square)];
			for (let c = first; c < last; c++)
				for (let r = top, to = c * width + left + top; r < bottom; r++)
					out[to++] = data[r * columns + c]!;
		}
}
