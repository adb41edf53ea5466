/** Clusters by co-activity and by direction, and how far they agree. */
import { kMeans } from '../../../math/k-means';
import type { SparseRows } from '../../../math/sparse';

/** Which blocks a feature is active in at least, to have a lobe. */
const LEAST_BLOCKS = 3;
/** Features that have a lobe at most: the most frequent. */
const MOST = 4096;

/** Of each block the features active in it. Blocks do not cross documents; a short rest at their end is left out. */
export function blocksOf(texts: readonly SparseRows[], size: number): number[][] {
	const blocks: number[][] = [];
	for (const { offsets, features } of texts)
		for (let t = 0; t + size < offsets.length; t += size)
			blocks.push([...new Set(features.subarray(offsets[t], offsets[t + size]))]);
	return blocks;
}

export interface CoActivity {
	/** The features compared, and how many there are. */
	features: number[];
	n: number;
	/** [n × n], 0 on the diagonal. */
	phi: Float32Array;
}

/** φ of every two features that are active in at least 3 blocks and silent in at least one. */
export function coActivity(blocks: readonly number[][], size: number): CoActivity {
	const counts = new Uint32Array(size);
	for (const block of blocks) for (const feature of block) counts[feature]!++;
	const features = Array.from(counts, (_, feature) => feature)
		.filter((f) => counts[f]! >= LEAST_BLOCKS && counts[f]! < blocks.length)
		.sort((a, b) => counts[b]! - counts[a]! || a - b)
		.slice(0, MOST)
		.sort((a, b) => a - b);
	const place = new Int32Array(size).fill(-1);
	features.forEach((feature, i) => (place[feature] = i));
	const n = features.length;
	const phi = new Float32Array(n * n);
	for (const block of blocks) {
		const here = block.map((feature) => place[feature]!).filter((i) => i >= 0);
		for (const i of here) for (const j of here) phi[i * n + j]!++;
	}
	const all = blocks.length;
	for (let i = 0; i < n; i++)
		for (let j = 0; j < n; j++) {
			const [a, b] = [counts[features[i]!]!, counts[features[j]!]!];
			const spread = Math.sqrt(a * b * (all - a) * (all - b));
			phi[i * n + j] = i === j ? 0 : (all * phi[i * n + j]! - a * b) / spread;
		}
	return { features, n, phi };
}

/** y = A·x for a symmetric matrix of affinities ≥ 0. */
type Times = (x: Float64Array) => Float64Array;

export const positivePart = ({ n, phi }: CoActivity): Times => {
	const positive = phi.map((x) => Math.max(0, x));
	return (x) => {
		const y = new Float64Array(n);
		for (let i = 0; i < n; i++) {
			let sum = 0;
			for (let j = 0; j < n; j++) sum += positive[i * n + j]! * x[j]!;
			y[i] = sum;
		}
		return y;
	};
};

/** (1 + cosine)/2 of rows at length 1, `[n × d]`, never written out. */
export const byDirection = (rows: Float32Array, n: number): Times => {
	const d = rows.length / n;
	return (x) => {
		let total = 0;
		const inner = new Float64Array(d);
		for (let i = 0; i < n; i++) {
			total += x[i]!;
			for (let c = 0; c < d; c++) inner[c]! += x[i]! * rows[i * d + c]!;
		}
		return Float64Array.from({ length: n }, (_, i) => {
			let dot = 0;
			for (let c = 0; c < d; c++) dot += rows[i * d + c]! * inner[c]!;
			return (total + dot) / 2;
		});
	};
};

const TURNS = 60;
const STARTS = 10;

/**
 * Spectral clustering (Ng, Jordan and Weiss 2001): the leading eigenvectors of D^-½·A·D^-½ by subspace iteration, rows
 * brought to length 1, k-means with ten starts.
 */
export function spectralClusters(
	times: Times,
	n: number,
	clusters: number,
	uniform: () => number
): Uint16Array {
	const degree = times(new Float64Array(n).fill(1));
	const scale = degree.map((x) => (x > 1e-12 ? 1 / Math.sqrt(x) : 0));
	const k = clusters;
	let basis = Array.from({ length: k }, () =>
		Float64Array.from({ length: n }, () => uniform() - 0.5)
	);
	basis[0] = degree.map((x) => Math.sqrt(Math.max(0, x)));
	for (let turn = 0; turn < TURNS; turn++) {
		basis = basis.map((v) => {
			const w = times(v.map((x, i) => x * scale[i]!));
			// Half of it stays, so that no eigenvalue is below 0.
			return w.map((x, i) => (x * scale[i]! + v[i]!) / 2);
		});
		orthonormalise(basis);
	}
	const points = new Float64Array(n * k);
	for (let i = 0; i < n; i++) {
		const row = basis.map((v) => v[i]!);
		const length = Math.hypot(...row) || 1;
		points.set(
			row.map((x) => x / length),
			i * k
		);
	}
	return kMeans(points, k, k, uniform, { starts: STARTS, turns: 50 });
}

function orthonormalise(basis: Float64Array[]): void {
	basis.forEach((v, i) => {
		for (const earlier of basis.slice(0, i)) {
			let dot = 0;
			for (let c = 0; c < v.length; c++) dot += v[c]! * earlier[c]!;
			for (let c = 0; c < v.length; c++) v[c]! -= dot * earlier[c]!;
		}
		const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0)) || 1;
		for (let c = 0; c < v.length; c++) v[c]! /= length;
	});
}

/** Adjusted mutual information of two clusterings (Vinh, Epps and Bailey 2010), normalised by the mean of the entropies. */
export function adjustedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
	const n = a.length;
	const sizes = (of: ArrayLike<number>) => {
		const out: number[] = Array.from({ length: 1 + Math.max(0, ...Array.from(of)) }, () => 0);
		for (let i = 0; i < n; i++) out[of[i]!]!++;
		return out;
	};
	const [rows, columns] = [sizes(a), sizes(b)];
	const cells = rows.map(() => columns.map(() => 0));
	for (let i = 0; i < n; i++) cells[a[i]!]![b[i]!]!++;
	const entropy = (of: number[]) =>
		-of.reduce((sum, x) => (x > 0 ? sum + (x / n) * Math.log(x / n) : sum), 0);
	let mutual = 0;
	let expected = 0;
	const logs = logFactorials(n);
	rows.forEach((r, i) =>
		columns.forEach((c, j) => {
			const cell = cells[i]![j]!;
			if (cell > 0) mutual += (cell / n) * Math.log((cell * n) / (r * c));
			const fixed = logs[r]! + logs[c]! + logs[n - r]! + logs[n - c]! - logs[n]!;
			for (let x = Math.max(1, r + c - n); x <= Math.min(r, c); x++) {
				const log = fixed - logs[x]! - logs[r - x]! - logs[c - x]! - logs[n - r - c + x]!;
				expected += (x / n) * Math.log((n * x) / (r * c)) * Math.exp(log);
			}
		})
	);
	const mean = (entropy(rows) + entropy(columns)) / 2;
	const room = mean - expected;
	return Math.abs(room) < 1e-15 ? (mutual === expected ? 1 : 0) : (mutual - expected) / room;
}

function logFactorials(n: number): Float64Array {
	const out = new Float64Array(n + 1);
	for (let i = 2; i <= n; i++) out[i] = out[i - 1]! + Math.log(i);
	return out;
}
