/** Pan and zoom as numbers: which part of a drawing a frame shows. */

/** A point p of the drawing is at k · p + (x, y) in the frame. */
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

/** The initial view: the whole drawing if it is readable then, else as much as is readable around `at`. */
export function homeView(drawing: Size, frame: Size, at: Point | null): View {
	const fit = fitView(drawing, frame);
	if (fit.k >= READABLE || at === null) return fit;
	const [x, y] = [frame.width / 2 - READABLE * at[0], frame.height / 2 - READABLE * at[1]];
	return clampView({ k: READABLE, x, y }, drawing, frame);
}

/** A frame `width` wide and at most `highest` high, for what `homeView` shows in it. */
export function frameFor(drawing: Size, width: number, highest: number, at: Point | null): Size {
	const k = Math.min(1, Math.max(width / drawing.width, at === null ? 0 : READABLE));
	return { width, height: Math.min(highest, k * drawing.height) };
}

/** Keeps the frame full: no edge of the drawing is inside it. A drawing smaller than the frame is centred. */
export function clampView(view: View, drawing: Size, frame: Size): View {
	const within = (offset: number, size: number, room: number) =>
		size <= room + 0.5 ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset));
	return {
		k: view.k,
		x: within(view.x, view.k * drawing.width, frame.width),
		y: within(view.y, view.k * drawing.height, frame.height)
	};
}

/** Zoomed by `factor`, within the limits; the point `at` of the frame stays where it is. */
export function zoomView(view: View, factor: number, at: Point, [least, most]: Point): View {
	const k = Math.min(most, Math.max(least, view.k * factor));
	const by = k / view.k;
	return { k, x: at[0] - by * (at[0] - view.x), y: at[1] - by * (at[1] - view.y) };
}

/** Moved just far enough to have the point `at` of the drawing in the frame, `margin` from its edge. */
export function revealView(view: View, at: Point, frame: Size, margin: number): View {
	const into = (offset: number, p: number, room: number) => {
		const edge = Math.min(margin, room / 2);
		const shown = view.k * p + offset;
		return offset + Math.min(room - edge, Math.max(edge, shown)) - shown;
	};
	return {
		k: view.k,
		x: into(view.x, at[0], frame.width),
		y: into(view.y, at[1], frame.height)
	};
}

/** Between two views; a point that is in the same place in both stays there. */
export function between(from: View, to: View, t: number): View {
	const mix = (a: number, b: number) => a + (b - a) * t;
	return { k: mix(from.k, to.k), x: mix(from.x, to.x), y: mix(from.y, to.y) };
}

/** The zoom in thirds of an octave: what depends on it is not updated at every frame. */
export const zoomStep = (k: number): number => 2 ** (Math.round(3 * Math.log2(k)) / 3);
