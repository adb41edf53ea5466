/** Lines over one numeric axis, each point with the spread of its samples. */
import { scaleSymlog } from 'd3-scale';
import { line } from 'd3-shape';
import { separate, ticksOf, upwards, type PlotFrame, type PlotTicks } from './axes';

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

export interface PlacedCurve {
	name: string;
	control: boolean;
	path: string;
	points: { x: number; y: number; low: number; high: number; of: CurvePoint }[];
	/** Where its name stands. */
	end: { x: number; y: number } | null;
}

export interface CurvesLayout extends PlotTicks {
	curves: PlacedCurve[];
}

/** Points without a finite place are left out; names at the ends are kept apart. */
export function layoutCurves(curves: Curve[], frame: PlotFrame): CurvesLayout {
	const { width, margin } = frame;
	const known = curves.map((curve) => ({
		...curve,
		points: curve.points
			.filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y))
			.toSorted((a, b) => a.x - b.x)
	}));
	const all = known.flatMap((curve) => curve.points);
	const right = Math.max(0, ...all.map((p) => p.x));
	const values = all.flatMap((p) => [p.y, ...(p.range ?? [])]).filter(Number.isFinite);
	// Doses double: near 0 they would lie on one another.
	const x = scaleSymlog()
		.constant(Math.max(1e-3, right / 16))
		.domain([0, right || 1])
		.range([margin.left, width - margin.right]);
	const y = upwards(values, frame);
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
	separate(placed, frame);
	const doses = [...new Set(all.map((p) => p.x))].toSorted((a, b) => a - b);
	return {
		curves: placed,
		xTicks: apart(doses.map((value) => ({ value, x: x(value) }))),
		yTicks: ticksOf(y)
	};
}

/** Ticks far enough from the one before. */
function apart(ticks: PlotTicks['xTicks']): PlotTicks['xTicks'] {
	const kept: PlotTicks['xTicks'] = [];
	for (const tick of ticks) if (tick.x - (kept.at(-1)?.x ?? -Infinity) >= 34) kept.push(tick);
	return kept;
}
