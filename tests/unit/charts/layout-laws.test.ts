/** Laws of the charts' layouts, over random data: in the frame, in order, in proportion, apart. */
import { describe, expect, it } from 'vitest';
import { layoutHistogram, layoutPanels } from '../../../src/charts/layout/histogram';
import { layoutLines, type Line } from '../../../src/charts/layout/lines';
import { layoutRows, lengthOf } from '../../../src/charts/layout/rows';
import { segmentsOf } from '../../../src/charts/layout/sets';
import { Draws } from '../../draws';

const draws = new Draws(256);
const margin = { top: 14, right: 80, bottom: 34, left: 46 };
const plot = () => ({
	width: draws.integer(240, 1200),
	height: draws.integer(140, 400),
	margin,
	include: draws.pick([[], [0], [0, 1]])
});
const value = () =>
	draws.pick([() => draws.real(-2, 3), () => draws.real(0, 1), () => 0, () => 1e3])();
const EDGE = 1e-6;

/** Of two sorted by the first, the second never falls; with `strictly`, equal ones have equals. */
function expectRising(pairs: [number, number][]): void {
	const sorted = pairs.toSorted(([a], [b]) => a - b);
	sorted.forEach(([a, x], i) => {
		if (i === 0) return;
		const [b, y] = sorted[i - 1]!;
		expect(x).toBeGreaterThanOrEqual(y - EDGE);
		if (a === b) expect(x).toBeCloseTo(y, 6);
	});
}

/** On one straight scale: equal steps of the value are equal steps of the place. */
function expectLinear(pairs: [number, number][]): void {
	const [[a, x], [b, y]] = [
		pairs.reduce((least, pair) => (pair[0] < least[0] ? pair : least)),
		pairs.reduce((most, pair) => (pair[0] > most[0] ? pair : most))
	];
	if (a === b) return;
	for (const [value, place] of pairs)
		expect(place).toBeCloseTo(x + ((value - a) / (b - a)) * (y - x), 4);
}

const within = (x: number, from: number, to: number) =>
	expect(x >= from - EDGE && x <= to + EDGE, `${x} from ${from} to ${to}`).toBe(true);

/** Names at the ends of lines: apart, in the order of the lines, inside. */
function expectNames(lines: { last: number; y: number }[], height: number): void {
	const sorted = lines.toSorted((a, b) => a.y - b.y);
	sorted.forEach(({ last, y }, i) => {
		within(y, margin.top, height - margin.bottom);
		if (i === 0) return;
		expect(y - sorted[i - 1]!.y).toBeGreaterThanOrEqual(13 - EDGE);
		expect(last).toBeGreaterThanOrEqual(sorted[i - 1]!.last - EDGE);
	});
}

describe('lines over values that double', () => {
	const cases = draws.list(40, () => {
		const lines = draws.list(draws.integer(1, 5), (c): Line => ({
			name: `${c}`,
			control: draws.chance(0.5),
			points: draws.list(draws.integer(1, 8), () => {
				const y = value();
				const range: [number, number] = [y - draws.uniform(), y + draws.uniform()];
				return { x: draws.pick([0, 1, 2, 4, 8, 16]), y, range: draws.pick([null, range]) };
			})
		}));
		const frame = plot();
		return { lines, frame, layout: layoutLines(lines, { ...frame, spacing: 'doubling' }) };
	});

	it('lie in the frame, their spread around them, higher for more', () => {
		for (const { frame, layout } of cases) {
			const points = layout.lines.flatMap((line) => line.placed);
			for (const { x, y, low, high } of points) {
				within(x, margin.left, frame.width - margin.right);
				for (const at of [low, y, high]) within(at, margin.top, frame.height - margin.bottom);
				within(y, high, low);
			}
			expectLinear(points.map(({ y, of }) => [of.y, y]));
			expectRising(points.map(({ x, of }) => [of.x, x]));
		}
	});

	it('go through all their points from left to right', () => {
		for (const { lines, layout } of cases)
			layout.lines.forEach(({ name, control, path, placed }, l) => {
				expect([name, control]).toEqual([lines[l]!.name, lines[l]!.control]);
				expect(placed.map(({ of }) => of)).toEqual(lines[l]!.points.toSorted((a, b) => a.x - b.x));
				expect(path.match(/[ML]/g)).toHaveLength(placed.length);
			});
	});

	it('have names that are apart, in their order, and inside', () => {
		for (const { frame, layout } of cases) {
			const names = layout.lines.map(({ placed, end }) => ({ last: placed.at(-1)!.y, y: end!.y }));
			expectNames(names, frame.height);
			for (const { end } of layout.lines) expect(end!.x).toBe(frame.width - margin.right);
		}
	});

	it('have ticks that are doses, none on another', () => {
		for (const { lines, layout } of cases) {
			const doses = new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)));
			layout.xTicks.forEach(({ value, x }, i) => {
				expect(doses.has(value)).toBe(true);
				if (i > 0) expect(x - layout.xTicks[i - 1]!.x).toBeGreaterThanOrEqual(34);
			});
			expect(layout.xTicks[0]!.value).toBe(Math.min(...doses));
		}
	});
});

