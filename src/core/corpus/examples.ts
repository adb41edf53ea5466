/**
 * A few places for each feature out of any number: those where it was strongest, and a sample of all windows in
 * which it was active. What is kept is a function of the set of places alone, of their activations and digests, so
 * that neither order nor shards matter, and a text that occurs twice counts once.
 */

/** An example shows so many tokens before its place, and so many from its place on. */
export const BEFORE = 15;
const FROM_PLACE = 9;
const VIEW = BEFORE + FROM_PLACE;

/** Which of two places is kept rather; one is not the other. */
export type Better = (a: Place, b: Place) => boolean;

export interface Place {
	/** Digest of its window. */
	window: number;
	/** Of the token in its window. */
	position: number;
	/** Activation there. */
	a: number;
}

const earlier = (a: Place, b: Place) =>
	a.window < b.window || (a.window === b.window && a.position < b.position);

export const stronger: Better = (a, b) => a.a > b.a || (a.a === b.a && earlier(a, b));
/** Digests know nothing of activations: the smallest are a fair sample. */
export const drawn: Better = earlier;

export interface Kept {
	/** Places kept of each feature. */
	most: number;
	/** [features × most]; −1 where there is none. */
	windows: Float64Array;
	/** [features × most] */
	positions: Int32Array;
	/** [features × most] */
	peaks: Float32Array;
	/** [features × most × 24]: activations around each place, 0 beyond its window. */
	views: Float32Array;
}

export function newKept(features: number, most: number): Kept {
	return {
		most,
		windows: new Float64Array(features * most).fill(-1),
		positions: new Int32Array(features * most),
		peaks: new Float32Array(features * most),
		views: new Float32Array(features * most * VIEW)
	};
}

/** Keeps a place if it is better than one that is kept; `view` writes the activations around it. */
export function offer(
	kept: Kept,
	better: Better,
	feature: number,
	place: Place,
	view: (into: Float32Array) => void
): void {
	const from = feature * kept.most;
	let worst = -1;
	for (let slot = from; slot < from + kept.most; slot++) {
		if (kept.windows[slot] === -1) {
			if (worst < 0 || kept.windows[worst] !== -1) worst = slot;
			continue;
		}
		if (kept.windows[slot] === place.window && kept.positions[slot] === place.position) return;
		if (worst < 0) worst = slot;
		else if (kept.windows[worst] !== -1 && better(placeOf(kept, worst), placeOf(kept, slot)))
			worst = slot;
	}
	if (kept.windows[worst] !== -1 && !better(place, placeOf(kept, worst))) return;
	kept.windows[worst] = place.window;
	kept.positions[worst] = place.position;
	kept.peaks[worst] = place.a;
	view(viewOf(kept, worst).fill(0));
}

export function addKept(into: Kept, from: Kept, better: Better): void {
	for (let slot = 0; slot < from.windows.length; slot++)
		if (from.windows[slot] !== -1)
			offer(into, better, Math.floor(slot / from.most), placeOf(from, slot), (view) =>
				view.set(viewOf(from, slot))
			);
}

/** A kept place with the activations around it, `[24]`, of which number 15 is its own. */
export interface Shown extends Place {
	view: Float32Array;
}

/** What is kept of a feature, the best first. */
export function placesOf(kept: Kept, feature: number, better: Better): Shown[] {
	const slots = Array.from({ length: kept.most }, (_, i) => feature * kept.most + i);
	return slots
		.filter((slot) => kept.windows[slot] !== -1)
		.map((slot) => ({ ...placeOf(kept, slot), view: viewOf(kept, slot) }))
		.sort((a, b) => (better(a, b) ? -1 : 1));
}

/** The part of a window, `length` tokens of which the first `first` are special, that a place shows. */
export function boundsOf(position: number, first: number, length: number) {
	return {
		start: Math.max(first, position - BEFORE),
		end: Math.min(length, position + FROM_PLACE)
	};
}

function placeOf(kept: Kept, slot: number): Place {
	return {
		window: kept.windows[slot]!,
		position: kept.positions[slot]!,
		a: kept.peaks[slot]!
	};
}

function viewOf(kept: Kept, slot: number): Float32Array {
	return kept.views.subarray(slot * VIEW, (slot + 1) * VIEW);
}
