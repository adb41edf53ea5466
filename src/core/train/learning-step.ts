/**
 * One step of learning of a TopK SAE with AuxK (Gao et al., https://arxiv.org/abs/2406.04093), gradients by hand: all but
 * the products with the whole encoder, which the runtime does. Only the k chosen features of a token are touched, so that
 * nothing of tokens × features is ever held.
 */
import type { Parameter, SaeState } from './sae-state';

/** So many dead features explain what the others leave over; that counts this much beside the rest. */
export const AUX_K = 256;
export const AUX_SHARE = 1 / 32;
/** A token further from the centre than this many √d counts less, as if it lay there. */
export const FAR = 2.5;
/** Adam's, of the mean of the gradient and of its square. */
export const DECAYS = [0.9, 0.999] as const;
const [FIRST, SECOND] = DECAYS;
export const EPSILON = 1e-12;
/** What decays below this is 0: processors are slow at the smallest numbers. */
const NOTHING = 1e-30;

/** A batch of activations, scaled. */
export interface Batch {
	n: number;
	/** What is encoded, from the centre: [n × d]. */
	u: Float32Array;
	/** How much each token counts, [n]. */
	weights: Float64Array;
	/** The weighted squares of distances from the batch's mean. */
	spread: number;
}

/** The largest activations of each token before the ReLU, [n × k] each. */
export interface Top {
	values: Float32Array;
	features: Int32Array;
}

/** Chosen features with the gradients that lead to them. */
export interface ChosenFeatures extends Top {
	/** Gradient of each token's reconstruction, [n × d]. */
	g: Float32Array;
	/** Gradient of each activation, [n × k]; 0 where it is not above 0. */
	slopes: Float32Array;
}

/** `x`: activations as they are, [n × d]. */
export function batchOf({ d, scale, centre }: SaeState, x: Float32Array): Batch {
	const n = x.length / d;
	const u = new Float32Array(x.length);
	const weights = new Float64Array(n);
	const sums = new Float64Array(d);
	const far = FAR * FAR * d;
	let [all, squares] = [0, 0];
	for (let t = 0, at = 0; t < n; t++, at += d) {
		let square = 0;
		for (let i = 0; i < d; i++) {
			const away = x[at + i]! * scale - centre.value[i]!;
			u[at + i] = away;
			square += away * away;
		}
		const weight = square > far ? far / square : 1;
		weights[t] = weight;
		all += weight;
		squares += weight * square;
		for (let i = 0; i < d; i++) sums[i]! += weight * u[at + i]!;
	}
	let spread = squares;
	for (let i = 0; i < d; i++) spread -= (sums[i]! * sums[i]!) / all;
	return { n, u, weights, spread };
}

/** What is left of `u` when the chosen rows are taken away, [n × d]. */
export function residues(
	{ d, decoder: { value: rows } }: Pick<SaeState, 'd' | 'decoder'>,
	u: Float32Array,
	{ values, features }: Top
): Float32Array {
	const n = u.length / d;
	const k = values.length / n;
	const left = new Float64Array(d);
	const out = new Float32Array(u.length);
	for (let t = 0, at = 0; t < n; t++, at += d) {
		for (let i = 0; i < d; i++) left[i] = u[at + i]!;
		for (let j = t * k; j < (t + 1) * k; j++) {
			const value = values[j]!;
			if (!(value > 0)) continue;
			const row = features[j]! * d;
			for (let i = 0; i < d; i++) left[i]! -= value * rows[row + i]!;
		}
		out.set(left, at);
	}
	return out;
}

