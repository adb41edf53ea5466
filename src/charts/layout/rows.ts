/** Rows with marks on one horizontal scale: where the scale runs, its ticks, and how high each row lies. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';

export interface RowFrame {
	width: number;
	/** Room for names before the scale and for values after it, in pixels. */
	left: number;
	right: number;
	rowHeight: number;
	/** Kept free above the rows. */
	top?: number;
	/** About how many ticks the scale has, below the rows; without them it ends at the values given. */
	ticks?: number;
	/** Whether the scale is widened to round ends. */
	nice?: boolean;
	/** How far below the middle of its row a mark lies, where name and value stand above it. */
	drop?: number;
}

export interface RowsLayout {
	width: number;
	height: number;
	/** Where the scale begins and ends. */
	left: number;
	right: number;
	rowHeight: number;
	top: number;
	bottom: number;
	ticks: { value: number; x: number }[];
	/** Where 0 lies, unless the scale begins or ends there or does not hold it. */
	zero: number | null;
	/** Whether name and value stand above the mark. */
	above: boolean;
	x: (value: number) => number;
	/** Height of the marks of a row. */
	y: (row: number) => number;
}

/** What every row has beside its marks. */
export interface PlotRow {
	label: string;
	/** Everything about it in words. */
	title?: string;
	/** Its value as it reads. */
	text?: string;
}

/** What `IntervalPlot` draws. */
export interface IntervalRow {
	label: string;
	/** null: not measured. */
	of: { value: number; low: number; high: number } | null;
	/** A value from elsewhere, to compare with. */
	reference: number | null;
	muted?: boolean;
}

/** Room for the ticks. */
const FOOT = 20;
/** The scale is at least this long, whatever the room. */
const SHORTEST = 8;

/** @param values What the scale must hold. */
export function layoutRows(rows: number, values: number[], frame: RowFrame): RowsLayout {
	const { width, left, rowHeight, top = 0, ticks = 0, nice = false, drop = 0 } = frame;
	const right = Math.max(left + SHORTEST, width - frame.right);
	const [low = 0, high = 1] = extent(values);
	const x = scaleLinear([low, high === low ? low + 1 : high], [left, right]).clamp(true);
	if (nice) x.nice(ticks);
	const [start, end] = x.domain() as [number, number];
	const bottom = top + Math.max(1, rows) * rowHeight;
	return {
		width,
		height: bottom + (ticks > 0 ? FOOT : 0),
		left,
		right,
		rowHeight,
		top,
		bottom,
		ticks: ticks > 0 ? x.ticks(ticks).map((value) => ({ value, x: x(value) })) : [],
		zero: start < 0 && end > 0 ? x(0) : null,
		above: drop > 0,
		x,
		y: (row) => top + (row + 0.5) * rowHeight + drop
	};
}

/** Length of a bar from the start of the scale: never nothing, whatever the sign of its value. */
export const lengthOf = ({ x, left }: RowsLayout, value: number): number =>
	Math.max(1, x(Math.abs(value)) - left || 0);
