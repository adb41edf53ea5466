/**
 * A few peaks of each feature, chosen from any number of them: its strongest, and a fair sample of the windows in
 * which it was active. What is kept depends only on the set of peaks, so neither their order nor the way a corpus
 * is split into shards matters, and a window that occurs twice counts once.
 */
import type { TokenWindow } from './windows';

/** An example shows this many tokens before its peak, and from the peak on. */
const BEFORE = 15;
const FROM_PEAK = 9;
const WIDTH = BEFORE + FROM_PEAK;

/** A token on which a feature is at least as active as on any other that the example around it shows. */
export interface Peak {
	/** Digest of its window. */
	window: number;
	/** Of the token in its window. */
	position: number;
	activation: number;
	/** Among the feature's peaks in this window, of which 0 is the strongest. */
	rank: number;
}

const byDigest = (a: Peak, b: Peak) =>
	a.window < b.window || (a.window === b.window && a.position < b.position);

/** The strongest peak of every window comes before the second of any, so that examples differ where they can. */
function byStrength(a: Peak, b: Peak): boolean {
	if (a.rank !== b.rank) return a.rank < b.rank;
	return a.activation > b.activation || (a.activation === b.activation && byDigest(a, b));
}

/** Which of two peaks is kept. Digests know nothing of activations: the smallest ones are a fair sample. */
const PRECEDES = { strongest: byStrength, drawn: byDigest };
export type SampleKind = keyof typeof PRECEDES;

export interface PeakSample {
	kind: SampleKind;
	/** Peaks kept of each feature. */
	size: number;
	/** [features × size], in order; −1 where there is none. */
	windows: Float64Array;
	/** [features × size] */
	positions: Int32Array;
	/** [features × size] */
	activations: Float32Array;
	/** [features × size] */
	ranks: Uint8Array;
	/** [features × size × 24]: activations around each peak, 0 outside its window. */
	views: Float32Array;
}

export function newPeakSample(kind: SampleKind, features: number, size: number): PeakSample {
	const slots = features * size;
	return {
		kind,
		size,
		windows: new Float64Array(slots).fill(-1),
		positions: new Int32Array(slots),
		activations: new Float32Array(slots),
		ranks: new Uint8Array(slots),
		views: new Float32Array(slots * WIDTH)
	};
}

/**
 * Keeps a peak, unless it is there or only others have room. Returns where the activations around it go, all 0; null
 * if it is not kept.
 */
export function insertPeak(sample: PeakSample, feature: number, peak: Peak): Float32Array | null {
	const { windows, positions, activations, ranks, views } = sample;
	const precedes = PRECEDES[sample.kind];
	const last = (feature + 1) * sample.size - 1;
	if (windows[last] !== -1 && !precedes(peak, peakAt(sample, last))) return null;
	let at = feature * sample.size;
	while (windows[at] !== -1 && precedes(peakAt(sample, at), peak)) at++;
	if (windows[at] === peak.window && positions[at] === peak.position) return null;
	windows.copyWithin(at + 1, at, last);
	positions.copyWithin(at + 1, at, last);
	activations.copyWithin(at + 1, at, last);
	ranks.copyWithin(at + 1, at, last);
	views.copyWithin((at + 1) * WIDTH, at * WIDTH, last * WIDTH);
	windows[at] = peak.window;
	positions[at] = peak.position;
	activations[at] = peak.activation;
	ranks[at] = peak.rank;
	return viewAt(sample, at).fill(0);
}

/** Adds the sample of another part of the corpus. */
export function mergePeakSamples(into: PeakSample, from: PeakSample): void {
	from.windows.forEach((window, slot) => {
		if (window === -1) return;
		const view = insertPeak(into, Math.floor(slot / from.size), peakAt(from, slot));
		view?.set(viewAt(from, slot));
	});
}

/** A peak and the activations around it, `[24]`, of which number 15 is its own. */
export interface Excerpt extends Peak {
	view: Float32Array;
}

/** What a sample holds of a feature, in order. */
export function excerptsOf(sample: PeakSample, feature: number): Excerpt[] {
	return Array.from({ length: sample.size }, (_, i) => feature * sample.size + i)
		.filter((slot) => sample.windows[slot] !== -1)
		.map((slot) => ({ ...peakAt(sample, slot), view: viewAt(sample, slot) }));
}

