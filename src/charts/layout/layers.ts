/** A metric over layers, one line a kind of site. */
import { extent } from 'd3-array';
import { scaleLinear, scalePoint } from 'd3-scale';
import { line } from 'd3-shape';

export interface LayerPoint {
	layer: number;
	value: number | null;
}

export interface LayerSeries {
	name: string;
	points: LayerPoint[];
}

export interface LayerFrame {
	width: number;
	height: number;
	margin: { top: number; right: number; bottom: number; left: number };
	/** Values the vertical axis must hold. */
	include: number[];
}

export interface PlacedSeries {
	name: string;
	path: string;
	points: { layer: number; value: number; x: number; y: number }[];
	/** Where its name stands: at the right edge, as high as its last value. */
	end: { x: number; y: number } | null;
}

export interface LayersLayout {
	series: PlacedSeries[];
	xTicks: { value: number; x: number }[];
	yTicks: { value: number; y: number }[];
}

const GAP = 13;

/** Missing values break the line; names at its ends are kept apart. */
export function layoutLayers(series: LayerSeries[], frame: LayerFrame): LayersLayout {
	const { width, height, margin } = frame;
	const layers = [...new Set(series.flatMap((s) => s.points.map((p) => p.layer)))].toSorted(
		(a, b) => a - b
	);
	const values = series.flatMap((s) => s.points.flatMap((p) => p.value ?? []));
	const [low, high] = extent([...values, ...frame.include]);
	const x = scalePoint(layers, [margin.left, width - margin.right]);
	const y = scaleLinear(
		[low ?? 0, high === low ? (low ?? 0) + 1 : (high ?? 1)],
		[height - margin.bottom, margin.top]
	).nice(4);
	const path = line<LayerPoint>()
		.defined((p) => p.value !== null)
		.x((p) => x(p.layer) ?? 0)
		.y((p) => y(p.value!));
	const placed = series.map(({ name, points }) => {
		const known = points.flatMap(({ layer, value }) =>
			value === null ? [] : [{ layer, value, x: x(layer) ?? 0, y: y(value) }]
		);
		const last = known.at(-1);
		return {
			name,
			path: path(points) ?? '',
			points: known,
			end: last ? { x: width - margin.right, y: last.y } : null
		};
	});
	separate(placed);
	return {
		series: placed,
		xTicks: layers.map((value) => ({ value, x: x(value) ?? 0 })),
		yTicks: y.ticks(4).map((value) => ({ value, y: y(value) }))
	};
}

/** Moves names at the lines' ends apart, in their order of height. */
function separate(series: PlacedSeries[]): void {
	const ends = series.flatMap((s) => s.end ?? []).toSorted((a, b) => a.y - b.y);
	for (let i = 1; i < ends.length; i++) ends[i]!.y = Math.max(ends[i]!.y, ends[i - 1]!.y + GAP);
}