/** The gradient of Σ weight · ‖error‖² / `total`, of activations and reconstructions. */
function chosen(
	{ d, decoder: { value: rows } }: SaeState,
	top: Top,
	left: Float32Array,
	weights: Float64Array | null,
	total: number
): ChosenFeatures {
	const n = left.length / d;
	const k = top.values.length / n;
	const g = new Float32Array(left.length);
	const slopes = new Float32Array(top.values.length);
	for (let t = 0, at = 0; t < n; t++, at += d) {
		const factor = (-2 * (weights?.[t] ?? 1)) / total;
		for (let i = 0; i < d; i++) g[at + i] = factor * left[at + i]!;
		for (let j = t * k; j < (t + 1) * k; j++) {
			if (!(top.values[j]! > 0)) continue;
			const row = top.features[j]! * d;
			let slope = 0;
			for (let i = 0; i < d; i++) slope += g[at + i]! * rows[row + i]!;
			slopes[j] = slope;
		}
	}
	return { ...top, g, slopes };
}

/** What the chosen features of a batch leave over, and what that says of them. */
export function explained(
	state: SaeState,
	{ u, weights, spread }: Batch,
	top: Top
): { left: Float32Array; main: ChosenFeatures; unexplained: number } {
	const { d } = state;
	const left = residues(state, u, top);
	let lost = 0;
	for (let t = 0; t < weights.length; t++) {
		let square = 0;
		for (let i = t * d; i < (t + 1) * d; i++) square += left[i]! * left[i]!;
		lost += weights[t]! * square;
	}
	return { left, main: chosen(state, top, left, weights, spread), unexplained: lost / spread };
}

/** Counts silence, and names the features that have been silent on more than `after` tokens. */
export function deadAfter(state: SaeState, { values, features }: Top, n: number, after: number) {
	const { silent } = state;
	for (let f = 0; f < silent.length; f++) silent[f]! += n;
	for (let j = 0; j < values.length; j++) if (values[j]! > 0) silent[features[j]!] = 0;
	const dead: number[] = [];
	for (let f = 0; f < silent.length; f++) if (silent[f]! > after) dead.push(f);
	return Int32Array.from(dead);
}

/** Rows of the encoder and their biases, for the features named. */
export function encoderOf({ d, encoder, bias }: SaeState, features: Int32Array) {
	const rows = new Float32Array(features.length * d);
	features.forEach((f, i) => rows.set(encoder.value.subarray(f * d, (f + 1) * d), i * d));
	return { rows, biases: Float32Array.from(features, (f) => bias.value[f]!) };
}

/** AuxK: dead features explain what the others leave over. `top` numbers them by their place in `dead`. */
export function revived(
	state: SaeState,
	{ weights }: Batch,
	left: Float32Array,
	dead: Int32Array,
	top: Top
): ChosenFeatures {
	const { d } = state;
	const own = { values: top.values, features: top.features.map((i) => dead[i]!) };
	const weighted = left.map((x, i) => x * Math.sqrt(weights[Math.floor(i / d)]!));
	let total = 0;
	for (let i = 0; i < weighted.length; i++) total += weighted[i]! * weighted[i]!;
	const still = residues(state, weighted, own);
	return chosen(state, own, still, null, total / AUX_SHARE);
}

/** Turns every parameter by Adam at this rate; decoder rows are turned only, and keep length 1. */
export function learn(state: SaeState, { u }: Batch, parts: ChosenFeatures[], rate: number): void {
	const { d, features, encoder, decoder, bias, centre } = state;
	state.steps++;
	const adam = adamOf(state.steps, rate);
	const grouped = parts.map((part) =>
		byFeature(part, features, part.values.length / (u.length / d))
	);
	const forEncoder = new Float64Array(d);
	const forDecoder = new Float64Array(d);
	const forBias = new Float64Array(features);
	const forCentre = sumOfRows(parts[0]!.g, d);
	for (let f = 0, row = 0; f < features; f++, row += d) {
		forEncoder.fill(0);
		forDecoder.fill(0);
		for (let p = 0; p < parts.length; p++)
			forBias[f]! += gather(parts[p]!, grouped[p]!, f, u, forEncoder, forDecoder);
		turnFrom(forCentre, encoder.value, row, forBias[f]!);
		project(forDecoder, decoder.value, row);
		adam(encoder, forEncoder, row);
		adam(decoder, forDecoder, row);
		shorten(decoder.value, row, d);
	}
	adam(bias, forBias, 0);
	adam(centre, forCentre, 0);
}

