/**
 * Histograms of activations whose range is not known in advance. Each feature has equal bins from 0 to a power of
 * two; when an activation lies beyond, the range doubles and pairs of bins are merged. As all edges are dyadic,
 * merged bins hold exactly what they would have held from the start: the same activations give the same counts, in
 * whatever order they come and however they are split into shards.
 */

/** Bins from 0 to the end of the range; the largest activation lies in the upper half of them. */
export const BINS = 32;
/** The exponent of a feature that was never active. */
const NONE = -32768;

export interface Histograms {
	/** [features]: bins reach from 0 to 2^exponent. */
	exponents: Int16Array;
	/** [features × BINS] */
	counts: Float64Array;
}

export function newHistograms(features: number): Histograms {
	return {
		exponents: new Int16Array(features).fill(NONE),
		counts: new Float64Array(features * BINS)
	};
}

/** Counts an activation, which must be finite and above 0. */
export function countActivation({ exponents, counts }: Histograms, feature: number, a: number) {
	let exponent = exponents[feature]!;
	if (exponent === NONE || a >= 2 ** exponent) {
		exponent = exponentOf(a);
		widen({ exponents, counts }, feature, exponent);
	}
	counts[feature * BINS + Math.floor((a / 2 ** exponent) * BINS)]!++;
}

/** Adds the counts of another part of the corpus. */
export function mergeHistograms(into: Histograms, from: Histograms): void {
	for (let f = 0; f < into.exponents.length; f++) {
		const exponent = from.exponents[f]!;
		if (exponent === NONE) continue;
		if (exponent > into.exponents[f]!) widen(into, f, exponent);
		const shift = into.exponents[f]! - exponent;
		for (let b = 0; b < BINS; b++)
			into.counts[f * BINS + Math.floor(b / 2 ** shift)]! += from.counts[f * BINS + b]!;
	}
}

/** Width of a feature's bins; 0 for one that was never active. */
export function stepOf({ exponents }: Histograms, feature: number): number {
	return exponents[feature] === NONE ? 0 : 2 ** exponents[feature]! / BINS;
}

/** A feature's bins up to its largest activation. */
export function histogramOf(histograms: Histograms, feature: number) {
	const all = histograms.counts.subarray(feature * BINS, (feature + 1) * BINS);
	const bins = all.findLastIndex((count) => count > 0) + 1;
	const step = stepOf(histograms, feature);
	return {
		edges: Array.from({ length: bins + 1 }, (_, i) => step * i),
		counts: Array.from(all.subarray(0, bins))
	};
}

/** The share of a feature's active tokens on which it is at most as active as `a`, interpolated in its bin. */
export function quantileOf(histograms: Histograms, feature: number, a: number): number {
	const at = a / stepOf(histograms, feature);
	const own = Math.floor(at);
	let [below, all] = [0, 0];
	for (let b = 0; b < BINS; b++) {
		const count = histograms.counts[feature * BINS + b]!;
		all += count;
		if (b < own) below += count;
		else if (b === own) below += count * (at - own);
	}
	return below / all;
}

/** The smallest exponent whose power of two is above `a`. */
function exponentOf(a: number): number {
	let exponent = Math.floor(Math.log2(a)) + 1;
	// The logarithm may be off by a rounding at powers of two.
	while (2 ** exponent <= a) exponent++;
	while (2 ** (exponent - 1) > a) exponent--;
	return exponent;
}

function widen({ exponents, counts }: Histograms, feature: number, exponent: number): void {
	const shift = exponents[feature] === NONE ? 0 : exponent - exponents[feature]!;
	exponents[feature] = exponent;
	if (shift === 0) return;
	const at = feature * BINS;
	for (let b = 1; b < BINS; b++) {
		const count = counts[at + b]!;
		counts[at + b] = 0;
		counts[at + Math.floor(b / 2 ** shift)]! += count;
	}
}
