/**
 * Decoders turned at random, and decoders without what all their rows share: two ways to ask how much
 * of a match is owed to the space it lies in.
 */
import { dot } from './dot';
import { row, times, type Matrix } from './matrix';
import { normals, seeded } from './random';

/** Of its own length, what a float32 row can be off by rounding alone. */
const NOTHING = 1e-6;

/**
 * A random orthogonal matrix, `[d × d]`, uniform over all of O(d), reflections among them: Gaussian
 * rows made orthonormal one after the other, in float64. This is the QR decomposition whose triangle
 * has a positive diagonal, the one that is uniform (Mezzadri 2007). O(d³).
 */
export function haar(d: number, seed: number): Matrix {
	const normal = normals(seeded(seed));
	const exact: Float64Array[] = [];
	for (let r = 0; r < d; r++) {
		const v = Float64Array.from({ length: d }, normal);
		for (const earlier of exact) {
			const along = dot(earlier, v);
			for (let c = 0; c < d; c++) v[c]! -= along * earlier[c]!;
		}
		const length = Math.sqrt(dot(v, v));
		exact.push(v.map((x) => x / length));
	}
	const data = new Float32Array(d * d);
	exact.forEach((v, r) => data.set(v, r * d));
	return { rows: d, columns: d, data };
}

/** Every row of `m` turned by `rotation`, `[columns × columns]`. Throws a RangeError where they do not fit. */
export function rotated(m: Matrix, rotation: Matrix): Matrix {
	if (rotation.rows !== m.columns || rotation.columns !== m.columns)
		throw new RangeError(`A rotation of ${rotation.columns} does not fit rows of ${m.columns}.`);
	const data = new Float32Array(m.data.length);
	for (let r = 0; r < m.rows; r++) data.set(times(rotation, row(m, r)), r * m.columns);
	return { ...m, data };
}

/**
 * The rows less their mean, brought back to length 1. A row that differs from the mean by no more
 * than rounding becomes zero, and stays so.
 */
export function centred(m: Matrix): Matrix {
	const mean = new Float64Array(m.columns);
	for (let r = 0; r < m.rows; r++) row(m, r).forEach((x, c) => (mean[c]! += x / m.rows));
	const data = new Float32Array(m.data.length);
	for (let r = 0; r < m.rows; r++) {
		const given = Float64Array.from(row(m, r));
		const v = given.map((x, c) => x - mean[c]!);
		const length = Math.sqrt(dot(v, v));
		if (length <= NOTHING * Math.sqrt(dot(given, given))) continue;
		for (let c = 0; c < m.columns; c++) data[r * m.columns + c] = v[c]! / length;
	}
	return { ...m, data };
}
