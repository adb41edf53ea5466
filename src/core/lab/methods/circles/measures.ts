/** What tells a plane of many points from two independent features, and from one that is mostly off. */

const BINS = 10;
/** Of a quarter turn: 100 of a full one, after which mutual information repeats. */
const ANGLES = 25;
const EPSILON = 0.1;
/** Of a half turn, and centres of the range: the grid on which the ε-mixture is sought. */
const DIRECTIONS = 36;
const CENTRES = 201;

/** Mutual information of x and y in bits, by a histogram over their ranges. Constant axes have none. */
function mutualInformation(x: Float64Array, y: Float64Array, bins = BINS): number {
	const n = x.length;
	const [a, b] = [binsOf(x, bins), binsOf(y, bins)];
	const joint = new Float64Array(bins * bins);
	const rows = new Float64Array(bins);
	const columns = new Float64Array(bins);
	for (let i = 0; i < n; i++) {
		joint[a[i]! * bins + b[i]!]!++;
		rows[a[i]!]!++;
		columns[b[i]!]!++;
	}
	let bits = 0;
	for (let r = 0; r < bins; r++)
		for (let c = 0; c < bins; c++) {
			const count = joint[r * bins + c]!;
			if (count > 0) bits += (count / n) * Math.log2((count * n) / (rows[r]! * columns[c]!));
		}
	return Math.max(0, bits);
}

/** Of each value its bin, the last one closed on both sides. */
function binsOf(x: Float64Array, bins: number): Uint8Array {
	let [low, high] = [Infinity, -Infinity];
	for (const value of x) {
		if (value < low) low = value;
		if (value > high) high = value;
	}
	const scale = high > low ? bins / (high - low) : 0;
	return Uint8Array.from(x, (value) => Math.min(bins - 1, Math.floor((value - low) * scale)));
}

/** The least mutual information of two axes over all rotations of them, in bits. */
export function separability(x: Float64Array, y: Float64Array): number {
	let least = Infinity;
	for (let i = 0; i < ANGLES; i++) {
		const [cos, sin] = turned((i * Math.PI) / 2 / ANGLES);
		const along = x.map((value, t) => cos * value + sin * y[t]!);
		const across = x.map((value, t) => cos * y[t]! - sin * value);
		least = Math.min(least, mutualInformation(along, across));
	}
	return least;
}

/** The greatest share of points with |v·f + c| < ε·rms(v·f + c), over directions v and offsets c; 1 where all are alike. */
export function mixture(x: Float64Array, y: Float64Array): number {
	let most = 0;
	for (let i = 0; i < DIRECTIONS; i++) {
		const [cos, sin] = turned((i * Math.PI) / DIRECTIONS);
		const along = x.map((value, t) => cos * value + sin * y[t]!).sort();
		most = Math.max(most, densest(along));
	}
	return most;
}

/** The greatest share of sorted values in such a window around a centre of the grid. */
function densest(sorted: Float64Array): number {
	const n = sorted.length;
	const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
	const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
	const [low, range] = [sorted[0]!, sorted[n - 1]! - sorted[0]!];
	if (range === 0) return 1;
	let [from, to, most] = [0, 0, 0];
	for (let c = 0; c < CENTRES; c++) {
		const centre = low + (c * range) / (CENTRES - 1);
		const half = EPSILON * Math.sqrt(variance + (mean - centre) ** 2);
		while (from > 0 && sorted[from - 1]! > centre - half) from--;
		while (from < n && sorted[from]! <= centre - half) from++;
		while (to > 0 && sorted[to - 1]! >= centre + half) to--;
		while (to < n && sorted[to]! < centre + half) to++;
		most = Math.max(most, to - from);
	}
	return most / n;
}

const turned = (angle: number): [cos: number, sin: number] => [Math.cos(angle), Math.sin(angle)];

const ORDERS = 999;

export interface Round {
	/** 1 where the places lie on the circle evenly and in order; angles in radians. */
	r: number;
	angles: number[];
}

/**
 * How far places go round their centre in their order, either way: |mean of exp(i·(θ_j ∓ 2π·j/k))|, the larger.
 * Fewer than three have no order on a circle; r is 0.
 */
export function aroundInOrder(x: readonly number[], y: readonly number[]): Round {
	const k = x.length;
	const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / k;
	const [cx, cy] = [mean(x), mean(y)];
	const angles = x.map((value, j) => Math.atan2(y[j]! - cy, value - cx));
	if (k < 3) return { r: 0, angles };
	return { r: inOrder(angles), angles };
}

function inOrder(angles: readonly number[]): number {
	const k = angles.length;
	const way = (sign: number) => {
		let [re, im] = [0, 0];
		angles.forEach((angle, j) => {
			re += Math.cos(angle - (sign * 2 * Math.PI * j) / k);
			im += Math.sin(angle - (sign * 2 * Math.PI * j) / k);
		});
		return Math.hypot(re, im) / k;
	};
	return Math.max(way(1), way(-1));
}

/**
 * The best of several planes, and how often orders drawn at random do as well in their best: p = (1 + those) / 1000.
 * `planes`: of each the angles of the same places.
 */
export function roundTest(
	planes: readonly (readonly number[])[],
	uniform: () => number,
	mixed: (order: number[], uniform: () => number) => void
): { plane: number; r: number; p: number } {
	const best = (order: readonly number[]) => planes.map((of) => inOrder(order.map((j) => of[j]!)));
	const order = Array.from(planes[0]!, (_, j) => j);
	const own = best(order);
	const r = Math.max(...own);
	let asWell = 0;
	for (let i = 0; i < ORDERS; i++) {
		mixed(order, uniform);
		if (Math.max(...best(order)) >= r - 1e-12) asWell++;
	}
	return { plane: own.indexOf(r), r, p: (1 + asWell) / (1 + ORDERS) };
}
