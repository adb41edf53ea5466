/** A cluster's reconstructions in their principal components, and the score of their planes. */
import { dot } from '../../../math/dot';
import { eigenOf } from '../../../math/eigen';
import { shuffle } from '../../../math/random';
import type { PlaneMeasure } from './circles';
import { mixture, separability } from './measures';

const COMPONENTS = 5;
/** Planes of which less lies on a line than this are dropped, as in the paper. */
const LEAST_MIXTURE = 0.01;
const LEVEL = 0.01;
const SHUFFLES = 99;
/** Shuffles that do as well, after which no more are made. */
const ENOUGH = 3;

/** Where a feature is active, among the tokens that are read. */
export interface ActiveTokens {
	tokens: Uint32Array;
	activations: Float32Array;
}

export interface PointCluster {
	/** Tokens on which any feature is active, and those of them that are points. */
	active: number;
	points: Uint32Array;
	/** [points × features] */
	activations: Float64Array;
}

/** Of each feature its direction in an orthonormal basis of what all of them span, `[features × basis]`. */
export interface Directions {
	directions: Float64Array;
	basis: number;
}

/** The tokens on which any feature is active, in rising order; a random part of them where there are more than `most`. */
export function clusterOf(
	features: readonly ActiveTokens[],
	most: number,
	uniform: () => number
): PointCluster {
	const all = new Set<number>();
	for (const { tokens } of features) for (const t of tokens) all.add(t);
	const chosen = Array.from(all);
	if (chosen.length > most) shuffle(chosen, uniform);
	const points = Uint32Array.from(chosen.slice(0, most)).sort();
	const place = new Map(Array.from(points, (token, i) => [token, i]));
	const activations = new Float64Array(points.length * features.length);
	features.forEach(({ tokens, activations: values }, i) =>
		tokens.forEach((token, at) => {
			const t = place.get(token);
			if (t !== undefined) activations[t * features.length + i] = values[at]!;
		})
	);
	return { active: all.size, points, activations };
}

/** Directions, `[features × d]`, in an orthonormal basis of what they span. */
export function inOwnBasis(rows: readonly ArrayLike<number>[]): Directions {
	const basis: Float64Array[] = [];
	for (const row of rows) {
		const rest = Float64Array.from(row);
		const length = Math.sqrt(dot(rest, rest));
		// Twice, so that rounding leaves nothing along the earlier ones.
		for (let turn = 0; turn < 2; turn++)
			for (const one of basis) {
				const along = dot(rest, one);
				for (let c = 0; c < rest.length; c++) rest[c]! -= along * one[c]!;
			}
		const left = Math.sqrt(dot(rest, rest));
		if (left > 1e-6 * length && length > 0) basis.push(rest.map((x) => x / left));
	}
	const directions = new Float64Array(rows.length * basis.length);
	rows.forEach((row, i) =>
		basis.forEach((one, b) => (directions[i * basis.length + b] = dot(row, one)))
	);
	return { directions, basis: basis.length };
}

export interface Components {
	/** Of each component, its coordinate of every point; at most five. */
	coordinates: Float64Array[];
	/** Shares of the variance. */
	variance: number[];
}

/** Principal components of the reconstructions, less their mean. */
export function componentsOf(
	{ points, activations }: PointCluster,
	{ directions, basis: r }: Directions
): Components {
	const n = points.length;
	const m = activations.length / n;
	const x = new Float64Array(n * r);
	const mean = new Float64Array(r);
	for (let t = 0; t < n; t++)
		for (let i = 0; i < m; i++) {
			const z = activations[t * m + i]!;
			if (z !== 0) for (let b = 0; b < r; b++) x[t * r + b]! += z * directions[i * r + b]!;
		}
	for (let t = 0; t < n; t++) for (let b = 0; b < r; b++) mean[b]! += x[t * r + b]! / n;
	const covariance = new Float64Array(r * r);
	for (let t = 0; t < n; t++)
		for (let a = 0; a < r; a++) {
			x[t * r + a]! -= mean[a]!;
			for (let b = 0; b <= a; b++) covariance[a * r + b]! += (x[t * r + a]! * x[t * r + b]!) / n;
		}
	for (let a = 0; a < r; a++)
		for (let b = 0; b < a; b++) covariance[b * r + a] = covariance[a * r + b]!;
	const { values, vectors } = eigenOf(covariance, r);
	const total = values.reduce((sum, value) => sum + value, 0);
	const coordinates: Float64Array[] = [];
	for (let k = 0; k < Math.min(COMPONENTS, r) && values[k]! > 1e-9 * total; k++) {
		const vector = vectors.subarray(k * r, k * r + r);
		coordinates.push(
			Float64Array.from({ length: n }, (_, t) => dot(vector, x.subarray(t * r, t * r + r)))
		);
	}
	return { coordinates, variance: coordinates.map((_, k) => values[k]! / total) };
}

/** Planes of neighbouring components, and the mean of (1 − M)·S over those with M ≥ 0.01; 0 where there are none. */
export function scorePlanes({ coordinates }: Components): {
	planes: PlaneMeasure[];
	score: number;
} {
	const planes = coordinates.slice(1).map((y, k): PlaneMeasure => {
		const x = coordinates[k]!;
		return { axes: [k + 1, k + 2], separability: separability(x, y), mixture: mixture(x, y) };
	});
	const kept = planes.filter(({ mixture }) => mixture >= LEAST_MIXTURE);
	const sum = kept.reduce((all, plane) => all + scoreOfPlane(plane), 0);
	return { planes, score: kept.length > 0 ? sum / kept.length : 0 };
}

export const scoreOfPlane = ({ separability: s, mixture: m }: PlaneMeasure): number => (1 - m) * s;

/**
 * Scores with each feature's activations dealt out anew among the `all` tokens read, by itself, and p (Besag and Clifford
 * 1991): shuffling ends once three have done as well. `pause` is called between them.
 */
export async function againstShuffled(
	features: readonly ActiveTokens[],
	{ all, most, score }: { all: number; most: number; score: number },
	directions: Directions,
	uniform: () => number,
	pause: () => Promise<unknown>
): Promise<{ scores: number[]; p: number; found: boolean }> {
	const scores: number[] = [];
	let asWell = 0;
	while (scores.length < SHUFFLES && asWell < ENOUGH) {
		const dealt = features.map((one) => dealtOut(one, all, uniform));
		const other = scorePlanes(componentsOf(clusterOf(dealt, most, uniform), directions)).score;
		scores.push(other);
		if (other >= score) asWell++;
		await pause();
	}
	const p = asWell === ENOUGH ? ENOUGH / scores.length : (1 + asWell) / (1 + SHUFFLES);
	return { scores, p, found: p <= LEVEL };
}

/** The same activations on as many tokens of chance: Floyd's sampling. */
function dealtOut({ activations }: ActiveTokens, all: number, uniform: () => number): ActiveTokens {
	const drawn = new Set<number>();
	for (let j = all - activations.length; j < all; j++) {
		const t = Math.floor(uniform() * (j + 1));
		drawn.add(drawn.has(t) ? j : t);
	}
	const tokens = Uint32Array.from(drawn);
	shuffle(tokens, uniform);
	return { tokens, activations };
}
