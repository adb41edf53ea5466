/** Small histograms side by side, all on the same two scales, so that shapes can be compared. */
import { extent, max, sum } from 'd3-array';
import { scaleLinear } from 'd3-scale';

export interface SmallHistogram {
	id: string;
	edges: number[];
	counts: number[];
}

export interface Panel {
	id: string;
	x: number;
	y: number;
	width: number;
	/** Where the bars stand, from the panel's top. */
	baseline: number;
	bars: {
		from: number;
		to: number;
		count: number;
		x: number;
		y: number;
		width: number;
		height: number;
	}[];
	ticks: { value: number; x: number }[];
}

export interface MultiplesLayout {
	width: number;
	height: number;
	panels: Panel[];
}

const LEAST = 132;
const GAP = 18;
const TITLE = 18;
const PLOT = 56;
const AXIS = 20;

/** As many panels a row as are wide enough; heights are shares of each panel's own sum. */
export function layoutMultiples(histograms: SmallHistogram[], width: number): MultiplesLayout {
	const columns = Math.max(
		1,
		Math.min(histograms.length, Math.floor((width + GAP) / (LEAST + GAP)))
	);
	const room = (width + GAP) / columns - GAP;
	const [low = 0, high = 1] = extent(histograms.flatMap(({ edges }) => edges));
	const shares = histograms.map(({ counts }) => {
		const total = sum(counts);
		return counts.map((count) => (total > 0 ? count / total : 0));
	});
	const x = scaleLinear([low, high > low ? high : low + 1], [0, room]);
	const y = scaleLinear([0, max(shares.flat()) || 1], [0, PLOT]);
	const baseline = TITLE + PLOT;
	const ticks = x.ticks(3).map((value) => ({ value, x: x(value) }));
	const panels = histograms.map(({ id, edges, counts }, i) => ({
		id,
		x: (i % columns) * (room + GAP),
		y: Math.floor(i / columns) * (baseline + AXIS + GAP),
		width: room,
		baseline,
		bars: counts.map((count, b) => {
			const [from, to] = [edges[b]!, edges[b + 1]!];
			const height = count > 0 ? Math.max(1, y(shares[i]![b]!)) : 0;
			return {
				from,
				to,
				count,
				x: x(from) + 0.5,
				y: baseline - height,
				width: Math.max(0.5, x(to) - x(from) - 1),
				height
			};
		}),
		ticks
	}));
	const rows = Math.ceil(histograms.length / columns);
	return { width, height: Math.max(0, rows * (baseline + AXIS + GAP) - GAP), panels };
}
