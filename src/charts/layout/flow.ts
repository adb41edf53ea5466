/**
 * Places a flow graph: one column (or row, on a narrow screen) a layer, one lane a kind of site. The
 * residual stream runs in the middle, what attention writes joins it from one side and what the MLP
 * writes from the other, so that no edge passes behind a node that it does not end at.
 */
import { mean } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { linkHorizontal, linkVertical } from 'd3-shape';

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
	/** Layers to show, whether they hold a node or not. */
	layers: number;
}

export interface PlacedNode extends FlowMark {
	x: number;
	y: number;
	lane: Lane;
}

export interface PlacedEdge {
	key: string;
	from: string;
	to: string;
	path: string;
	/** Line width in pixels. */
	width: number;
}

export interface Band {
	name: string;
	start: number;
	end: number;
	centre: number;
}

export interface FlowLayout {
	direction: Direction;
	width: number;
	height: number;
	/** Where the columns of layers lie along depth. */
	columns: Band[];
	/** Where the lanes lie across depth. */
	lanes: (Band & { lane: Lane; cell: number })[];
	nodes: PlacedNode[];
	edges: PlacedEdge[];
	/** Room for a node's label, in pixels. */
	labelWidth: number;
}

/** Half the size of a node's mark. */
export const RADIUS = 13;

const LANES: Lane[] = ['attn', 'resid', 'mlp'];
/** Where in its column a kind of site lies: the order of computation. */
const STEP: Record<FlowKind, number> = { attn: 0.16, mlp: 0.5, resid: 0.84, embed: 0.5 };
const SIZE = {
	across: { column: 132, embed: 0.5, before: 84, after: 62, top: 34, lane: 132, pitch: 92 },
	down: { column: 176, embed: 0.4, before: 36, after: 24, top: 34, lane: 0, pitch: 64 }
};
/** Room for the names of layers when the graph runs downwards. */
const GUTTER = 24;

const laneOf = (kind: FlowKind): Lane => (kind === 'embed' ? 'resid' : kind);
const widthOf = scaleLinear([0, 1], [1, 9]).clamp(true);

/** Below this width the graph runs downwards. */
export function directionFor(width: number): Direction {
	return width < 720 ? 'down' : 'across';
}

export function layoutFlow(marks: FlowMark[], links: FlowLink[], frame: FlowFrame): FlowLayout {
	const { direction } = frame;
	const columns = placeColumns(marks, frame);
	const stacks = stack(marks, links);
	const deepest = (lane: Lane) =>
		Math.max(1, ...[...stacks].filter(([, s]) => s[0]!.lane === lane).map(([, s]) => s.length));
	const lanes = placeLanes(frame, deepest);
	const placed = new Map<string, PlacedNode>();
	for (const members of stacks.values())
		members.forEach(({ mark, lane }, i) => {
			const column = columns.find((c) => c.name === columnOf(mark))!;
			const along = column.start + STEP[mark.kind] * (column.end - column.start);
			const { centre, cell } = lanes.find((l) => l.lane === lane)!;
			const across = centre + (i - (members.length - 1) / 2) * cell;
			const [x, y] = direction === 'across' ? [along, across] : [across, along];
			placed.set(mark.id, { ...mark, lane, x, y });
		});
	const nodes = marks.map((m) => placed.get(m.id)!);
	const depth = columns.at(-1)!.end + SIZE[direction].after;
	const breadth = lanes.at(-1)!.end;
	return {
		direction,
		width: Math.round(direction === 'across' ? depth : breadth),
		height: Math.round(direction === 'across' ? breadth : depth),
		columns,
		lanes,
		nodes,
		edges: placeEdges(nodes, links, direction),
		labelWidth: labelRoom(columns, lanes, direction)
	};
}

const columnOf = (mark: FlowMark): string => (mark.kind === 'embed' ? 'embed' : `${mark.layer}`);

function placeColumns(marks: FlowMark[], { direction, width, layers }: FlowFrame): Band[] {
	const size = SIZE[direction];
	const last = Math.max(layers - 1, ...marks.map((m) => m.layer));
	const embed = marks.some((m) => m.kind === 'embed') ? size.embed : 0;
	const room = direction === 'across' ? width - size.before - size.after : 0;
	const unit = Math.max(size.column, room / (last + 1 + embed));
	const bands: Band[] = [];
	let at = size.before;
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
	deepest: (lane: Lane) => number
): FlowLayout['lanes'] {
	const { top, pitch } = SIZE[direction];
	const extra = Math.max(SIZE[direction].lane, 0.085 * width);
	const cells = LANES.map(deepest);
	const sum = cells.reduce((a, b) => a + b, 0);
	const across = direction === 'across';
	const start = across ? top : GUTTER;
	const cell = across ? pitch : Math.max(pitch, (width - start) / sum);
	let at = start;
	return LANES.map((lane, i) => {
		const extent = across ? extra + (cells[i]! - 1) * pitch : cells[i]! * cell;
		const band = { lane, name: lane, start: at, end: at + extent, centre: at + extent / 2, cell };
		at += extent;
		return band;
	});
}

function labelRoom(columns: Band[], lanes: FlowLayout['lanes'], direction: Direction): number {
	const column = columns.at(-1)!;
	if (direction === 'across') return Math.min(260, column.end - column.start - 14);
	return lanes[0]!.cell - 4;
}

type Stacked = { mark: FlowMark; lane: Lane };

/** Marks of one layer and kind, ordered by where their upstream neighbours lie; ties as they came. */
function stack(marks: FlowMark[], links: FlowLink[]): Map<string, Stacked[]> {
	const depth = (m: FlowMark) => m.layer * 3 + { embed: -1, attn: 0, mlp: 1, resid: 2 }[m.kind];
	const rank = new Map<string, number>();
	const stacks = new Map<string, Stacked[]>();
	for (const mark of marks.toSorted((a, b) => depth(a) - depth(b))) {
		const key = `${columnOf(mark)} ${mark.kind}`;
		if (!stacks.has(key)) stacks.set(key, []);
		stacks.get(key)!.push({ mark, lane: laneOf(mark.kind) });
	}
	for (const members of stacks.values()) {
		const ids = new Set(members.map((m) => m.mark.id));
		const pull = new Map<string, number>();
		members.forEach(({ mark }, i) => {
			const strongest = links
				.filter((l) => l.to === mark.id && rank.has(l.from) && !ids.has(l.from))
				.toSorted((a, b) => b.cosine - a.cosine)
				.slice(0, 1);
			const start = i - (members.length - 1) / 2;
			pull.set(mark.id, mean(strongest, (l) => rank.get(l.from)!) ?? start);
		});
		members.sort((a, b) => pull.get(a.mark.id)! - pull.get(b.mark.id)!);
		members.forEach(({ mark }, i) => rank.set(mark.id, i - (members.length - 1) / 2));
	}
	return stacks;
}

function placeEdges(nodes: PlacedNode[], links: FlowLink[], direction: Direction): PlacedEdge[] {
	const at = new Map(nodes.map((n) => [n.id, n]));
	const link = direction === 'across' ? linkHorizontal() : linkVertical();
	return links.flatMap(({ from, to, cosine }) => {
		const [a, b] = [at.get(from), at.get(to)];
		if (!a || !b) return [];
		const [dx, dy] = direction === 'across' ? [RADIUS, 0] : [0, RADIUS];
		const path = link({ source: [a.x + dx, a.y + dy], target: [b.x - dx, b.y - dy] }) ?? '';
		return [{ key: `${from}→${to}`, from, to, path, width: widthOf(cosine) }];
	});
}
