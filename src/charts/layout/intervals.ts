/** Values with the ends of their intervals, a row each, on one axis. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';

export interface IntervalRow {
	label: string;
	/** null: not measured. */
	of: { value: number; low: number; high: number } | null;
	/** Somebody else's value, to stand beside. */
	reference: number | null;
}

export interface IntervalFrame {
	/** Where the axis begins and ends, in pixels. */
	left: number;
	right: number;
	rowHeight: number;
	/** Values that the axis must hold. */
	include: number[];
	/** About how many ticks. */
	ticks: number;
}

export interface PlacedInterval {
	/** Middle of the row. */
	y: number;
	value: number | null;
	low: number;
	high: number;
	reference: number | null;
}

export interface IntervalsLayout {
	rows: PlacedInterval[];
	ticks: { value: number; x: number }[];
	/** Where 0 lies; null where the axis does not cross it or begins there. */
	zero: number | null;
}

export function layoutIntervals(rows: IntervalRow[], frame: IntervalFrame): IntervalsLayout {
	const values = rows.flatMap(({ of, reference }) => [
		...(of ? [of.low, of.high, of.value] : []),
		...(reference === null ? [] : [reference])
	]);
	const [low = 0, high = 1] = extent([...values, ...frame.include]);
	const x = scaleLinear([low, high === low ? low + 1 : high], [frame.left, frame.right]).nice(
		frame.ticks
	);
	const [start] = x.domain();
	return {
		rows: rows.map(({ of, reference }, i) => ({
			y: (i + 0.5) * frame.rowHeight,
			value: of && x(of.value),
			low: of ? x(of.low) : 0,
			high: of ? x(of.high) : 0,
			reference: reference === null ? null : x(reference)
		})),
		ticks: x.ticks(frame.ticks).map((value) => ({ value, x: x(value) })),
		zero: start! < 0 ? x(0) : null
	};
}
