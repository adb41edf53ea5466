/** Bars of histograms: one with axes, on a linear or logarithmic scale of counts, or many small ones beside each other. */
import { extent, max, sum } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { PlotFrame, PlotTicks } from './axes';

export interface Bins {
	/** One more than counts. */
	edges: number[];
	counts: number[];
}

export interface HistogramBar {
	from: number;
	to: number;
	count: number;
	x: number;
	y: number;
	width: number;
	height: number;
}

export interface HistogramLayout extends PlotTicks {
	bars: HistogramBar[];
	baseline: number;
	/** Where a value lies, kept inside the frame. */
	xOf: (value: number) => number;
}

/** A count of 0 has no bar, any other at least a pixel. */
function barsOf(
	{ edges, counts }: Bins,
	x: (value: number) => number,
	y: (count: number) => number,
	baseline: number
): HistogramBar[] {
	return counts.map((count, i) => {
		const [from, to] = [edges[i] ?? 0, edges[i + 1] ?? edges[i] ?? 0];
		const top = count > 0 ? Math.min(y(count), baseline - 1) : baseline;
		const [left, right] = [x(from), x(to)];
		const width = Math.max(0.5, right - left - 1);
		return { from, to, count, x: left + 0.5, y: top, width, height: baseline - top };
	});
}

/** A count of 1 shows on the logarithmic scale too, which starts at 1/2. */
export function layoutHistogram(
	bins: Bins,
	{ width, height, margin, log }: PlotFrame & { log: boolean }
): HistogramLayout {
	const [low, high] = [bins.edges[0] ?? 0, bins.edges.at(-1) ?? 1];
	const x = scaleLinear(
		[low, high > low ? high : low + 1],
		[margin.left, width - margin.right]
	).clamp(true);
	const most = Math.max(1, max(bins.counts) ?? 1);
	const baseline = height - margin.bottom;
	const y = log
		? scaleLog([0.5, Math.max(10, most)], [baseline, margin.top])
		: scaleLinear([0, most], [baseline, margin.top]).nice(3);
	const yValues = log ? powersOfTen(Math.max(10, most)) : y.ticks(3).filter(Number.isInteger);
	return {
		bars: barsOf(bins, x, y, baseline),
		xTicks: x.ticks(Math.max(2, Math.round(width / 90))).map((value) => ({ value, x: x(value) })),
		yTicks: yValues.map((value) => ({ value, y: y(value) })),
		baseline,
		xOf: x
	};
}

function powersOfTen(most: number): number[] {
	const top = Math.floor(Math.log10(most));
	const step = Math.max(1, Math.ceil(top / 3));
	return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => 10 ** (i * step));
}

export interface Panel {
	x: number;
	y: number;
	bars: HistogramBar[];
}

/** Panels share their width, their baseline (from the panel's top) and their ticks. */
export interface PanelsLayout {
	height: number;
	panels: Panel[];
	panelWidth: number;
	baseline: number;
	ticks: { value: number; x: number }[];
}

const NARROWEST = 132;
const GAP = 18;
const TITLE = 18;
const PLOT = 56;
const AXIS = 20;

/** As many panels a row as are wide enough, on the same scales; heights are shares of each panel's own sum. */
export function layoutPanels(all: Bins[], width: number): PanelsLayout {
	const columns = Math.max(1, Math.min(all.length, Math.floor((width + GAP) / (NARROWEST + GAP))));
	const panelWidth = (width + GAP) / columns - GAP;
	const [low = 0, high = 1] = extent(all.flatMap(({ edges }) => edges));
	const x = scaleLinear([low, high > low ? high : low + 1], [0, panelWidth]);
	const sums = all.map(({ counts }) => sum(counts) || 1);
	const most = max(all, ({ counts }, i) => (max(counts) ?? 0) / sums[i]!) || 1;
	const baseline = TITLE + PLOT;
	const pitch = baseline + AXIS + GAP;
	return {
		height: Math.max(0, Math.ceil(all.length / columns) * pitch - GAP),
		panels: all.map((bins, i) => {
			const y = scaleLinear([0, most * sums[i]!], [baseline, TITLE]);
			return {
				x: (i % columns) * (panelWidth + GAP),
				y: Math.floor(i / columns) * pitch,
				bars: barsOf(bins, x, y, baseline)
			};
		}),
		panelWidth,
		baseline,
		ticks: x.ticks(3).map((value) => ({ value, x: x(value) }))
	};
}