describe('lines over layers', () => {
	const cases = draws.list(40, () => {
		const layers = draws.integer(1, 12);
		const series = draws.list(draws.integer(1, 4), (s) => ({
			name: `${s}`,
			points: draws.list(layers, (x) => ({ x, y: draws.chance(0.2) ? null : value() }))
		}));
		const frame = plot();
		return { layers, series, frame, layout: layoutLines(series, { ...frame, spacing: 'even' }) };
	});

	it('have every value at its layer and its height, and a gap for each that is missing', () => {
		for (const { series, frame, layout } of cases) {
			const points = layout.lines.flatMap((line) => line.placed);
			for (const { x, y } of points) {
				within(x, margin.left, frame.width - margin.right);
				within(y, margin.top, frame.height - margin.bottom);
			}
			if (points.length > 0) {
				expectLinear(points.map(({ of, y }) => [of.y, y]));
				expectLinear(points.map(({ of, x }) => [of.x, x]));
			}
			layout.lines.forEach((line, s) => {
				const known = series[s]!.points.filter((p) => p.y !== null);
				expect(line.placed.map(({ of }) => of)).toEqual(known);
				const runs = series[s]!.points.filter(
					(p, i, all) => p.y !== null && (i === 0 || all[i - 1]!.y === null)
				);
				expect(line.path.match(/M/g)?.length ?? 0).toBe(runs.length);
			});
		}
	});

	it('have a tick for every layer, and names that are apart, in their order, and inside', () => {
		for (const { layers, frame, layout } of cases) {
			expect(layout.xTicks.map(({ value }) => value)).toEqual([...Array(layers).keys()]);
			const named = layout.lines.filter(({ end }) => end !== null);
			expectNames(
				named.map(({ placed, end }) => ({ last: placed.at(-1)!.y, y: end!.y })),
				frame.height
			);
		}
	});
});

describe('a histogram', () => {
	const cases = draws.list(40, (i) => {
		const counts = draws.list(draws.integer(1, 32), () =>
			draws.pick([0, 1, 2, draws.integer(3, 50), draws.integer(50, 100_000)])
		);
		const step = 2 ** draws.integer(-8, 6);
		const edges = Array.from({ length: counts.length + 1 }, (_, b) => b * step);
		const frame = { width: 420, height: 170, margin: { ...margin, right: 10 }, log: i % 2 === 0 };
		return { edges, counts, frame, layout: layoutHistogram({ edges, counts }, frame) };
	});

	it('stands bar by bar on its baseline, none over another, inside', () => {
		for (const { counts, edges, frame, layout } of cases) {
			const { bars, baseline } = layout;
			expect(baseline).toBe(frame.height - margin.bottom);
			bars.forEach((bar, b) => {
				expect([bar.from, bar.to, bar.count]).toEqual([edges[b], edges[b + 1], counts[b]]);
				expect(bar.y + bar.height).toBeCloseTo(baseline, 6);
				within(bar.y, margin.top, baseline);
				within(bar.x, margin.left, frame.width - 10);
				within(bar.x + bar.width, margin.left, frame.width - 10);
				if (b > 0) expect(bar.x).toBeGreaterThanOrEqual(bars[b - 1]!.x + bars[b - 1]!.width);
				expect(bar.height > 0).toBe(counts[b]! > 0);
			});
			expectRising(bars.map(({ count, height }) => [count, height]));
		}
	});

	it('has heights in proportion to counts, or to their logarithms', () => {
		for (const { frame, layout } of cases) {
			// What is lower than a pixel is drawn as one.
			const tall = layout.bars.filter(({ height }) => height > 1);
			if (tall.length === 0) continue;
			expectLinear(tall.map(({ count, height }) => [frame.log ? Math.log(count) : count, height]));
			if (!frame.log)
				expectLinear([
					...tall.map(({ count, height }): [number, number] => [count, height]),
					[0, 0]
				]);
		}
	});

	it('has ticks where its values lie', () => {
		for (const { edges, layout } of cases) {
			for (const { value, x } of layout.xTicks) expect(x).toBeCloseTo(layout.xOf(value), 9);
			for (const { value } of layout.yTicks) expect(Number.isInteger(value)).toBe(true);
			layout.bars.forEach(({ x }, b) => expect(x - 0.5).toBeCloseTo(layout.xOf(edges[b]!), 9));
			expectLinear(edges.map((edge) => [edge, layout.xOf(edge)]));
		}
	});
});

