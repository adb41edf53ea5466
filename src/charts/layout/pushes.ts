/** One value a row with the values of its controls beside it, on one axis. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';

export interface PushRow {
	label: string;
	value: number;
	/** What the controls gave. */
	others: number[];
	/** Drawn filled. */
	mark: boolean;
}

export interface PushFrame {
	width: number;
	left: number;
	right: number;
	top: number;
	/** Height of a row. */
	pitch: number;
}

export interface PushesLayout {
	height: number;
	zero: number;
	ticks: { value: number; x: number }[];
	rows: { label: string; y: number; x: number; value: number; mark: boolean; others: number[] }[];
}

/** The axis holds 0 and 1 and whatever lies beyond. */
export function layoutPushes(rows: PushRow[], frame: PushFrame): PushesLayout {
	const { width, left, right, top, pitch } = frame;
	const [low, high] = extent([0, 1, ...rows.flatMap((row) => [row.value, ...row.others])]);
	const x = scaleLinear([low ?? 0, high ?? 1], [left, Math.max(left + 40, width - right)]);
	return {
		height: top + rows.length * pitch + 26,
		zero: x(0),
		ticks: x.ticks(Math.max(2, Math.min(6, width / 110))).map((value) => ({ value, x: x(value) })),
		rows: rows.map(({ label, value, mark, others }, i) => ({
			label,
			value,
			mark,
			y: top + (i + 0.5) * pitch,
			x: x(value),
			others: others.map((other) => x(other))
		}))
	};
}
