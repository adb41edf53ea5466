/** Lines over one numeric axis, each point with the spread of its samples. */
import { extent } from 'd3-array';
import { scaleLinear, scaleSymlog } from 'd3-scale';
import { line } from 'd3-shape';

export interface CurvePoint {
	x: number;
	y: number;
	/** Least and largest of the samples behind it. */
	range: [number, number] | null;
}

export interface Curve {
	name: string;
	/** A control is drawn thin and dashed. */
	control: boolean;
	points: CurvePoint[];
}

export interface CurveFrame {
	width: number;
	height: number;
	margin: { top: number; right: number; bottom: number; left: number };
	/** Values that the vertical axis must hold. */
	include: number[];
}

export interface PlacedCurve {
	name: string;
	control: boolean;
	path: string;
	points: { x: number; y: number; low: number; high: number; of: CurvePoint }[];
	/** Where its name stands. */
	end: { x: number; y: number } | null;
}

export interface CurvesLayout {
	curves: PlacedCurve[];
	xTicks: { value: number; x: number }[];
	yTicks: { value: number; y: number }[];
}

const GAP = 13;

/** Points without a finite place are left out; names at the ends are kept apart. */
export function layoutCurves(curves: Curve[], frame: CurveFrame): CurvesLayout {
	const { width, height, margin } = frame;
	const known = curves.map((curve) => ({
		...curve,
		points: curve.points
			.filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y))
			.toSorted((a, b) => a.x - b.x)
	}));
	const all = known.flatMap((curve) => curve.points);
	const [, right] = extent([0, ...all.map((p) => p.x)]);
	const values = all.flatMap((p) => [p.y, ...(p.range ?? [])]).filter(Number.isFinite);
	const [low, high] = extent([...values, ...frame.include]);
	// Doses double: near 0 they would lie on one another.
	const x = scaleSymlog()
		.constant(Math.max(1e-3, (right ?? 1) / 16))
		.domain([0, right || 1])
		.range([margin.left, width - margin.right]);
	const y = scaleLinear(
		[low ?? 0, high === low ? (low ?? 0) + 1 : (high ?? 1)],
		[height - margin.bottom, margin.top]
	).nice(4);
	const path = line<CurvePoint>()
		.x((p) => x(p.x))
		.y((p) => y(p.y));
	const placed = known.map(({ name, control, points }) => {
		const spots = points.map((of) => ({
			of,
			x: x(of.x),
			y: y(of.y),
			low: y(of.range?.[0] ?? of.y),
			high: y(of.range?.[1] ?? of.y)
		}));
		const last = spots.at(-1);
		return {
			name,
			control,
			path: path(points) ?? '',
			points: spots,
			end: last ? { x: width - margin.right, y: last.y } : null
		};
	});
	const ends = placed.flatMap((curve) => curve.end ?? []).toSorted((a, b) => a.y - b.y);
	for (let i = 1; i < ends.length; i++) ends[i]!.y = Math.max(ends[i]!.y, ends[i - 1]!.y + GAP);
	const doses = [...new Set(all.map((p) => p.x))].toSorted((a, b) => a - b);
	return {
		curves: placed,
		xTicks: apart(doses.map((value) => ({ value, x: x(value) }))),
		yTicks: y.ticks(4).map((value) => ({ value, y: y(value) }))
	};
}

/** Ticks far enough from the one before. */
function apart(ticks: { value: number; x: number }[]): { value: number; x: number }[] {
	const kept: typeof ticks = [];
	for (const tick of ticks) if (tick.x - (kept.at(-1)?.x ?? -Infinity) >= 34) kept.push(tick);
	return kept;
}