describe('bars', () => {
	it('are as long as their values are large, on one scale, inside', () => {
		for (let trial = 0; trial < 40; trial++) {
			const frame = { width: 320, rowHeight: 22, left: 90, right: 60 };
			const values = draws.list(draws.integer(1, 12), value);
			const largest = draws.pick([Math.max(...values.map(Math.abs)), 5]);
			const layout = layoutRows(values.length, [0, largest], frame);
			expect([layout.left, layout.right, layout.height]).toEqual([90, 260, 22 * values.length]);
			values.forEach((value, i) => {
				expect(layout.y(i)).toBe(22 * i + 11);
				const length = lengthOf(layout, value);
				within(length, 1, 170);
				if (largest > 0) {
					const share = Math.min(1, Math.abs(value) / largest);
					expect(length).toBeCloseTo(Math.max(1, 170 * share), 6);
				}
			});
		}
	});
});

describe('stacked shares', () => {
	it('fill their row by their shares, side by side', () => {
		for (let trial = 0; trial < 40; trial++) {
			const right = draws.integer(100, 500);
			const shares = draws.list(8, () => (draws.chance(0.3) ? 0 : draws.uniform()));
			const total = shares.reduce((a, b) => a + b, 0);
			const segments = segmentsOf(shares, 60, right);
			expect(segments.map(({ part }) => part)).toEqual(
				shares.flatMap((share, part) => (share > 0 ? [part] : []))
			);
			let at = 60;
			for (const { part, share, x, width } of segments) {
				expect(share).toBe(shares[part]);
				expect(x).toBeCloseTo(at, 9);
				expect(width).toBeCloseTo((share / total) * (right - 60), 9);
				at += width;
			}
			if (total > 0) expect(at).toBeCloseTo(right, 9);
		}
	});
});

describe('small histograms', () => {
	it('stand in rows that fill the width, each bar at its place on the shared scales', () => {
		for (let trial = 0; trial < 40; trial++) {
			const edges = draws.pick([
				[-6, -5, -4, -3],
				[0, 1, 2, 3]
			]);
			const histograms = draws.list(draws.integer(1, 9), () => ({
				edges,
				counts: draws.list(3, () => draws.integer(0, 40))
			}));
			const width = draws.integer(140, 1400);
			const { panels, panelWidth, baseline, height } = layoutPanels(histograms, width);
			panels.forEach((panel, i) => {
				within(panel.x, 0, width);
				within(panel.x + panelWidth, 0, width);
				within(panel.y + baseline, 0, height);
				const before = panels[i - 1];
				if (before && before.y === panel.y)
					expect(panel.x - before.x - panelWidth).toBeCloseTo(18, 6);
				else expect(panel.x).toBe(0);
				for (const bar of panel.bars) {
					within(bar.x, 0, panelWidth);
					within(bar.x + bar.width, 0, panelWidth);
					expect(bar.y + bar.height).toBeCloseTo(baseline, 6);
				}
			});
			const shares = histograms.flatMap(({ counts }) => {
				const total = counts.reduce((a, b) => a + b, 0);
				return counts.map((count) => (total > 0 ? count / total : 0));
			});
			const heights = panels.flatMap(({ bars }) => bars.map((bar) => bar.height));
			expectRising(shares.map((share, i) => [share, heights[i]!]));
		}
	});
});

describe('rows on an axis', () => {
	it('have everything on one scale between round ends that holds all of it', () => {
		for (let trial = 0; trial < 40; trial++) {
			const frame = { width: 400, left: 120, right: 0, rowHeight: 24, ticks: 5, nice: true };
			const rows = draws.list(draws.integer(1, 8), () => draws.list(4, value));
			const values = [0, ...rows.flat()];
			const { x, y, ticks, zero, height } = layoutRows(rows.length, values, frame);
			rows.forEach((_, i) => expect(y(i)).toBe(24 * i + 12));
			expect(height).toBe(24 * rows.length + 20);
			const all = [
				...values.map((value): [number, number] => [value, x(value)]),
				...ticks.map(({ value, x }): [number, number] => [value, x])
			];
			for (const [, x] of all) within(x, 120, 400);
			expectLinear(all);
			if (zero === null)
				expect(values.every((v) => v >= 0) || values.every((v) => v <= 0)).toBe(true);
			else expect(zero).toBeCloseTo(x(0), 9);
		}
	});

	it('reach from edge to edge without round ends', () => {
		for (let trial = 0; trial < 40; trial++) {
			const frame = { width: draws.integer(260, 900), left: 96, right: 24, top: 8, rowHeight: 26 };
			const values = [0, 1, ...draws.list(draws.integer(1, 24), () => draws.real(-1, 1.5))];
			const { x, y, ticks, height } = layoutRows(6, values, { ...frame, ticks: 4 });
			const pairs = [
				...values.map((value): [number, number] => [value, x(value)]),
				...ticks.map(({ value, x }): [number, number] => [value, x])
			];
			expectLinear(pairs);
			for (const [, x] of pairs) within(x, 96, frame.width - 24);
			expect(x(Math.min(...values))).toBeCloseTo(96, 9);
			expect(x(Math.max(...values))).toBeCloseTo(frame.width - 24, 9);
			expect([y(0), y(5)]).toEqual([21, 151]);
			expect(height).toBe(8 + 26 * 6 + 20);
		}
	});
});
