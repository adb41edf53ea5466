/** Moving and zooming as numbers: which part of a drawing its frame shows. */

/** A point p of the drawing is shown at k · p + (x, y) in the frame. */
export interface View {
	k: number;
	x: number;
	y: number;
}

export interface Size {
	width: number;
	height: number;
}

export type Point = [x: number, y: number];

/** Below this the labels of a roomy drawing can no longer be read. */
const READABLE = 0.88;

/** The whole drawing, never larger than it is. */
export function fitView(drawing: Size, frame: Size): View {
	const k = Math.min(1, frame.width / drawing.width, frame.height / drawing.height);
	return clampView({ k, x: 0, y: 0 }, drawing, frame);
}

/** What is shown at first: all of it if that is readable, else as much as is, around `at` if there is such a point. */
export function homeView(drawing: Size, frame: Size, at: Point | null): View {
	const fit = fitView(drawing, frame);
	if (fit.k >= READABLE || at === null) return fit;
	const [x, y] = [frame.width / 2 - READABLE * at[0], frame.height / 2 - READABLE * at[1]];
	return clampView({ k: READABLE, x, y }, drawing, frame);
}

/** A frame as wide as there is room, and at most so high, for what `homeView` shows in it. */
export function frameFor(drawing: Size, width: number, highest: number, at: Point | null): Size {
	const k = Math.min(1, Math.max(width / drawing.width, at === null ? 0 : READABLE));
	return { width, height: Math.min(highest, k * drawing.height) };
}

/** Keeps the frame full: no edge of the drawing comes inside it; what is smaller is centred. */
export function clampView(view: View, drawing: Size, frame: Size): View {
	const within = (offset: number, size: number, room: number) =>
		size <= room + 0.5 ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset));
	return {
		k: view.k,
		x: within(view.x, view.k * drawing.width, frame.width),
		y: within(view.y, view.k * drawing.height, frame.height)
	};
}

/** Larger by `factor`, within the limits, with the point of the frame `at` held still. */
export function zoomView(view: View, factor: number, at: Point, [least, most]: Point): View {
	const k = Math.min(most, Math.max(least, view.k * factor));
	const by = k / view.k;
	return { k, x: at[0] - by * (at[0] - view.x), y: at[1] - by * (at[1] - view.y) };
}

/** Moved no further than it takes to have the drawing's point `at` in the frame, `margin` from its rim. */
export function revealView(view: View, at: Point, frame: Size, margin: number): View {
	const into = (offset: number, p: number, room: number) => {
		const rim = Math.min(margin, room / 2);
		const shown = view.k * p + offset;
		return offset + Math.min(room - rim, Math.max(rim, shown)) - shown;
	};
	return {
		k: view.k,
		x: into(view.x, at[0], frame.width),
		y: into(view.y, at[1], frame.height)
	};
}

/** On the way from one view to another; a point held still by both stays still. */
export function between(from: View, to: View, t: number): View {
	const mix = (a: number, b: number) => a + (b - a) * t;
	return { k: mix(from.k, to.k), x: mix(from.x, to.x), y: mix(from.y, to.y) };
}

/** In third octaves: what depends on it changes a few times during a zoom, not at every frame. */
export const zoomStep = (k: number): number => 2 ** (Math.round(3 * Math.log2(k)) / 3);
