/** Clusters of directions: connected parts of a graph of neighbours, and spectral clusters by angle. */
import { kMeans } from '../../../math/k-means';
import type { Matrix } from '../../../math/matrix';
import type { Neighbours } from '../map/neighbours';

/** Steps of subspace iteration. */
const TURNS = 15;

/** Connected parts of two rows or more, the largest first; a row is joined to its neighbours of cosine above `least`. */
export function connected({ k, indices, distances }: Neighbours, least: number): number[][] {
	const n = indices.length / k;
	const parent = Int32Array.from({ length: n }, (_, i) => i);
	const root = (i: number) => {
		while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
		return i;
	};
	for (let i = 0; i < n; i++)
		for (let at = i * k; at < (i + 1) * k; at++)
			if (indices[at]! >= 0 && 1 - distances[at]! > least) parent[root(i)] = root(indices[at]!);
	return grouped(Int32Array.from({ length: n }, (_, i) => root(i)));
}

/**
 * Spectral clusters of two rows or more by the affinity 1 − arccos(cosine)/π of rows at length 1: the leading vectors of
 * D^-½·A·D^-½ by subspace iteration, then k-means. `pause` is called between steps.
 */
export async function spectralByAngle(
	{ rows: n, columns: d, data }: Matrix,
	clusters: number,
	uniform: () => number,
	pause: (done: number, total: number) => Promise<unknown>
): Promise<number[][]> {
	const affinity = new Float32Array(n * n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			let cosine = 0;
			for (let c = 0; c < d; c++) cosine += data[i * d + c]! * data[j * d + c]!;
			const value = 1 - Math.acos(Math.max(-1, Math.min(1, cosine))) / Math.PI;
			affinity[i * n + j] = affinity[j * n + i] = value;
		}
		if (i % 32 === 0) await pause(i, 2 * n);
	}
	const scale = new Float64Array(n);
	for (let i = 0; i < n; i++) {
		let degree = 0;
		for (let j = 0; j < n; j++) degree += affinity[i * n + j]!;
		scale[i] = 1 / Math.sqrt(degree);
	}
	const k = Math.min(clusters, n);
	// [n × k], the first vector the one that is known to lead.
	let basis = Float64Array.from({ length: n * k }, () => uniform() - 0.5);
	for (let i = 0; i < n; i++) basis[i * k] = 1 / scale[i]!;
	for (let turn = 0; turn < TURNS; turn++) {
		orthonormalise(basis, n, k);
		const next = new Float64Array(n * k);
		for (let i = 0; i < n; i++) {
			for (let j = 0; j < n; j++) {
				const weight = affinity[i * n + j]! * scale[i]! * scale[j]!;
				for (let c = 0; c < k; c++) next[i * k + c]! += weight * basis[j * k + c]!;
			}
			if (i % 32 === 0) await pause(n + ((turn + i / n) / TURNS) * n, 2 * n);
		}
		basis = next;
	}
	orthonormalise(basis, n, k);
	for (let i = 0; i < n; i++) {
		const row = basis.subarray(i * k, i * k + k);
		const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)) || 1;
		for (let c = 0; c < k; c++) row[c]! /= length;
	}
	return grouped(kMeans(basis, k, k, uniform, { starts: 2, turns: 25 }));
}

/** Makes the columns orthogonal and of length 1, one after another. */
function orthonormalise(basis: Float64Array, n: number, k: number): void {
	for (let c = 0; c < k; c++) {
		for (let b = 0; b < c; b++) {
			let dot = 0;
			for (let i = 0; i < n; i++) dot += basis[i * k + c]! * basis[i * k + b]!;
			for (let i = 0; i < n; i++) basis[i * k + c]! -= dot * basis[i * k + b]!;
		}
		let square = 0;
		for (let i = 0; i < n; i++) square += basis[i * k + c]! ** 2;
		const length = Math.sqrt(square) || 1;
		for (let i = 0; i < n; i++) basis[i * k + c]! /= length;
	}
}

function grouped(of: ArrayLike<number>): number[][] {
	const groups = new Map<number, number[]>();
	for (let i = 0; i < of.length; i++) groups.set(of[i]!, [...(groups.get(of[i]!) ?? []), i]);
	return [...groups.values()]
		.filter((group) => group.length > 1)
		.sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
