/** Ways to choose the units that tell a label best, from what they do on the tokens of a text. */
import { fitLinear, type Columns } from './logistic';

/** Features or neurons over some tokens. */
export interface Units {
	size: number;
	/** Calls `visit` with each token on which a unit is not 0, and its value. */
	each(unit: number, visit: (token: number, value: number) => void): void;
	/** Calls `visit` with each unit that is not 0 on a token, and its value. */
	at(token: number, visit: (unit: number, value: number) => void): void;
	/** What a unit must exceed to count as active, for mutual information. */
	threshold(unit: number): number;
}

export const SELECTORS = [
	'mean difference',
	'F statistic',
	'mutual information',
	'L1 logistic regression',
	'linear SVM'
] as const;
export type Selector = (typeof SELECTORS)[number];

/** Units that the last two selectors choose among: the best by mean difference (telescoping). */
const CANDIDATES = 32;
const L1 = 0.01;
const L2 = 1e-3;
/** Standard deviations below it count as it. */
const LEAST_SPREAD = 1e-3;

/** The tokens that are learned from: `labels` is 1 for positives; `used` says which tokens count. */
export interface Labelling {
	labels: Uint8Array;
	used: Uint8Array;
}

/** Units by each selector, best first; units that tell nothing are left out. */
export function rankedUnits(units: Units, given: Labelling, k: number): Map<Selector, number[]> {
	const scores = scoresOf(units, given);
	const order = (by: Float64Array) =>
		Array.from(by, (_, unit) => unit)
			.filter((unit) => by[unit]! > 0)
			.sort((a, b) => by[b]! - by[a]! || a - b);
	const byMean = order(scores['mean difference']);
	const out = new Map<Selector, number[]>();
	const candidates = byMean.slice(0, Math.max(CANDIDATES, k));
	for (const selector of SELECTORS) {
		if (selector === 'L1 logistic regression' || selector === 'linear SVM') {
			const columns = columnsOf(units, candidates, given.used);
			const y = labelsOf(given);
			const { w } =
				selector === 'linear SVM'
					? fitLinear(columns.x, y, { loss: 'squared-hinge', l1: 0, l2: L2 })
					: fitLinear(columns.x, y, { loss: 'logistic', l1: L1, l2: 0 });
			const by = candidates.map((unit, i) => ({ unit, weight: Math.abs(w[i]!), i }));
			out.set(
				selector,
				by.toSorted((a, b) => b.weight - a.weight || a.i - b.i).map(({ unit }) => unit)
			);
		} else out.set(selector, order(scores[selector]));
	}
	return out;
}

/** Picks the best unit by mean difference for any labels of the same tokens, from what the positives do alone. */
export function picker(units: Units, used: Uint8Array): (labels: Uint8Array) => number | null {
	const totals = new Float64Array(units.size);
	for (let unit = 0; unit < units.size; unit++)
		units.each(unit, (t, a) => {
			if (used[t]) totals[unit]! += a;
		});
	const n = used.reduce((sum, one) => sum + one, 0);
	return (labels) => {
		const sums = new Float64Array(units.size);
		let positives = 0;
		labels.forEach((label, t) => {
			if (!label || !used[t]) return;
			positives++;
			units.at(t, (unit, a) => (sums[unit]! += a));
		});
		let [best, most] = [null as number | null, 0];
		for (let unit = 0; unit < units.size; unit++) {
			const rest = (totals[unit]! - sums[unit]!) / (n - positives);
			const difference = Math.abs(sums[unit]! / positives - rest);
			if (difference > most) [best, most] = [unit, difference];
		}
		return best;
	};
}

/** By unit: |mean of positives − mean of negatives|, F of the analysis of variance, and mutual information in nats. */
export function scoresOf(
	units: Units,
	{ labels, used }: Labelling
): Record<'mean difference' | 'F statistic' | 'mutual information', Float64Array> {
	const counts = [0, 0];
	used.forEach((one, t) => one && counts[labels[t]!]!++);
	const [n0, n1] = counts as [number, number];
	const n = n0 + n1;
	const mean = new Float64Array(units.size);
	const f = new Float64Array(units.size);
	const information = new Float64Array(units.size);
	for (let unit = 0; unit < units.size; unit++) {
		const sums = [0, 0];
		const active = [0, 0];
		let squares = 0;
		const threshold = units.threshold(unit);
		let seen = [0, 0];
		units.each(unit, (t, a) => {
			if (!used[t]) return;
			const y = labels[t]!;
			sums[y]! += a;
			squares += a * a;
			seen[y]!++;
			if (a > threshold) active[y]!++;
		});
		// Tokens that are not visited are 0.
		if (threshold < 0) for (const y of [0, 1]) active[y]! += counts[y]! - seen[y]!;
		seen = [];
		const [m0, m1] = [sums[0]! / n0, sums[1]! / n1];
		const all = (sums[0]! + sums[1]!) / n;
		const between = n0 * (m0 - all) ** 2 + n1 * (m1 - all) ** 2;
		const within = squares - n0 * m0 ** 2 - n1 * m1 ** 2;
		mean[unit] = Math.abs(m1 - m0);
		f[unit] = between === 0 ? 0 : within > 0 ? between / (within / (n - 2)) : Infinity;
		information[unit] = mutual(active as [number, number], [n0, n1]);
	}
	return { 'mean difference': mean, 'F statistic': f, 'mutual information': information };
}

/** Of two variables of two values, in nats: how many of each class are active. */
function mutual(active: [number, number], counts: [number, number]): number {
	const n = counts[0] + counts[1];
	const on = active[0] + active[1];
	let sum = 0;
	for (const y of [0, 1] as const)
		for (const [cell, row] of [
			[active[y], on],
			[counts[y] - active[y], n - on]
		] as const)
			if (cell > 0) sum += (cell / n) * Math.log((cell * n) / (row * counts[y]));
	return Math.max(0, sum);
}

/** Some units over the tokens that count, each less its mean and over its standard deviation. */
export function columnsOf(
	units: Units,
	chosen: readonly number[],
	used: Uint8Array,
	scale?: Scale[]
): { x: Columns; scale: Scale[] } {
	const place = new Int32Array(used.length).fill(-1);
	let n = 0;
	used.forEach((one, t) => one && (place[t] = n++));
	const data = new Float32Array(n * chosen.length);
	const scales = chosen.map((unit, j) => {
		const column = data.subarray(j * n, (j + 1) * n);
		units.each(unit, (t, a) => {
			if (place[t]! >= 0) column[place[t]!] = a;
		});
		const own = scale?.[j] ?? scaleOf(column);
		for (let i = 0; i < n; i++) column[i] = (column[i]! - own.mean) / own.spread;
		return own;
	});
	return { x: { n, m: chosen.length, data }, scale: scales };
}

export interface Scale {
	mean: number;
	spread: number;
}

function scaleOf(column: Float32Array): Scale {
	let mean = 0;
	for (const x of column) mean += x / column.length;
	let square = 0;
	for (const x of column) square += (x - mean) ** 2 / column.length;
	return { mean, spread: Math.max(LEAST_SPREAD, Math.sqrt(square)) };
}

/** Labels of the tokens that count. */
export const labelsOf = ({ labels, used }: Labelling): Uint8Array =>
	labels.filter((_, t) => used[t]);
