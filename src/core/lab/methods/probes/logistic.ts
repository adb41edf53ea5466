/**
 * Linear classifiers of two classes by proximal Newton steps, as glmnet takes them (Friedman, Hastie and Tibshirani 2010):
 * minimises Σ c·ℓ(y·f) / Σ c + l1·‖w‖₁ + l2/2·‖w‖², f = X·w + b, with classes weighed alike and b free.
 */

/** Few columns of many samples, column after column: column j is `data[j·n .. (j+1)·n]`. */
export interface Columns {
	n: number;
	m: number;
	data: Float32Array;
}

export interface Linear {
	w: Float64Array;
	b: number;
}

interface Fit {
	loss: 'logistic' | 'squared-hinge';
	l1: number;
	l2: number;
}

const STEPS = 40;
const SWEEPS = 200;
const ENOUGH = 1e-9;

/** `y`: 1 for positives, 0 for negatives; both must occur. */
export function fitLinear({ n, m, data }: Columns, y: Uint8Array, { loss, l1, l2 }: Fit): Linear {
	const positives = y.reduce((sum, one) => sum + one, 0);
	const weight = [0.5 / (n - positives), 0.5 / positives] as const;
	const model = { w: new Float64Array(m), b: 0 };
	const f = new Float64Array(n);
	const of = LOSSES[loss];
	const value = (at: Linear, scores: Float64Array) => {
		let sum = 0;
		for (let i = 0; i < n; i++) sum += weight[y[i]!]! * of.value((y[i] ? 1 : -1) * scores[i]!);
		for (const w of at.w) sum += l1 * Math.abs(w) + (l2 / 2) * w * w;
		return sum;
	};
	let current = value(model, f);
	for (let step = 0; step < STEPS; step++) {
		const target = newton({ n, m, data }, y, weight, f, model, of, l1, l2);
		const next = lineSearch({ n, m, data }, model, target, f, current, value);
		if (next === null) break;
		const gain = current - next;
		current = next;
		if (gain <= ENOUGH * Math.max(1e-3, current)) break;
	}
	return model;
}

/** Value and the first two derivatives by the margin y·f. */
const LOSSES = {
	logistic: {
		value: (t: number) => (t > 0 ? Math.log1p(Math.exp(-t)) : -t + Math.log1p(Math.exp(t))),
		slope: (t: number) => -1 / (1 + Math.exp(t)),
		bend: (t: number) => {
			const p = 1 / (1 + Math.exp(-Math.abs(t)));
			return Math.max(1e-10, p * (1 - p));
		}
	},
	'squared-hinge': {
		value: (t: number) => Math.max(0, 1 - t) ** 2,
		slope: (t: number) => -2 * Math.max(0, 1 - t),
		bend: (t: number) => (t < 1 ? 2 : 1e-10)
	}
};
type Loss = (typeof LOSSES)[keyof typeof LOSSES];

/** Where the quadratic model of the loss at the current point, with the penalties, is least: by coordinate descent. */
function newton(
	{ n, m, data }: Columns,
	y: Uint8Array,
	weight: readonly [number, number],
	f: Float64Array,
	{ w, b }: Linear,
	loss: Loss,
	l1: number,
	l2: number
): Linear {
	const size = m + 1;
	const gram = new Float64Array(size * size);
	const slope = new Float64Array(size);
	const bends = new Float64Array(n);
	for (let i = 0; i < n; i++) {
		const sign = y[i] ? 1 : -1;
		const c = weight[y[i]!]!;
		const t = sign * f[i]!;
		const g = c * sign * loss.slope(t);
		const h = (bends[i] = c * loss.bend(t));
		slope[m]! += g;
		gram[m * size + m]! += h;
		for (let j = 0; j < m; j++) {
			const x = data[j * n + i]!;
			if (x === 0) continue;
			slope[j]! += g * x;
			gram[m * size + j]! += h * x;
		}
	}
	for (let j = 0; j < m; j++)
		for (let k = j; k < m; k++) {
			let sum = 0;
			for (let i = 0; i < n; i++) sum += bends[i]! * data[j * n + i]! * data[k * n + i]!;
			gram[j * size + k] = gram[k * size + j] = sum;
		}
	for (let j = 0; j < m; j++) gram[j * size + m] = gram[m * size + j]!;
	const to = Float64Array.from([...w, b]);
	// Gradient of the quadratic model at `to`.
	const gradient = slope.slice();
	for (let sweep = 0; sweep < SWEEPS; sweep++) {
		let moved = 0;
		for (let j = 0; j < size; j++) {
			const bend = gram[j * size + j]! + (j < m ? l2 : 0);
			if (bend <= 1e-14) continue;
			const smooth = bend * to[j]! - gradient[j]! - (j < m ? l2 * to[j]! : 0);
			const next = j < m ? soft(smooth, l1) / bend : smooth / bend;
			const change = next - to[j]!;
			if (change === 0) continue;
			to[j] = next;
			moved = Math.max(moved, bend * change * change);
			for (let k = 0; k < size; k++) gradient[k]! += gram[k * size + j]! * change;
		}
		if (moved < 1e-16) break;
	}
	return { w: to.slice(0, m), b: to[m]! };
}

const soft = (x: number, by: number): number => Math.sign(x) * Math.max(0, Math.abs(x) - by);

/** Moves `model` and its scores towards `target` as far as that helps; the new value, null where nothing helps. */
function lineSearch(
	{ n, m, data }: Columns,
	model: Linear,
	target: Linear,
	f: Float64Array,
	current: number,
	value: (at: Linear, scores: Float64Array) => number
): number | null {
	const direction = new Float64Array(n).fill(target.b - model.b);
	const by = target.w.map((w, j) => w - model.w[j]!);
	for (let j = 0; j < m; j++) {
		if (by[j] === 0) continue;
		for (let i = 0; i < n; i++) direction[i]! += by[j]! * data[j * n + i]!;
	}
	for (let share = 1; share > 1e-8; share /= 2) {
		const scores = f.map((x, i) => x + share * direction[i]!);
		const at = {
			w: model.w.map((w, j) => w + share * by[j]!),
			b: model.b + share * (target.b - model.b)
		};
		const next = value(at, scores);
		if (next >= current) continue;
		f.set(scores);
		model.w.set(at.w);
		model.b = at.b;
		return next;
	}
	return null;
}
