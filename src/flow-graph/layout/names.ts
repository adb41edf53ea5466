/**
 * Which nodes of a dense graph are labelled at a zoom, as on a map: the most important first, each only where
 * it covers neither a mark nor another name. Zooming in makes room for more.
 */
import type { FlowLayout } from './flow';
import { fit, widthOfText } from '../../charts/layout/text';

export interface Name {
	id: string;
	text: string;
	/** Where its baseline is anchored, in units of the drawing. */
	x: number;
	y: number;
	anchor: 'start' | 'middle' | 'end';
}

interface Box {
	left: number;
	right: number;
	top: number;
	bottom: number;
}

/** In pixels of the screen: size of the text, line height, and the widths to which it may be cut. */
export const NAME_SIZE = 12.5;
const LEAD = 14;
const WIDTHS = [180, 120, 84];
/** Between a mark and its name, and after a name. */
const AWAY = 3;
const MARGIN = 5;
/** Widths are estimated for a common font; the widest common font is wider by this factor. */
const SAFE = 1.12;

/** Boxes by the rows that they touch, so that only near ones are compared. */
class Occupied {
	readonly #rows = new Map<number, Box[]>();
	constructor(readonly height: number) {}

	#spanned({ top, bottom }: Box): number[] {
		const first = Math.floor(top / this.height);
		const size = Math.floor(bottom / this.height) - first + 1;
		return Array.from({ length: size }, (_, i) => first + i);
	}

	isFree(box: Box): boolean {
		return this.#spanned(box).every((row) =>
			(this.#rows.get(row) ?? []).every(
				(other) =>
					other.left >= box.right ||
					other.right <= box.left ||
					other.top >= box.bottom ||
					other.bottom <= box.top
			)
		);
	}

	take(box: Box): void {
		for (const row of this.#spanned(box)) {
			if (!this.#rows.has(row)) this.#rows.set(row, []);
			this.#rows.get(row)!.push(box);
		}
	}
}

/**
 * At most `most` names, in the order of `candidates`, at `k` pixels of the screen to a unit of the drawing.
 * Names keep off the marks of the nodes `around`: of all nodes, unless the others are faded.
 */
export function pickNames(
	layout: FlowLayout,
	candidates: { id: string; label: string }[],
	{ k, most, around }: { k: number; most: number; around?: Set<string> }
): Name[] {
	const node = new Map(layout.nodes.map((n) => [n.id, n]));
	const occupied = new Occupied(LEAD / k);
	const { radius } = layout;
	for (const { id, x, y } of layout.nodes)
		if (!around || around.has(id))
			occupied.take({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
	const inside = (box: Box) =>
		box.left >= 0 && box.right <= layout.width && box.top >= 0 && box.bottom <= layout.height;
	const names: Name[] = [];
	for (const { id, label } of candidates) {
		if (names.length >= most) break;
		const at = node.get(id);
		if (!at) continue;
		for (const { name, box } of places(id, label, at, layout, k)) {
			if (!inside(box) || !occupied.isFree(box)) continue;
			occupied.take(box);
			names.push(name);
			break;
		}
	}
	return names;
}

/** Places for a name, best first. */
function places(
	id: string,
	text: string,
	{ x, y }: { x: number; y: number },
	{ direction, radius }: FlowLayout,
	k: number
): { name: Name; box: Box }[] {
	const whole = widthOfText(text, NAME_SIZE);
	const rooms = WIDTHS.filter((width, i) => i === 0 || whole > width);
	const away = radius + AWAY / k;
	return rooms.flatMap((room) => {
		const cut = fit(text, room, NAME_SIZE);
		const width = (SAFE * widthOfText(cut, NAME_SIZE) + MARGIN) / k;
		const half = LEAD / 2 / k;
		const place = (anchor: Name['anchor'], left: number, middle: number) => {
			const edge = { start: 0, middle: width / 2, end: width }[anchor];
			return {
				name: { id, text: cut, anchor, x: left + edge, y: middle + (0.34 * NAME_SIZE) / k },
				box: { left, right: left + width, top: middle - half, bottom: middle + half }
			};
		};
		const right = place('start', x + away, y);
		const left = place('end', x - away - width, y);
		if (direction === 'across') return [right, left];
		return [place('middle', x - width / 2, y + away + half), right, left];
	});
}
