/** Nearest neighbours, all pairs compared. */
import type { Matrix } from '../../../math/matrix';

/** [rows × k] each, nearest first, without the row itself. */
export interface Neighbours {
	k: number;
	indices: Int32Array;
	/** 1 − cosine, or the squared distance. */
	distances: Float32Array;
}

/** A list of the k least, kept sorted by insertion: k is small. */
function keep(list: Neighbours, row: number, other: number, distance: number): void {
	const { k, indices, distances } = list;
	const from = row * k;
	let at = from + k - 1;
	if (distance >= distances[at]!) return;
	while (at > from && distances[at - 1]! > distance) {
		distances[at] = distances[at - 1]!;
		indices[at] = indices[at - 1]!;
		at--;
	}
	distances[at] = distance;
	indices[at] = other;
}

const empty = (rows: number, k: number): Neighbours => ({
	k,
	indices: new Int32Array(rows * k).fill(-1),
	distances: new Float32Array(rows * k).fill(Infinity)
});

/** By cosine of rows at length 1; `pause` is called between rows. */
export async function nearestByCosine(
	{ rows, columns, data }: Matrix,
	k: number,
	pause: (done: number, total: number) => Promise<unknown>
): Promise<Neighbours> {
	const found = empty(rows, Math.min(k, rows - 1));
	for (let i = 0; i < rows; i++) {
		const a = data.subarray(i * columns, (i + 1) * columns);
		for (let j = 0; j < i; j++) {
			let dot = 0;
			const at = j * columns;
			for (let c = 0; c < columns; c++) dot += a[c]! * data[at + c]!;
			keep(found, i, j, 1 - dot);
			keep(found, j, i, 1 - dot);
		}
		if (i % 32 === 0) await pause(i, rows);
	}
	return found;
}

export function nearestInPlane(x: ArrayLike<number>, y: ArrayLike<number>, k: number): Neighbours {
	const found = empty(x.length, Math.min(k, x.length - 1));
	for (let i = 0; i < x.length; i++)
		for (let j = 0; j < i; j++) {
			const distance = (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2;
			keep(found, i, j, distance);
			keep(found, j, i, distance);
		}
	return found;
}

/** Mean share of the k nearest of each row that are among its k nearest in the other. */
export function preserved(a: Neighbours, b: Neighbours, k: number): number {
	const rows = a.indices.length / a.k;
	let sum = 0;
	for (let i = 0; i < rows; i++) {
		const own = new Set(a.indices.subarray(i * a.k, i * a.k + k));
		for (let j = 0; j < k; j++) if (own.has(b.indices[i * b.k + j]!)) sum++;
	}
	return sum / (rows * k);
}
