/** Laws of the charts' layouts, over random data: in the frame, in order, in proportion, apart. */
import { describe, expect, it } from 'vitest';
import { layoutBars } from '../../../src/charts/layout/bars';
import { layoutCurves, type Curve } from '../../../src/charts/layout/curves';
import { layoutHistogram } from '../../../src/charts/layout/histogram';
import { layoutIntervals } from '../../../src/charts/layout/intervals';
import { layoutLayers } from '../../../src/charts/layout/layers';
import { layoutMultiples } from '../../../src/charts/layout/multiples';
import { layoutPushes } from '../../../src/charts/layout/pushes';
import { layoutStacks } from '../../../src/charts/layout/stacks';
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

describe('curves', () => {
	const cases = draws.list(40, () => {
		const curves = draws.list(draws.integer(1, 5), (c): Curve => ({
			name: `${c}`,
			control: draws.chance(0.5),
			points: draws.list(draws.integer(1, 8), () => {
				const y = value();
				const range: [number, number] = [y - draws.uniform(), y + draws.uniform()];
				return { x: draws.pick([0, 1, 2, 4, 8, 16]), y, range: draws.pick([null, range]) };
			})
		}));
		const frame = plot();
		return { curves, frame, layout: layoutCurves(curves, frame) };
	});

	it('lie in the frame, their spread around them, higher for more', () => {
		for (const { frame, layout } of cases) {
			const points = layout.curves.flatMap((curve) => curve.points);
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
		for (const { curves, layout } of cases)
			layout.curves.forEach(({ name, control, path, points }, c) => {
				expect([name, control]).toEqual([curves[c]!.name, curves[c]!.control]);
				expect(points.map(({ of }) => of)).toEqual(curves[c]!.points.toSorted((a, b) => a.x - b.x));
				expect(path.match(/[ML]/g)).toHaveLength(points.length);
			});
	});

	it('have names that are apart, in their order, and inside', () => {
		for (const { frame, layout } of cases) {
			const lines = layout.curves.map(({ points, end }) => ({ last: points.at(-1)!.y, y: end!.y }));
			expectNames(lines, frame.height);
			for (const { end } of layout.curves) expect(end!.x).toBe(frame.width - margin.right);
		}
	});

	it('have ticks that are doses, none on another', () => {
		for (const { curves, layout } of cases) {
			const doses = new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)));
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
			points: draws.list(layers, (layer) => ({ layer, value: draws.chance(0.2) ? null : value() }))
		}));
		const frame = plot();
		return { layers, series, frame, layout: layoutLayers(series, frame) };
	});

	it('have every value at its layer and its height, and a gap for each that is missing', () => {
		for (const { series, frame, layout } of cases) {
			const points = layout.series.flatMap((line) => line.points);
			for (const { x, y } of points) {
				within(x, margin.left, frame.width - margin.right);
				within(y, margin.top, frame.height - margin.bottom);
			}
			if (points.length > 0) {
				expectLinear(points.map(({ value, y }) => [value, y]));
				expectLinear(points.map(({ layer, x }) => [layer, x]));
			}
			layout.series.forEach((line, s) => {
				const known = series[s]!.points.filter((p) => p.value !== null);
				expect(line.points.map(({ layer, value }) => ({ layer, value }))).toEqual(known);
				const runs = series[s]!.points.filter(
					(p, i, all) => p.value !== null && (i === 0 || all[i - 1]!.value === null)
				);
				expect(line.path.match(/M/g)?.length ?? 0).toBe(runs.length);
			});
		}
	});

	it('have a tick for every layer, and names that are apart, in their order, and inside', () => {
		for (const { layers, frame, layout } of cases) {
			expect(layout.xTicks.map(({ value }) => value)).toEqual([...Array(layers).keys()]);
			const named = layout.series.filter(({ end }) => end !== null);
			expectNames(
				named.map(({ points, end }) => ({ last: points.at(-1)!.y, y: end!.y })),
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
			const frame = { width: 320, rowHeight: 22, labelWidth: 90, valueWidth: 60 };
			const values = draws.list(draws.integer(1, 12), value);
			const most = draws.pick([undefined, 5]);
			const bars = layoutBars(values, frame, most);
			expect(bars.map((bar) => bar.value)).toEqual(values);
			const largest = most ?? Math.max(...values.map(Math.abs));
			bars.forEach((bar, i) => {
				expect([bar.x, bar.y]).toEqual([90, 22 * i]);
				within(bar.width, 1, 170);
				if (largest > 0) {
					const share = Math.min(1, Math.abs(values[i]!) / largest);
					expect(bar.width).toBeCloseTo(Math.max(1, 170 * share), 6);
				}
			});
		}
	});
});

