/**
 * Places a flow graph: a column (a row on a narrow screen) per layer, a lane per kind of site. The residual
 * stream runs in the middle, with attention on one side and the MLP on the other, so that no edge passes
 * behind a node that it does not end at. A graph with deep stacks is dense: its marks are smaller, and in
 * parallel rows where they would touch.
 */
import { placeEdges, type PlacedEdge } from './edges';
import { LANES, placeBands, sizesOf, type Band, type LaneBand } from './bands';
import { orderStacks } from './order';
import { rowsOf, straighten, type StackRange } from './place';

export type FlowKind = 'attn' | 'mlp' | 'resid' | 'embed';
export type Lane = 'attn' | 'resid' | 'mlp';
/** `across`: depth runs to the right; `down`: depth runs downwards. */
export type Direction = 'across' | 'down';

export interface FlowMark {
	id: string;
	layer: number;
	kind: FlowKind;
}

export interface FlowLink {
	from: string;
	to: string;
	cosine: number;
}

export interface FlowFrame {
	direction: Direction;
	/** Room along the screen's width, in pixels. */
	width: number;
	/** Room along its height that a dense graph running across fills. */
	height?: number;
	/** Layers to show, whether they hold a node or not. */
	layers: number;
}

export interface PlacedNode extends FlowMark {
	x: number;
	y: number;
	lane: Lane;
}

export interface FlowLayout {
	direction: Direction;
	/** Whether labels have no reserved place: see `pickNames`. */
	dense: boolean;
	width: number;
	height: number;
	/** Half the size of a node's mark. */
	radius: number;
	/** Where the columns of layers lie along depth. */
	columns: Band[];
	/** Where the lanes lie across depth. */
	lanes: LaneBand[];
	nodes: PlacedNode[];
	edges: PlacedEdge[];
	/** Room for a node's label, in pixels. */
	labelWidth: number;
}

/** Where in its column a kind of site is, as a share of it: the order of computation. */
const STEP: Record<FlowKind, number> = { attn: 0.16, mlp: 0.5, resid: 0.84, embed: 0.5 };
/** Stacks this deep, side by side at one depth, still have room for labels of two lines. */
const ROOMY: Record<Direction, number> = { across: 12, down: 6 };

const laneOf = (kind: FlowKind): Lane => (kind === 'embed' ? 'resid' : kind);
const columnOf = (mark: FlowMark): string => (mark.kind === 'embed' ? 'embed' : `${mark.layer}`);

/** Below this width the graph runs downwards. */
export function directionFor(width: number): Direction {
	return width < 720 ? 'down' : 'across';
}

/** The marks of one layer and kind. */
interface Stack {
	lane: Lane;
	kind: FlowKind;
	column: string;
	members: string[];
}

/** Depth of the deepest stack of each lane. */
function depths(stacks: Stack[]): number[] {
	return LANES.map((lane) =>
		Math.max(
			1,
			...stacks.filter((stack) => stack.lane === lane).map(({ members }) => members.length)
		)
	);
}

export function layoutFlow(marks: FlowMark[], links: FlowLink[], frame: FlowFrame): FlowLayout {
	const { direction } = frame;
	const stacks = stacksOf(marks, links);
	const cells = depths(stacks);
	const dense = cells.reduce((a, b) => a + b, 0) > ROOMY[direction];
	const sizes = sizesOf(frame, cells, dense);
	const { columns, lanes } = placeBands(marks, frame, cells, sizes);
	const laneAt = new Map(lanes.map((band) => [band.lane, band]));
	const across = (at: number, place: number) => {
		const { lane, members } = stacks[at]!;
		const { centre, cell } = laneAt.get(lane)!;
		return centre + (place - (members.length - 1) / 2) * cell;
	};
	const ordered = orderStacks(
		stacks.map(({ members }) => members),
		links,
		across
	);
	stacks.forEach((stack, i) => (stack.members = ordered[i]!));
	const ranges = stacks.map((stack) => rangeOf(stack, laneAt.get(stack.lane)!, sizes.size));
	const spread = dense
		? straighten(ranges, links)
		: new Map(stacks.flatMap(({ members }, at) => members.map((id, i) => [id, across(at, i)])));
	const placed = placeNodes(stacks, columns, spread, frame, { size: sizes.size, dense });
	const nodes = marks.map((mark) => ({ ...mark, ...placed.get(mark.id)! }));
	const [depth, breadth] = [columns.at(-1)!.end + sizes.after, lanes.at(-1)!.end];
	return {
		direction,
		dense,
		width: Math.round(direction === 'across' ? depth : breadth),
		height: Math.round(direction === 'across' ? breadth : depth),
		radius: sizes.radius,
		columns,
		lanes,
		nodes,
		edges: placeEdges(nodes, links, direction, sizes),
		labelWidth: labelRoom(columns, lanes, direction)
	};
}

