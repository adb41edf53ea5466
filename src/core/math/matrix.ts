/** Row-major matrices as plain arrays: the few operations that need no engine. */
import { dot } from './dot';

export interface Matrix {
	rows: number;
	columns: number;
	/** [rows × columns], row-major. */
	data: Float32Array;
}

export function row(m: Matrix, index: number): Float32Array {
	return m.data.subarray(index * m.columns, (index + 1) * m.columns);
}

/** A copy with every row scaled to length 1; a row of zeros stays zero. */
export function unitRows(m: Matrix): Matrix {
	const data = Float32Array.from(m.data);
	for (let r = 0; r < m.rows; r++) {
		const v = data.subarray(r * m.columns, (r + 1) * m.columns);
		const norm = Math.sqrt(dot(v, v));
		if (norm > 0) for (let i = 0; i < v.length; i++) v[i]! /= norm;
	}
	return { ...m, data };
}

/** m · v, `[rows]`. */
export function times(m: Matrix, v: Float32Array): Float32Array {
	const out = new Float32Array(m.rows);
	for (let r = 0; r < m.rows; r++) out[r] = dot(row(m, r), v);
	return out;
}

/** Column `index` as a vector, `[rows]`. */
export function column(m: Matrix, index: number): Float32Array {
	const out = new Float32Array(m.rows);
	for (let r = 0; r < m.rows; r++) out[r] = m.data[r * m.columns + index]!;
	return out;
}
