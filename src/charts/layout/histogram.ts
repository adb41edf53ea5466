/** Bars of a histogram from its edges and counts, on a linear or a logarithmic scale of counts. */
import { max } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';

export interface HistogramFrame {
	width: number;
	height: number;
	margin: { top: number; right: number; bottom: number; left: number };
	log: boolean;
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

export interface HistogramLayout {
	bars: HistogramBar[];
	xTicks: { value: number; x: number }[];
	yTicks: { value: number; y: number }[];
	baseline: number;
	/** Where a value lies, kept inside the frame. */
	xOf: (value: number) => number;
}

/** Counts of 0 have no bar; a count of 1 still shows on the logarithmic scale, which starts at 1/2. */
export function layoutHistogram(
	{ edges, counts }: { edges: number[]; counts: number[] },
	{ width, height, margin, log }: HistogramFrame
): HistogramLayout {
	const lowest = edges[0] ?? 0;
	const highest = edges.at(-1) ?? 1;
	const x = scaleLinear(
		[lowest, highest > lowest ? highest : lowest + 1],
		[margin.left, width - margin.right]
	).clamp(true);
	const most = Math.max(1, max(counts) ?? 1);
	const range: [number, number] = [height - margin.bottom, margin.top];
	const y = log
		? scaleLog([0.5, Math.max(10, most)], range)
		: scaleLinear([0, most], range).nice(3);
	const baseline = height - margin.bottom;
	const bars = counts.map((count, i) => {
		const [from, to] = [edges[i] ?? 0, edges[i + 1] ?? edges[i] ?? 0];
		const top = count > 0 ? Math.min(y(count), baseline - 1) : baseline;
		const left = x(from);
		return {
			from,
			to,
			count,
			x: left + 0.5,
			y: top,
			width: Math.max(0.5, x(to) - left - 1),
			height: baseline - top
		};
	});
	const whole = (value: number) => Number.isInteger(value);
	const yValues = log ? powersOfTen(Math.max(10, most)) : y.ticks(3).filter((v) => whole(v));
	return {
		bars,
		xTicks: x.ticks(Math.max(2, Math.round(width / 90))).map((value) => ({ value, x: x(value) })),
		yTicks: yValues.map((value) => ({ value, y: y(value) })),
		baseline,
		xOf: (value) => x(value)
	};
}

function powersOfTen(most: number): number[] {
	const top = Math.floor(Math.log10(most));
	const step = Math.max(1, Math.ceil(top / 3));
	return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => 10 ** (i * step));
}