/**
 * The part of a window that the example around a token shows. Never the window's first token: that is special in
 * most models, and in the others attention rests on it.
 */
export function boundsOf(position: number, length: number): { start: number; end: number } {
	return { start: Math.max(1, position - BEFORE), end: Math.min(length, position + FROM_PEAK) };
}

/** Activations of the tokens that an example shows, of a window of `length` tokens. */
export function shownOf({ position, view }: Excerpt, length: number): Float32Array {
	const { start, end } = boundsOf(position, length);
	return view.subarray(start - position + BEFORE, end - position + BEFORE);
}

/** Whether the examples around two tokens of a window have a token in common. */
export const overlap = (a: number, b: number): boolean => Math.abs(a - b) < WIDTH;

/** A feature's active tokens in a window, in rising order, counted from the first that is not special. */
export interface Firing {
	tokens: Uint32Array;
	activations: Float32Array;
}

/** Offers the peaks of a feature in a window to both of its samples. */
export function samplePeaks(
	{ strongest, drawn }: Record<SampleKind, PeakSample>,
	feature: number,
	window: TokenWindow,
	firing: Firing
): void {
	if (window.first === 0 && firing.tokens[0] === 0) {
		firing = { tokens: firing.tokens.subarray(1), activations: firing.activations.subarray(1) };
		if (firing.tokens.length === 0) return;
	}
	let rank = 0;
	// When one is not kept, the weaker ones are not kept either.
	for (const i of peaksOf(firing))
		if (!samplePeak(strongest, feature, window, firing, i, rank++)) break;
	samplePeak(
		drawn,
		feature,
		window,
		firing,
		climb(firing, window.digest % firing.tokens.length),
		0
	);
}

/** Returns false if the peak is not kept. */
function samplePeak(
	sample: PeakSample,
	feature: number,
	{ digest, first }: TokenWindow,
	{ tokens, activations }: Firing,
	i: number,
	rank: number
): boolean {
	const [position, activation] = [first + tokens[i]!, activations[i]!];
	const view = insertPeak(sample, feature, { window: digest, position, activation, rank });
	if (!view) return false;
	for (let j = 0; j < tokens.length; j++) {
		const at = tokens[j]! - tokens[i]! + BEFORE;
		if (at >= 0 && at < WIDTH) view[at] = activations[j]!;
	}
	return true;
}

/** Peaks whose examples do not overlap, the strongest first. */
function* peaksOf({ tokens, activations }: Firing): Generator<number> {
	let best = 0;
	for (let i = 1; i < activations.length; i++) if (activations[i]! > activations[best]!) best = i;
	yield best;
	// Most samples are full of the strongest peaks of other windows, and do not ask for more.
	const chosen = [best];
	const order = Array.from(activations.keys()).sort((a, b) => activations[b]! - activations[a]!);
	for (const i of order) {
		if (chosen.some((j) => overlap(tokens[i]!, tokens[j]!))) continue;
		if (strongestShown({ tokens, activations }, i) !== i) continue;
		chosen.push(i);
		yield i;
	}
}

/** From an active token to the strongest that is shown with it, until it is that itself. */
function climb(firing: Firing, from: number): number {
	const best = strongestShown(firing, from);
	return best === from ? from : climb(firing, best);
}

/** Of the tokens that the example around this one shows, the one on which the feature is most active. */
function strongestShown({ tokens, activations }: Firing, around: number): number {
	let best = around;
	for (let i = 0; i < tokens.length; i++) {
		const away = tokens[i]! - tokens[around]!;
		if (away >= -BEFORE && away < FROM_PEAK && activations[i]! > activations[best]!) best = i;
	}
	return best;
}

function peakAt({ windows, positions, activations, ranks }: PeakSample, slot: number): Peak {
	return {
		window: windows[slot]!,
		position: positions[slot]!,
		activation: activations[slot]!,
		rank: ranks[slot]!
	};
}

const viewAt = ({ views }: PeakSample, slot: number): Float32Array =>
	views.subarray(slot * WIDTH, (slot + 1) * WIDTH);