/** Marks that would touch go into rows side by side along depth. */
function placeNodes(
	stacks: Stack[],
	columns: Band[],
	spread: Map<string, number>,
	{ direction }: FlowFrame,
	{ size, dense }: { size: number; dense: boolean }
): Map<string, { lane: Lane; x: number; y: number }> {
	const placed = new Map<string, { lane: Lane; x: number; y: number }>();
	for (const { lane, kind, column, members } of stacks) {
		const band = columns.find((c) => c.name === column)!;
		const depth = band.start + STEP[kind] * (band.end - band.start);
		const beside = members.map((id) => spread.get(id)!);
		const rows = rowsOf(beside, dense ? size : 0);
		const middle = Math.max(...rows) / 2;
		members.forEach((id, i) => {
			const along = depth + (rows[i]! - middle) * size;
			const [x, y] = direction === 'across' ? [along, beside[i]!] : [beside[i]!, along];
			placed.set(id, { lane, x, y });
		});
	}
	return placed;
}

function labelRoom(columns: Band[], lanes: LaneBand[], direction: Direction): number {
	const column = columns.at(-1)!;
	if (direction === 'across') return Math.min(260, column.end - column.start - 14);
	return lanes[0]!.cell - 4;
}

/** Members are as far apart as the lane allows, or as far as makes a second row unnecessary. */
function rangeOf({ lane, members }: Stack, band: LaneBand, size: number): StackRange {
	const [low, high] = [band.start + band.inset, band.end - band.inset];
	const gap = Math.max(band.cell, Math.min(size, (high - low) / Math.max(1, members.length - 1)));
	return { lane, members, low, high, gap };
}

/** In the order of computation; members by where their strongest upstream neighbour is, else in their given order. */
function stacksOf(marks: FlowMark[], links: FlowLink[]): Stack[] {
	const depth = (m: FlowMark) => m.layer * 3 + { embed: -1, attn: 0, mlp: 1, resid: 2 }[m.kind];
	const stacks = new Map<string, Stack>();
	const home = new Map<string, Stack>();
	for (const mark of marks.toSorted((a, b) => depth(a) - depth(b))) {
		const column = columnOf(mark);
		const key = `${column} ${mark.kind}`;
		if (!stacks.has(key))
			stacks.set(key, { lane: laneOf(mark.kind), kind: mark.kind, column, members: [] });
		stacks.get(key)!.members.push(mark.id);
		home.set(mark.id, stacks.get(key)!);
	}
	const strongest = new Map<string, FlowLink>();
	const order = [...stacks.values()];
	const turn = new Map(order.map((stack, i) => [stack, i]));
	for (const link of links) {
		const [a, b] = [home.get(link.from), home.get(link.to)];
		if (!a || !b || turn.get(a)! >= turn.get(b)!) continue;
		const known = strongest.get(link.to);
		if (!known || link.cosine > known.cosine) strongest.set(link.to, link);
	}
	const rank = new Map<string, number>();
	for (const { members } of order) {
		const middle = (members.length - 1) / 2;
		const pull = new Map(
			members.map((id, i) => {
				const link = strongest.get(id);
				return [id, link ? rank.get(link.from)! : i - middle];
			})
		);
		members.sort((a, b) => pull.get(a)! - pull.get(b)!);
		members.forEach((id, i) => rank.set(id, i - middle));
	}
	return order;
}
