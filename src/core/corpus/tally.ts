/**
 * What a walk over texts knows of one SAE. Two tallies of different texts add up to that of both: counts, maxima,
 * histograms and kept places exactly; sums of decimal numbers in float64, so that their order may change the last
 * of their 15 digits.
 */
import { byFeature, type SparseRows } from '../math/sparse';
import {
	addKept,
	BEFORE,
	boundsOf,
	drawn,
	newKept,
	offer,
	stronger,
	type Kept,
	type Place
} from './examples';
import { addHistograms, countActivation, newHistograms, type Histograms } from './histogram';
import { addTokenCounts, countPair, newTokenCounts, type TokenCounts } from './token-counts';

/** Places kept of each feature: where it was strongest, and drawn from all windows in which it was active. */
const STRONGEST = 8;
const DRAWN = 6;

export interface Tally {
	/** Tokens that counted: all but special ones. */
	tokens: number;
	/** [features]: on how many it was active. */
	count: Float64Array;
	/** [features] */
	sum: Float64Array;
	/** [features] */
	max: Float32Array;
	histograms: Histograms;
	strongest: Kept;
	drawn: Kept;
	byToken: TokenCounts;
	errors: Errors;
}

/** What reconstructions miss, summed over tokens. */
export interface Errors {
	/** Σ‖x−x̂‖², Σ‖x‖² and Σ‖x−x̂‖²/‖x‖² */
	error: number;
	square: number;
	ratio: number;
	/** [dIn]: Σx */
	total: Float64Array;
}

export const newErrors = (dIn: number): Errors => ({
	error: 0,
	square: 0,
	ratio: 0,
	total: new Float64Array(dIn)
});

/** A window as the model reads it; its tokens from `first` on count, those before are special. */
export interface Window {
	digest: number;
	ids: ArrayLike<number>;
	first: number;
	/** Its document is held out: no example comes from it. */
	held: boolean;
}

/** For 24,576 features: 43 MB, and up to 48 MB for the table of tokens. */
export function newTally(features: number, dIn: number): Tally {
	return {
		tokens: 0,
		count: new Float64Array(features),
		sum: new Float64Array(features),
		max: new Float32Array(features),
		histograms: newHistograms(features),
		strongest: newKept(features, STRONGEST),
		drawn: newKept(features, DRAWN),
		byToken: newTokenCounts(),
		errors: newErrors(dIn)
	};
}

/** Counts the codes of a window: row t is that of token `first + t`. */
export function countCodes(tally: Tally, window: Window, codes: SparseRows, vocab: number): void {
	const features = tally.count.length;
	tally.tokens += codes.offsets.length - 1;
	const { offsets, tokens, activations } = byFeature(codes, features);
	for (let f = 0; f < features; f++) {
		const [from, to] = [offsets[f]!, offsets[f + 1]!];
		if (from === to) continue;
		tally.count[f]! += to - from;
		for (let i = from; i < to; i++) {
			const a = activations[i]!;
			tally.sum[f]! += a;
			if (a > tally.max[f]!) tally.max[f] = a;
			countActivation(tally.histograms, f, a);
			countPair(tally.byToken, f * vocab + window.ids[window.first + tokens[i]!]!);
		}
		if (!window.held)
			keepPlaces(tally, f, window, {
				tokens: tokens.subarray(from, to),
				activations: activations.subarray(from, to)
			});
	}
}

/** Counts what a token's reconstruction misses of it. */
export function countError(errors: Errors, x: Float32Array, y: Float32Array): void {
	let [error, square] = [0, 0];
	for (let c = 0; c < x.length; c++) {
		error += (x[c]! - y[c]!) ** 2;
		square += x[c]! ** 2;
		errors.total[c]! += x[c]!;
	}
	errors.error += error;
	errors.square += square;
	if (square > 0) errors.ratio += error / square;
}

