/** What plots with a numeric axis upwards share: its scale, and names at the right ends of lines. */
import { extent } from 'd3-array';
import { scaleLinear, type ScaleLinear } from 'd3-scale';

export interface PlotFrame {
	width: number;
	height: number;
	margin: { top: number; right: number; bottom: number; left: number };
	/** Values the vertical axis must hold. */
	include: number[];
}

export interface PlotTicks {
	xTicks: { value: number; x: number }[];
	yTicks: { value: number; y: number }[];
}

/** Height between two names. */
const GAP = 13;

/** From the least of the values to the largest, to round ends. */
export function upwards(
	values: number[],
	{ height, margin, include }: PlotFrame
): ScaleLinear<number, number> {
	const [low, high] = extent([...values, ...include]);
	return scaleLinear(
		[low ?? 0, high === low ? (low ?? 0) + 1 : (high ?? 1)],
		[height - margin.bottom, margin.top]
	).nice(4);
}

export const ticksOf = (y: ScaleLinear<number, number>): PlotTicks['yTicks'] =>
	y.ticks(4).map((value) => ({ value, y: y(value) }));

/** Moves names at the lines' ends apart, in their order of height, and none below the axis. */
export function separate(
	lines: { end: { y: number } | null }[],
	{ height, margin }: PlotFrame
): void {
	const ends = lines.flatMap((line) => line.end ?? []).toSorted((a, b) => a.y - b.y);
	for (let i = 1; i < ends.length; i++) ends[i]!.y = Math.max(ends[i]!.y, ends[i - 1]!.y + GAP);
	let lowest = height - margin.bottom;
	for (const end of ends.toReversed()) {
		end.y = Math.min(end.y, lowest);
		lowest = end.y - GAP;
	}
}
