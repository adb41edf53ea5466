/** A graph on a grid: nodes in cells, as many side by side as there are; links between them from cell to cell. */
import { scaleSqrt } from 'd3-scale';
import { linkVertical } from 'd3-shape';

export interface GridNode {
	key: string;
	/** Indices of columns and of rows; row 0 is the lowest. */
	column: number;
	row: number;
	/** 0 to 1: the share of the largest. */
	size: number;
}

export interface GridLink {
	from: string;
	to: string;
	/** 0 to 1: the share of the largest. */
	size: number;
}

export interface GridNodeMark extends GridNode {
	/** Works for, or against. */
	sign: 1 | -1;
	/** A diamond stands for what is left over, a square for several under one name or for an end. */
	shape: 'circle' | 'diamond' | 'square';
	/** Stands over the node in focus. */
	label: string;
	/** Accessible name. */
	spoken: string;
	/** Scaled by somebody: crossed out at 0, ringed otherwise; 1 is untouched. */
	factor: number;
}

export interface GridLinkMark extends GridLink {
	sign: 1 | -1;
}

export interface GridFrame {
	/** Room across, in pixels. */
	width: number;
	/** Least width of each column, for its name. */
	columns: number[];
	rows: number;
}

export interface PlacedGridNode<N> {
	x: number;
	y: number;
	radius: number;
	of: N;
}

export interface GridLayout<N, L> {
	width: number;
	height: number;
	nodes: PlacedGridNode<N>[];
	links: { path: string; width: number; of: L }[];
	columns: { start: number; end: number; centre: number }[];
	rows: { start: number; end: number; centre: number }[];
}

/** Room for the names of rows, at the left. */
export const GUTTER = 64;
/** Room for the names of columns, below. */
export const FOOT = 34;
const RADIUS = [4, 11] as const;
const WIDEST_LINK = 6;
/** Distance of two nodes of a cell. */
const PITCH = 26;
/** Height of a row beyond its nodes. */
const GAP = 18;
/** Nodes side by side in a cell before another line is begun. */
const ACROSS = 5;

export function layoutGrid<N extends GridNode, L extends GridLink>(
	nodes: N[],
	links: L[],
	frame: GridFrame
): GridLayout<N, L> {
	const cells = new Map<string, N[]>();
	for (const node of nodes) {
		const key = `${node.column} ${node.row}`;
		cells.set(key, [...(cells.get(key) ?? []), node]);
	}
	const widest = frame.columns.map((least, column) => {
		const most = Math.max(
			0,
			...nodes
				.filter((node) => node.column === column)
				.map((node) => Math.min(ACROSS, cells.get(`${column} ${node.row}`)!.length))
		);
		return Math.max(least, most * PITCH + 12);
	});
	const sum = widest.reduce((a, b) => a + b, 0);
	const spare = Math.max(0, (frame.width - GUTTER - sum) / Math.max(1, widest.length));
	const columns = bands(
		widest.map((width) => width + spare),
		GUTTER
	);
	const lines = Array.from({ length: frame.rows }, (_, row) =>
		Math.max(
			1,
			...columns.map((_, column) =>
				Math.ceil((cells.get(`${column} ${row}`)?.length ?? 0) / ACROSS)
			)
		)
	);
	// The highest row comes first on the screen.
	const rows = bands(lines.toReversed().map((count) => count * PITCH + GAP)).toReversed();
	const radius = scaleSqrt([0, 1], RADIUS).clamp(true);
	const placed = new Map<string, PlacedGridNode<N>>();
	for (const members of cells.values()) {
		const { column, row } = members[0]!;
		const count = Math.ceil(members.length / ACROSS);
		members.forEach((node, i) => {
			const line = Math.floor(i / ACROSS);
			const beside = Math.min(ACROSS, members.length - line * ACROSS);
			placed.set(node.key, {
				x: columns[column]!.centre + ((i % ACROSS) - (beside - 1) / 2) * PITCH,
				y: rows[row]!.centre + (line - (count - 1) / 2) * PITCH,
				radius: radius(node.size),
				of: node
			});
		});
	}
	const line = linkVertical();
	return {
		width: Math.max(frame.width, columns.at(-1)?.end ?? 0),
		height: Math.max(0, ...rows.map(({ end }) => end)) + FOOT,
		nodes: nodes.map((node) => placed.get(node.key)!),
		links: links.flatMap((link) => {
			const [a, b] = [placed.get(link.from), placed.get(link.to)];
			if (!a || !b) return [];
			const path = line({ source: [a.x, a.y], target: [b.x, b.y] }) ?? '';
			return [{ path, width: 0.5 + link.size * (WIDEST_LINK - 0.5), of: link }];
		}),
		columns,
		rows
	};
}

function bands(sizes: number[], from = 0) {
	let at = from;
	return sizes.map((size) => {
		const band = { start: at, end: at + size, centre: at + size / 2 };
		at += size;
		return band;
	});
}

/** The node that an arrow key leads to: the nearest of the next row, or the next of its own row; null where there is none. */
export function besideOf<N extends GridNode>(
	placed: PlacedGridNode<N>[],
	key: string,
	arrow: string
): string | null {
	const here = placed.find(({ of }) => of.key === key);
	if (!here) return null;
	const across = arrow === 'ArrowLeft' || arrow === 'ArrowRight';
	const sign = arrow === 'ArrowRight' || arrow === 'ArrowDown' ? 1 : -1;
	const ahead = placed.filter((node) => {
		const by = across ? node.x - here.x : node.y - here.y;
		const level = across ? node.of.row === here.of.row : node.of.row !== here.of.row;
		return level && Math.sign(by) === sign;
	});
	const cost = (node: PlacedGridNode<N>) =>
		across ? Math.abs(node.x - here.x) : 4 * Math.abs(node.y - here.y) + Math.abs(node.x - here.x);
	return ahead.toSorted((a, b) => cost(a) - cost(b))[0]?.of.key ?? null;
}