export function addErrors(into: Errors, from: Errors): void {
	into.error += from.error;
	into.square += from.square;
	into.ratio += from.ratio;
	for (let c = 0; c < into.total.length; c++) into.total[c]! += from.total[c]!;
}

export function addTally(into: Tally, from: Tally): void {
	into.tokens += from.tokens;
	addErrors(into.errors, from.errors);
	for (let f = 0; f < into.count.length; f++) {
		into.count[f]! += from.count[f]!;
		into.sum[f]! += from.sum[f]!;
		into.max[f] = Math.max(into.max[f]!, from.max[f]!);
	}
	addHistograms(into.histograms, from.histograms);
	addKept(into.strongest, from.strongest, stronger);
	addKept(into.drawn, from.drawn, drawn);
	addTokenCounts(into.byToken, from.byToken);
}

/** Metrics that a tally knows by itself; the loss has to be measured. */
export interface TallyMetrics {
	l0: number;
	nmse: number;
	/** Against the mean of these very texts. */
	fvu: number;
	/** Share of features that were never active. */
	dead: number;
	tokens: number;
}

export function metricsOf({ tokens, count, errors }: Tally): TallyMetrics {
	const { error, square, ratio, total } = errors;
	const active = count.reduce((sum, n) => sum + n, 0);
	const spread = square - total.reduce((sum, x) => sum + x * x, 0) / tokens;
	return {
		l0: active / tokens,
		nmse: ratio / tokens,
		fvu: error / spread,
		dead: count.reduce((n, times) => n + (times === 0 ? 1 : 0), 0) / count.length,
		tokens
	};
}

/** Densities are shown as powers of ten, from and to, in steps. */
const [SPARSEST, STEP, STEPS] = [-6, 0.5, 12];

/** Features by log10 of the share of tokens on which they are active, the silent ones left out. */
export function densitiesOf({ count, tokens }: Pick<Tally, 'count' | 'tokens'>) {
	const counts = new Array<number>(STEPS).fill(0);
	count.forEach((times) => {
		if (times === 0) return;
		const bin = Math.floor((Math.log10(times / tokens) - SPARSEST) / STEP);
		counts[Math.min(STEPS - 1, Math.max(0, bin))]!++;
	});
	return { edges: Array.from({ length: STEPS + 1 }, (_, i) => SPARSEST + i * STEP), counts };
}

/** A feature's active tokens in a window, counted from the first that is not special, in rising order. */
interface Fired {
	tokens: Uint32Array;
	activations: Float32Array;
}

function keepPlaces(tally: Tally, feature: number, window: Window, fired: Fired): void {
	const place = (i: number): Place => ({
		window: window.digest,
		position: window.first + fired.tokens[i]!,
		a: fired.activations[i]!
	});
	const view = (at: Place) => (into: Float32Array) => {
		const { start, end } = boundsOf(at.position, window.first, window.ids.length);
		fired.tokens.forEach((t, i) => {
			const position = window.first + t;
			if (position >= start && position < end)
				into[position - at.position + BEFORE] = fired.activations[i]!;
		});
	};
	let best = 0;
	fired.activations.forEach((a, i) => {
		if (a > fired.activations[best]!) best = i;
	});
	const strongest = place(best);
	offer(tally.strongest, stronger, feature, strongest, view(strongest));
	const any = place(peakNear(fired, window.digest % fired.tokens.length));
	offer(tally.drawn, drawn, feature, any, view(any));
}

/** From an active token to the strongest of those shown with it, until it is that itself. */
function peakNear({ tokens, activations }: Fired, from: number): number {
	for (let at = from; ;) {
		const { start, end } = boundsOf(tokens[at]!, 0, Infinity);
		let best = at;
		for (let i = 0; i < tokens.length; i++)
			if (tokens[i]! >= start && tokens[i]! < end && activations[i]! > activations[best]!) best = i;
		if (best === at) return at;
		at = best;
	}
}
