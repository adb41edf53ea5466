/** A heat map: where its cells are, and how dark. */

export interface HeatRow {
	id: string;
	/** Rows of one group are together. */
	group: number;
	/** Share of full colour per column, 0 to 1; null where nothing is known yet. */
	shares: (number | null)[];
}

export interface HeatFrame {
	/** Room for the whole drawing; this and all below in pixels. */
	width: number;
	columns: number;
	labelWidth: number;
	/** Kept free on the right. */
	margin: number;
	rowHeight: number;
	/** Between groups. */
	gap: number;
}

export interface HeatLayout {
	width: number;
	height: number;
	cell: { width: number; height: number };
	/** Left edge of the first column. */
	left: number;
	/** Right edge of the last column. */
	right: number;
	rows: { id: string; group: number; y: number }[];
	/** One path per level of darkness, with the opacity of its fill. */
	levels: { share: number; path: string }[];
}

const LEVELS = 12;
const NARROWEST = 9;
const WIDEST = 44;

/** Cells of the same darkness are one path, so that a long prompt needs few elements. */
export function layoutHeat(rows: HeatRow[], frame: HeatFrame): HeatLayout {
	const { columns, labelWidth: left, rowHeight: height, gap } = frame;
	const room = (frame.width - left - frame.margin) / Math.max(1, columns);
	const width = Math.max(NARROWEST, Math.min(WIDEST, room));
	const paths = new Array<string>(LEVELS + 1).fill('');
	const pad = width > 12 ? 1 : 0.5;
	let y = 0;
	const placed = rows.map(({ id, group, shares }, i) => {
		if (i > 0) y += height + (rows[i - 1]!.group === group ? 0 : gap);
		shares.forEach((share, t) => {
			if (share === null || !(share > 0)) return;
			const level = Math.max(1, Math.round(Math.min(1, share) * LEVELS));
			const x = left + t * width + pad / 2;
			paths[level] +=
				`M${round(x)},${round(y + 0.5)}h${round(width - pad)}v${height - 1}h${round(pad - width)}z`;
		});
		return { id, group, y };
	});
	return {
		width: left + columns * width + frame.margin,
		height: rows.length === 0 ? 0 : y + height,
		cell: { width, height },
		left,
		right: left + columns * width,
		rows: placed,
		levels: paths
			.map((path, level) => ({ share: level / LEVELS, path }))
			.filter(({ path }) => path !== '')
	};
}

/** Row and column at a point, or null between and beside the cells. */
export function cellAt(
	layout: HeatLayout,
	x: number,
	y: number
): { row: number; column: number } | null {
	const column = Math.floor((x - layout.left) / layout.cell.width);
	const row = layout.rows.findIndex((r) => y >= r.y && y < r.y + layout.cell.height);
	return row >= 0 && column >= 0 && x < layout.right ? { row, column } : null;
}

/** The cell that a key leads to; null for keys that are not ours. */
export function moveCell(
	key: string,
	{ row, column }: { row: number; column: number },
	rows: number,
	columns: number
): { row: number; column: number } | null {
	const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
	const steps: Record<string, [number, number]> = {
		ArrowUp: [-1, 0],
		ArrowDown: [1, 0],
		ArrowLeft: [0, -1],
		ArrowRight: [0, 1],
		PageUp: [-3, 0],
		PageDown: [3, 0],
		Home: [0, -columns],
		End: [0, columns]
	};
	const step = steps[key];
	if (!step) return null;
	return { row: clamp(row + step[0], rows), column: clamp(column + step[1], columns) };
}

const round = (value: number) => Math.round(value * 100) / 100;
