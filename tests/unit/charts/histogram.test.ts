import { describe, expect, it } from 'vitest';
import { layoutHistogram } from '../../../src/charts/layout/histogram';
import { inBands, peakOf } from '../../../src/charts/layout/quantiles';

const margin = { top: 10, right: 10, bottom: 20, left: 40 };

describe('layoutHistogram', () => {
	const edges = Array.from({ length: 17 }, (_, i) => i / 4);
	const counts = [900, 420, 200, 90, 41, 20, 9, 5, 3, 1, 0, 1, 0, 0, 0, 1];
	const at = (log: boolean) =>
		layoutHistogram({ edges, counts }, { width: 400, height: 160, margin, log });

	it.each([true, false])('stands every bar on the baseline, none outside (log %s)', (log) => {
		const { bars, baseline } = at(log);
		expect(bars).toHaveLength(16);
		for (const [i, bar] of bars.entries()) {
			expect(bar.y + bar.height).toBeCloseTo(baseline);
			expect(bar.y).toBeGreaterThanOrEqual(margin.top - 0.01);
			expect(bar.x).toBeGreaterThanOrEqual(margin.left);
			if (i > 0) expect(bar.x).toBeGreaterThanOrEqual(bars[i - 1]!.x + bars[i - 1]!.width);
		}
	});

	it('shows a count of 1 on both scales and nothing for 0', () => {
		for (const log of [true, false]) {
			expect(at(log).bars[9]!.height).toBeGreaterThanOrEqual(1);
			expect(at(log).bars[10]!.height).toBe(0);
		}
		expect(at(true).bars[9]!.height).toBeGreaterThan(5 * at(false).bars[9]!.height);
	});

	it('keeps heights in the order of counts', () => {
		const heights = at(true)
			.bars.slice(0, 10)
			.map((b) => b.height);
		expect(heights).toEqual(heights.toSorted((a, b) => b - a));
	});

	it('survives a feature that never fires', () => {
		const { bars } = layoutHistogram(
			{ edges: Array(17).fill(0), counts: Array(16).fill(0) },
			{ width: 300, height: 100, margin, log: true }
		);
		expect(bars.every((b) => b.height === 0 && Number.isFinite(b.x))).toBe(true);
	});

	it('keeps a value beyond the last edge inside', () => {
		expect(at(true).xOf(99)).toBe(400 - margin.right);
	});
});

describe('inBands', () => {
	it('groups by strength, strongest first, each example once and in its order', () => {
		const examples = [1, 0.995, 0.92, 0.8, 0.5, 0.26, 0.01, 0].map((quantile) => ({ quantile }));
		const bands = inBands(examples);
		expect(bands.flatMap((b) => b.examples)).toEqual(examples);
		expect(bands.map((b) => b.examples.length)).toEqual([2, 1, 1, 1, 1, 2]);
	});

	it('leaves empty bands out', () => {
		expect(inBands([{ quantile: 1 }])).toHaveLength(1);
		expect(inBands([])).toEqual([]);
	});
});

describe('peakOf', () => {
	it('finds the largest, the first of equals, none of zeros', () => {
		expect(peakOf([0, 2, 5, 5])).toBe(2);
		expect(peakOf(new Float32Array(3))).toBe(-1);
		expect(peakOf([])).toBe(-1);
	});
});
