/** Sizes of everything in a flow graph, and where its layers and lanes are. */
import type { Direction, FlowFrame, FlowMark, Lane } from './flow';

export interface Band {
	name: string;
	start: number;
	end: number;
	centre: number;
}

export interface LaneBand extends Band {
	lane: Lane;
	/** Least distance between two nodes of a stack. */
	cell: number;
	/** From the edge of the lane to the centre of the outermost node. */
	inset: number;
}

export interface Sizes {
	/** Half the size of a mark, the width and height of a mark with its margin, in pixels. */
	radius: number;
	size: number;
	/** Least extent of a layer along depth, and of the embedding as a share of it. */
	column: number;
	embed: number;
	/** Room along depth before the first layer and after the last. */
	before: number;
	after: number;
	/** Distance between two nodes of a stack, and what a lane has beyond them. */
	pitch: number;
	extra: number;
	/** Width of an edge of cosine 1, and of cosine 0. */
	widest: number;
	thinnest: number;
}

export const LANES: Lane[] = ['attn', 'resid', 'mlp'];

/** Room for the names of layers or lanes at the start of the lanes: across, down. */
const TOP = 34;
const GUTTER = 24;
/** Height of a dense graph by default. */
const HEIGHT = 720;

/** Half the size of a mark in a roomy graph, for which `origin-glyph.ts` draws the shapes. */
export const RADIUS = 13;

const ROOMY: Record<Direction, Omit<Sizes, 'extra'>> = {
	across: {
		radius: RADIUS,
		size: 2 * RADIUS,
		column: 132,
		embed: 0.5,
		before: 84,
		after: 62,
		pitch: 92,
		widest: 9,
		thinnest: 1
	},
	down: {
		radius: RADIUS,
		size: 2 * RADIUS,
		column: 176,
		embed: 0.4,
		before: 36,
		after: 38,
		pitch: 64,
		widest: 9,
		thinnest: 1
	}
};

/** @param cells Depth of the deepest stack of each lane. */
export function sizesOf(
	{ direction, width, height = HEIGHT }: FlowFrame,
	cells: number[],
	dense: boolean
): Sizes {
	const across = direction === 'across';
	if (!dense) return { ...ROOMY[direction], extra: across ? Math.max(132, 0.085 * width) - 92 : 0 };
	const extra = across ? Math.min(64, 0.06 * height) : 14;
	const room = across ? height - TOP : width - GUTTER;
	const sum = cells.reduce((a, b) => a + b, 0);
	const pitch = Math.min(44, Math.max(across ? 3 : 1.8, (room - cells.length * extra) / sum));
	// One row, if that leaves marks large enough to tell apart; else several.
	const single = 0.4 * pitch;
	const radius =
		single >= 5 ? Math.min(RADIUS, single) : Math.min(5, Math.max(across ? 3.5 : 4, pitch - 1));
	const size = 2 * radius + 2;
	const rows = Math.ceil(size / pitch);
	return {
		radius,
		size,
		column: across ? 12 + rows * size : 120 + 2.6 * rows * size,
		embed: 0.6,
		before: across ? 40 : 36,
		after: across ? 30 : 20,
		pitch,
		extra,
		widest: Math.min(7, Math.max(2.5, 0.6 * radius)),
		thinnest: 0.5
	};
}

/** @param cells Depth of the deepest stack of each lane. */
export function placeBands(
	marks: FlowMark[],
	frame: FlowFrame,
	cells: number[],
	sizes: Sizes
): { columns: Band[]; lanes: LaneBand[] } {
	return { columns: placeColumns(marks, frame, sizes), lanes: placeLanes(frame, cells, sizes) };
}

function placeColumns(
	marks: FlowMark[],
	{ direction, width, layers }: FlowFrame,
	{ column, embed: share, before, after }: Sizes
): Band[] {
	const last = marks.reduce((most, m) => Math.max(most, m.layer), layers - 1);
	const embed = marks.some((m) => m.kind === 'embed') ? share : 0;
	const room = direction === 'across' ? width - before - after : 0;
	const unit = Math.max(column, room / (last + 1 + embed));
	const bands: Band[] = [];
	let at = before;
	const add = (name: string, extent: number) => {
		bands.push({ name, start: at, end: at + extent, centre: at + extent / 2 });
		at += extent;
	};
	if (embed > 0) add('embed', embed * unit);
	for (let layer = 0; layer <= last; layer++) add(`${layer}`, unit);
	return bands;
}

/** Lanes side by side; each is as many cells wide as its deepest stack. */
function placeLanes(
	{ direction, width }: FlowFrame,
	cells: number[],
	{ pitch, extra }: Sizes
): LaneBand[] {
	const across = direction === 'across';
	const sum = cells.reduce((a, b) => a + b, 0);
	let at = across ? TOP : GUTTER;
	// On a phone, lanes share the rest of the width by their depth.
	const cell = across ? pitch : Math.max(pitch, (width - at - cells.length * extra) / sum);
	return LANES.map((lane, i) => {
		const extent = extra + cells[i]! * cell;
		const band = { lane, name: lane, start: at, end: at + extent, centre: at + extent / 2 };
		at += extent;
		return { ...band, cell, inset: (extra + cell) / 2 };
	});
}
