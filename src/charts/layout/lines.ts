/** Lines over a numeric axis, each point with the range of its samples, each line with its name at its end. */
import { extent } from 'd3-array';
import { scaleLinear, scaleLog, scaleSymlog } from 'd3-scale';
import { line as lineThrough } from 'd3-shape';
import type { PlotFrame, PlotTicks } from './axes';

export interface LinePoint {
	x: number;
	/** null breaks the line; a point that is not finite is left out. */
	y: number | null;
	/** Least and largest of the samples behind it. */
	range?: [number, number] | null;
}

export interface Line {
	name: string;
	/** Class of its colour in the palette. */
	tone?: string;
	/** A control is drawn thin and dashed. */
	control?: boolean;
	points: LinePoint[];
}

export interface LinesFrame extends PlotFrame {
	/** Values the upward axis must hold. */
	include: number[];
	/** Even: the values of x are steps, equally far apart. Doubling: they double, from 0 on. */
	spacing: 'even' | 'doubling';
	/** The upward axis by orders of magnitude, for values above 0 that go over several; even unless said. */
	upward?: 'even' | 'orders';
}

export interface PlacedLine extends Line {
	path: string;
	placed: { x: number; y: number; low: number; high: number; of: LinePoint & { y: number } }[];
	/** Where its name is, as high as its last point unless that is taken; null for a line without points. */
	end: { x: number; y: number } | null;
}

export interface LinesLayout extends PlotTicks {
	lines: PlacedLine[];
}

/** Height of a name at the end of a line. */
const LEAD = 13;
/** Least distance of two ticks of the lower axis; steps have one each. */
const APART = { even: 0, doubling: 34 };

export function layoutLines(lines: Line[], frame: LinesFrame): LinesLayout {
	const { width, height, margin, include, spacing, upward = 'even' } = frame;
	const known = lines.map((line) => ({
		...line,
		points: line.points
			.filter(({ x, y }) => Number.isFinite(x) && (y === null || Number.isFinite(y)))
			.toSorted((a, b) => a.x - b.x)
	}));
	const all = known.flatMap(({ points }) => points);
	const steps = [...new Set(all.map(({ x }) => x))].toSorted((a, b) => a - b);
	const x = across(steps, spacing, [margin.left, width - margin.right]);
	const values = all.flatMap(({ y, range }) => (y === null ? [] : [y, ...(range ?? [])]));
	const [low = 0, high = 1] = extent([...values.filter(Number.isFinite), ...include]);
	const ends = [height - margin.bottom, margin.top];
	const y =
		upward === 'orders' && low > 0
			? scaleLog([low, high === low ? 10 * low : high], ends).nice()
			: scaleLinear([low, high === low ? low + 1 : high], ends).nice(4);
	const path = lineThrough<LinePoint>()
		.defined((point) => point.y !== null)
		.x((point) => x(point.x))
		.y((point) => y(point.y!));
	const placed = known.map((line) => {
		const spots = line.points
			.filter((point): point is LinePoint & { y: number } => point.y !== null)
			.map((of) => {
				const [least, most] = of.range ?? [of.y, of.y];
				return { of, x: x(of.x), y: y(of.y), low: y(least), high: y(most) };
			});
		const last = spots.at(-1);
		const end = last ? { x: width - margin.right, y: last.y } : null;
		return { ...line, path: path(line.points) ?? '', placed: spots, end };
	});
	separate(placed, height - margin.bottom);
	return {
		lines: placed,
		xTicks: thin(
			steps.map((value) => ({ value, x: x(value) })),
			APART[spacing]
		),
		yTicks: few(y.ticks(4)).map((value) => ({ value, y: y(value) }))
	};
}

function across(
	steps: number[],
	spacing: LinesFrame['spacing'],
	range: [number, number]
): (x: number) => number {
	if (spacing === 'even') {
		const place = scaleLinear([0, steps.length - 1], range);
		return (x) => place(steps.indexOf(x));
	}
	const most = steps.at(-1) ?? 0;
	// Near 0, values that double would lie on one another.
	return scaleSymlog()
		.constant(Math.max(1e-3, most / 16))
		.domain([0, most > 0 ? most : 1])
		.range(range);
}

/** Of the many ticks of an axis by orders of magnitude, the powers of ten, or of 100 or 1,000. */
function few(ticks: number[]): number[] {
	if (ticks.length <= 8) return ticks;
	const powers = ticks.filter((value) => Number.isInteger(Number(Math.log10(value).toFixed(9))));
	const every = Math.ceil(powers.length / 6);
	return powers.filter((_, i) => i % every === 0);
}

/** Ticks at least so far from the one before. */
function thin(ticks: PlotTicks['xTicks'], apart: number): PlotTicks['xTicks'] {
	const kept: PlotTicks['xTicks'] = [];
	for (const tick of ticks) if (tick.x - (kept.at(-1)?.x ?? -Infinity) >= apart) kept.push(tick);
	return kept;
}

/** Moves the names at the ends apart, in their order of height, and none below the axis. */
function separate(lines: PlacedLine[], axis: number): void {
	const ends = lines.flatMap((line) => line.end ?? []).toSorted((a, b) => a.y - b.y);
	for (let i = 1; i < ends.length; i++) ends[i]!.y = Math.max(ends[i]!.y, ends[i - 1]!.y + LEAD);
	let lowest = axis;
	for (const end of ends.toReversed()) {
		end.y = Math.min(end.y, lowest);
		lowest = end.y - LEAD;
	}
}
