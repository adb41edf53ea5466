/** A metric over layers, one line a kind of site. */
import { scalePoint } from 'd3-scale';
import { line } from 'd3-shape';
import { separate, ticksOf, upwards, type PlotFrame, type PlotTicks } from './axes';

export interface LayerPoint {
	layer: number;
	value: number | null;
}

export interface LayerSeries {
	name: string;
	points: LayerPoint[];
}

export interface PlacedSeries {
	name: string;
	path: string;
	points: { layer: number; value: number; x: number; y: number }[];
	/** Where its name stands: at the right edge, as high as its last value. */
	end: { x: number; y: number } | null;
}

export interface LayersLayout extends PlotTicks {
	series: PlacedSeries[];
}

/** Missing values break the line; names at its ends are kept apart. */
export function layoutLayers(series: LayerSeries[], frame: PlotFrame): LayersLayout {
	const { width, margin } = frame;
	const layers = [...new Set(series.flatMap((s) => s.points.map((p) => p.layer)))].toSorted(
		(a, b) => a - b
	);
	const values = series.flatMap((s) => s.points.flatMap((p) => p.value ?? []));
	const x = scalePoint(layers, [margin.left, width - margin.right]);
	const y = upwards(values, frame);
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
	separate(placed, frame);
	return {
		series: placed,
		xTicks: layers.map((value) => ({ value, x: x(value) ?? 0 })),
		yTicks: ticksOf(y)
	};
}