/** Adds up what the tokens of a feature say of its rows, and returns what they say of its bias. */
function gather(
	{ values, g, slopes }: ChosenFeatures,
	{ starts, places, tokens }: Grouped,
	feature: number,
	u: Float32Array,
	forEncoder: Float64Array,
	forDecoder: Float64Array
): number {
	const d = forEncoder.length;
	let sum = 0;
	for (let at = starts[feature]!; at < starts[feature + 1]!; at++) {
		const token = tokens[at]! * d;
		const value = values[places[at]!]!;
		const slope = slopes[places[at]!]!;
		sum += slope;
		for (let i = 0; i < d; i++) {
			forDecoder[i] = forDecoder[i]! + value * g[token + i]!;
			forEncoder[i] = forEncoder[i]! + slope * u[token + i]!;
		}
	}
	return sum;
}

function turnFrom(centre: Float64Array, rows: Float32Array, row: number, slope: number): void {
	if (slope === 0) return;
	for (let i = 0; i < centre.length; i++) centre[i] = centre[i]! - slope * rows[row + i]!;
}

/** Takes from a gradient what would only lengthen a row. */
function project(gradient: Float64Array, rows: Float32Array, row: number): void {
	let along = 0;
	for (let i = 0; i < gradient.length; i++) along += gradient[i]! * rows[row + i]!;
	for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! - along * rows[row + i]!;
}

/** Brings a row to length 1. */
function shorten(rows: Float32Array, row: number, d: number): void {
	let square = 0;
	for (let i = row; i < row + d; i++) square += rows[i]! * rows[i]!;
	const factor = 1 / Math.sqrt(square);
	for (let i = row; i < row + d; i++) rows[i] = rows[i]! * factor;
}

type Grouped = ReturnType<typeof byFeature>;

/** The entries above 0 by feature: token and place of each, and where each feature's begin, [features + 1]. */
function byFeature({ values, features: of }: Top, features: number, k: number) {
	const starts = new Uint32Array(features + 1);
	for (let j = 0; j < values.length; j++) if (values[j]! > 0) starts[of[j]! + 1]!++;
	for (let f = 0; f < features; f++) starts[f + 1]! += starts[f]!;
	const next = starts.slice();
	const places = new Uint32Array(starts[features]!);
	const tokens = new Uint32Array(starts[features]!);
	for (let j = 0; j < values.length; j++) {
		if (!(values[j]! > 0)) continue;
		const at = next[of[j]!]!++;
		places[at] = j;
		tokens[at] = Math.floor(j / k);
	}
	return { starts, places, tokens };
}

function sumOfRows(x: Float32Array, d: number): Float64Array {
	const sums = new Float64Array(d);
	for (let at = 0; at < x.length; at += d) for (let i = 0; i < d; i++) sums[i]! += x[at + i]!;
	return sums;
}

/** What corrects Adam's means for their beginning at 0: of the rate, and of the mean of squares. */
export const adamStep = (steps: number, rate: number) => ({
	size: rate / (1 - FIRST ** steps),
	correction: 1 / (1 - SECOND ** steps)
});

/** Turns the numbers of a parameter from `at` on by their gradient (https://arxiv.org/abs/1412.6980). */
function adamOf(steps: number, rate: number) {
	const { size, correction } = adamStep(steps, rate);
	return ({ value, first, second }: Parameter, gradient: Float64Array, at: number) => {
		for (let i = 0; i < gradient.length; i++, at++) {
			const g = gradient[i]!;
			let m = FIRST * first[at]! + (1 - FIRST) * g;
			if (m < NOTHING && m > -NOTHING) m = 0;
			const v = SECOND * second[at]! + (1 - SECOND) * g * g;
			first[at] = m;
			second[at] = v < NOTHING ? 0 : v;
			value[at]! -= (size * m) / (Math.sqrt(v * correction) + EPSILON);
		}
	};
}
