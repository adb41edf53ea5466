/**
 * What a pass over a corpus counts of one SAE. Tallies of different parts of the corpus merge into that of all of
 * it: counts, maxima, histograms and samples exactly; sums of float64 up to the last of their 15 digits, which
 * depends on the order of addition.
 */
import { byFeature, type SparseRows } from '../math/sparse';
import {
	excerptsOf,
	mergePeakSamples,
	newPeakSample,
	overlap,
	samplePeaks,
	type Excerpt,
	type PeakSample
} from './examples';
import {
	countActivation,
	mergeHistograms,
	newHistograms,
	quantileOf,
	type Histograms
} from './histogram';
import { countPair, mergeTokenCounts, newTokenCounts, type TokenCounts } from './token-counts';
import type { TokenWindow } from './windows';

/** Peaks kept of each feature: its strongest, and others drawn from all windows in which it was active. */
const STRONGEST = 10;
const DRAWN = 6;

export interface SaeTally {
	/** Tokens that counted: all but special ones. */
	tokens: number;
	/** [features]: on how many of them it was active. */
	count: Float64Array;
	/** [features]: sum of activations. */
	sum: Float64Array;
	/** [features] */
	max: Float32Array;
	histograms: Histograms;
	strongest: PeakSample;
	drawn: PeakSample;
	byToken: TokenCounts;
	errors: ErrorSums;
}

/** Sums over tokens of what SAEs reconstruct, and how far from it they are. */
export interface ErrorSums {
	/** Σ‖x−x̂‖², Σ‖x‖² and Σ‖x−x̂‖²/‖x‖² */
	error: number;
	square: number;
	ratio: number;
	/** [dIn]: Σx */
	total: Float64Array;
}

export const newErrorSums = (dIn: number): ErrorSums => ({
	error: 0,
	square: 0,
	ratio: 0,
	total: new Float64Array(dIn)
});

/** For 24,576 features: 51 MB, and up to 48 MB for the table of tokens. */
export function newSaeTally(features: number, dIn: number): SaeTally {
	return {
		tokens: 0,
		count: new Float64Array(features),
		sum: new Float64Array(features),
		max: new Float32Array(features),
		histograms: newHistograms(features),
		strongest: newPeakSample('strongest', features, STRONGEST),
		drawn: newPeakSample('drawn', features, DRAWN),
		byToken: newTokenCounts(),
		errors: newErrorSums(dIn)
	};
}

/** Counts the codes of a window: row t is that of token `first + t`. */
export function countCodes(
	tally: SaeTally,
	window: TokenWindow,
	codes: SparseRows,
	vocab: number
): void {
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
			samplePeaks(tally, f, window, {
				tokens: tokens.subarray(from, to),
				activations: activations.subarray(from, to)
			});
	}
}

/** Adds a token and its reconstruction. */
export function countError(sums: ErrorSums, x: Float32Array, reconstruction: Float32Array): void {
	let [error, square] = [0, 0];
	for (let c = 0; c < x.length; c++) {
		error += (x[c]! - reconstruction[c]!) ** 2;
		square += x[c]! ** 2;
		sums.total[c]! += x[c]!;
	}
	sums.error += error;
	sums.square += square;
	if (square > 0) sums.ratio += error / square;
}

export function addErrorSums(into: ErrorSums, from: ErrorSums): void {
	into.error += from.error;
	into.square += from.square;
	into.ratio += from.ratio;
	for (let c = 0; c < into.total.length; c++) into.total[c]! += from.total[c]!;
}

export function mergeSaeTallies(into: SaeTally, from: SaeTally): void {
	into.tokens += from.tokens;
	addErrorSums(into.errors, from.errors);
	for (let f = 0; f < into.count.length; f++) {
		into.count[f]! += from.count[f]!;
		into.sum[f]! += from.sum[f]!;
		into.max[f] = Math.max(into.max[f]!, from.max[f]!);
	}
	mergeHistograms(into.histograms, from.histograms);
	mergePeakSamples(into.strongest, from.strongest);
	mergePeakSamples(into.drawn, from.drawn);
	mergeTokenCounts(into.byToken, from.byToken);
}

/** Excerpts that show what a feature does: its strongest, and those drawn that add to them; strongest first. */
export function examplesOf(
	{ strongest, drawn, histograms, max }: SaeTally,
	feature: number
): (Excerpt & { quantile: number })[] {
	const top = excerptsOf(strongest, feature);
	const isNew = ({ window, position }: Excerpt) =>
		!top.some((other) => other.window === window && overlap(other.position, position));
	return [...top, ...excerptsOf(drawn, feature).filter(isNew)]
		.sort((a, b) => b.activation - a.activation)
		.map((excerpt) => {
			const { activation: a } = excerpt;
			// The histogram knows other quantiles to within a bin.
			return { ...excerpt, quantile: a === max[feature] ? 1 : quantileOf(histograms, feature, a) };
		});
}

/** Mean of what the SAE reads, `[dIn]`. */
export const meanOf = ({ tokens, errors }: SaeTally): Float32Array =>
	Float32Array.from(errors.total, (sum) => sum / tokens);

/** Metrics that a tally knows by itself; the loss has to be measured. */
export interface TallyMetrics {
	l0: number;
	nmse: number;
	/** Against the mean of the same tokens. */
	fvu: number;
	/** Share of features that were never active. */
	dead: number;
	tokens: number;
}

export function metricsOf({ tokens, count, errors }: SaeTally): TallyMetrics {
	const { error, square, ratio, total } = errors;
	const active = count.reduce((sum, n) => sum + n, 0);
	// Σ‖x − mean‖², without knowing the mean beforehand.
	const spread = square - total.reduce((sum, x) => sum + x * x, 0) / tokens;
	return {
		l0: active / tokens,
		nmse: ratio / tokens,
		fvu: error / spread,
		dead: count.reduce((n, times) => n + (times === 0 ? 1 : 0), 0) / count.length,
		tokens
	};
}

/** Densities are shown as powers of ten: from the lowest, in steps of half a power. */
const [LOWEST, STEP, STEPS] = [-6, 0.5, 12];

/** Features by log10 of the share of tokens on which they are active; those that never are are left out. */
export function densitiesOf({ count, tokens }: Pick<SaeTally, 'count' | 'tokens'>) {
	const counts = new Array<number>(STEPS).fill(0);
	count.forEach((times) => {
		if (times === 0) return;
		const bin = Math.floor((Math.log10(times / tokens) - LOWEST) / STEP);
		counts[Math.min(STEPS - 1, Math.max(0, bin))]!++;
	});
	return { edges: Array.from({ length: STEPS + 1 }, (_, i) => LOWEST + i * STEP), counts };
}
