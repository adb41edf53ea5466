/**
 * Matching features of two sites by the cosine of their decoder rows, and the null that says which
 * cosines are high (Laptev et al., "Analyze Feature Flow", arXiv 2502.03032, section 3; the null is
 * ours, since the paper's fixed thresholds lie within chance in a small space).
 */
import { row, times, type Matrix } from '../math/matrix';
import { quantile } from '../math/quantile';
import { normals, seeded } from '../math/random';
import { largest } from '../math/sampling';

/** The distribution of the best cosine of an isotropic random unit vector against one decoder. */
export interface Null {
	median: number;
	std: number;
	/** 99.9th percentile: above it a cosine is "high". */
	q999: number;
	draws: number;
	seed: number;
}

export interface Best {
	index: number;
	cosine: number;
}

/** The k rows of `unit` (unit rows) that lie closest to the unit vector `v`, signed, best first. */
export function bestMatches(unit: Matrix, v: Float32Array, k: number): Best[] {
	const cosines = times(unit, v);
	return largest(cosines, k).map((index) => ({ index, cosine: cosines[index]! }));
}

export const zScore = (cosine: number, n: Null): number => (cosine - n.median) / n.std;
export const isHigh = (cosine: number, n: Null): boolean => cosine > n.q999;

/** Cosine of row i of one unit matrix with row j of another. */
export function cosineOf(a: Matrix, i: number, b: Matrix, j: number): number {
	const [x, y] = [row(a, i), row(b, j)];
	let sum = 0;
	for (let c = 0; c < x.length; c++) sum += x[c]! * y[c]!;
	return sum;
}

/** Unit vectors spread evenly over the sphere, `[count × columns]`. */
export function randomDirections(count: number, columns: number, seed: number): Matrix {
	const normal = normals(seeded(seed));
	const data = new Float32Array(count * columns);
	for (let r = 0; r < count; r++) {
		let square = 0;
		for (let c = 0; c < columns; c++) {
			const x = normal();
			data[r * columns + c] = x;
			square += x * x;
		}
		const norm = Math.sqrt(square);
		for (let c = 0; c < columns; c++) data[r * columns + c]! /= norm;
	}
	return { rows: count, columns, data };
}

/** The null from the best cosine of each draw. */
export function nullFrom(bestCosines: Float32Array, seed: number): Null {
	const sorted = Float64Array.from(bestCosines).sort();
	const n = sorted.length;
	const mean = sorted.reduce((a, b) => a + b, 0) / n;
	const variance = sorted.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1);
	return {
		median: quantile(sorted, 0.5),
		std: Math.sqrt(variance),
		q999: quantile(sorted, 0.999),
		draws: n,
		seed
	};
}