describe('stacked shares', () => {
	it('fill their row by their shares, side by side', () => {
		for (let trial = 0; trial < 40; trial++) {
			const frame = { width: draws.integer(100, 500), rowHeight: 24, gap: 5, labelWidth: 60 };
			const rows = draws.list(4, (i) => ({
				label: `${i}`,
				shares: draws.list(8, () => (draws.chance(0.3) ? 0 : draws.uniform()))
			}));
			layoutStacks(rows, frame).forEach(({ y, height, segments }, r) => {
				expect([y, height]).toEqual([24 * r, 19]);
				const { shares } = rows[r]!;
				const total = shares.reduce((a, b) => a + b, 0);
				let at = 60;
				expect(segments.map(({ part }) => part)).toEqual(
					shares.flatMap((share, part) => (share > 0 ? [part] : []))
				);
				for (const { part, share, x, width } of segments) {
					expect(share).toBe(shares[part]);
					expect(x).toBeCloseTo(at, 9);
					expect(width).toBeCloseTo((share / total) * (frame.width - 60), 9);
					at += width;
				}
				if (total > 0) expect(at).toBeCloseTo(frame.width, 9);
			});
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
			const histograms = draws.list(draws.integer(1, 9), (i) => ({
				id: `${i}`,
				edges,
				counts: draws.list(3, () => draws.integer(0, 40))
			}));
			const width = draws.integer(140, 1400);
			const { panels, height } = layoutMultiples(histograms, width);
			panels.forEach((panel, i) => {
				within(panel.x, 0, width);
				within(panel.x + panel.width, 0, width);
				within(panel.y + panel.baseline, 0, height);
				const before = panels[i - 1];
				if (before && before.y === panel.y)
					expect(panel.x - before.x - before.width).toBeCloseTo(18, 6);
				else expect(panel.x).toBe(0);
				for (const bar of panel.bars) {
					within(bar.x, 0, panel.width);
					within(bar.x + bar.width, 0, panel.width);
					expect(bar.y + bar.height).toBeCloseTo(panel.baseline, 6);
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

describe('intervals and pushes', () => {
	it('have everything on one axis that holds all of it', () => {
		for (let trial = 0; trial < 40; trial++) {
			const frame = { left: 120, right: 400, rowHeight: 24, include: [0], ticks: 5 };
			const rows = draws.list(draws.integer(1, 8), (i) => {
				const middle = value();
				const of = { value: middle, low: middle - draws.uniform(), high: middle + draws.uniform() };
				return {
					label: `${i}`,
					of: draws.pick([null, of]),
					reference: draws.pick([null, value()])
				};
			});
			const { rows: placed, ticks, zero } = layoutIntervals(rows, frame);
			const pairs = placed.flatMap((row, i): [number, number][] => {
				const { of, reference } = rows[i]!;
				expect(row.y).toBe(24 * i + 12);
				expect([row.value === null, row.reference === null]).toEqual([
					of === null,
					reference === null
				]);
				return [
					...(of
						? [
								[of.value, row.value!],
								[of.low, row.low],
								[of.high, row.high]
							]
						: []),
					...(reference === null ? [] : [[reference, row.reference!]])
				] as [number, number][];
			});
			const all = [...pairs, ...ticks.map(({ value, x }): [number, number] => [value, x])];
			for (const [, x] of all) within(x, 120, 400);
			expectLinear(all);
			const negative = Math.min(...all.map(([v]) => v)) < 0;
			if (zero === null) expect(pairs.every(([v]) => v >= 0)).toBe(true);
			else expect(negative).toBe(true);
		}
	});

	it('put each value beside its controls, between 0 and 1 at the least', () => {
		for (let trial = 0; trial < 40; trial++) {
			const frame = { width: draws.integer(260, 900), left: 96, right: 24, top: 8, pitch: 26 };
			const rows = draws.list(draws.integer(1, 6), (i) => ({
				label: `${i}`,
				value: draws.real(-0.5, 1.5),
				others: draws.list(4, () => draws.real(-1, 1)),
				mark: draws.chance(0.5)
			}));
			const layout = layoutPushes(rows, frame);
			const pairs: [number, number][] = [[0, layout.zero]];
			layout.rows.forEach((row, i) => {
				const { others, ...rest } = rows[i]!;
				expect(row).toMatchObject(rest);
				expect(row.y).toBe(8 + 26 * (i + 0.5));
				pairs.push(
					[row.value, row.x],
					...others.map((v, o): [number, number] => [v, row.others[o]!])
				);
			});
			pairs.push(...layout.ticks.map(({ value, x }): [number, number] => [value, x]));
			expectLinear(pairs);
			for (const [, x] of pairs) within(x, 96, frame.width - 24);
			expect(layout.height).toBe(8 + 26 * rows.length + 26);
		}
	});
});
