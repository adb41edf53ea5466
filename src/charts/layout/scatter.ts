/** Points of a plane on a picture that is moved and zoomed. */

/** How a picture is seen: everything at 1. */
export interface MapView {
	zoom: number;
	dx: number;
	dy: number;
}

export interface Box {
	x0: number;
	y0: number;
	x1: number;
	y1: number;
}

interface Size {
	width: number;
	height: number;
}

const MARGIN = 14;

/** Where points lie on the picture, `[x0, y0, x1, y1, …]`, with the same scale both ways. */
export function placedAt(
	x: ArrayLike<number>,
	y: ArrayLike<number>,
	bounds: Size & { x: number; y: number },
	{ width, height }: Size,
	{ zoom, dx, dy }: MapView
): Float32Array {
	const scale = Math.min(
		(width - 2 * MARGIN) / bounds.width,
		(height - 2 * MARGIN) / bounds.height
	);
	const left = (width - bounds.width * scale) / 2;
	const top = (height - bounds.height * scale) / 2;
	const out = new Float32Array(2 * x.length);
	for (let i = 0; i < x.length; i++) {
		out[2 * i] = (left + (x[i]! - bounds.x) * scale) * zoom + dx;
		out[2 * i + 1] = (top + (y[i]! - bounds.y) * scale) * zoom + dy;
	}
	return out;
}

/** The point nearest to a place, at most so far away; null where there is none. */
export function nearestPoint(
	placed: Float32Array,
	to: { x: number; y: number },
	reach: number
): number | null {
	let best: number | null = null;
	let least = reach ** 2;
	for (let i = 0; 2 * i < placed.length; i++) {
		const away = (placed[2 * i]! - to.x) ** 2 + (placed[2 * i + 1]! - to.y) ** 2;
		if (away < least) [least, best] = [away, i];
	}
	return best;
}

/** The points inside a frame, whichever way it was drawn. */
export function within(placed: Float32Array, { x0, y0, x1, y1 }: Box): number[] {
	const out: number[] = [];
	for (let i = 0; 2 * i < placed.length; i++) {
		const [x, y] = [placed[2 * i]!, placed[2 * i + 1]!];
		const across = x >= Math.min(x0, x1) && x <= Math.max(x0, x1);
		if (across && y >= Math.min(y0, y1) && y <= Math.max(y0, y1)) out.push(i);
	}
	return out;
}
