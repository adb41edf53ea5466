import { describe, expect, it } from 'vitest';
import { layoutIntervals } from '../../../src/charts/layout/intervals';
import { layoutStacks } from '../../../src/charts/layout/stacks';

describe('layoutStacks', () => {
	const frame = { width: 300, rowHeight: 30, gap: 6, labelWidth: 50 };

	it('fills the room behind the labels, in order, without gaps', () => {
		const [one, two] = layoutStacks(
			[
				{ label: 'layer 1', shares: [0.5, 0, 0.3, 0.2] },
				{ label: 'layer 2', shares: [0, 0, 2, 6] }
			],
			frame
		);
		expect(one!.segments.map(({ part, x, width }) => [part, x, width])).toEqual([
			[0, 50, 125],
			[2, 175, 75],
			[3, 250, 50]
		]);
		expect([one!.y, one!.height, two!.y]).toEqual([0, 24, 30]);
		// Whatever they add up to, the bar is whole.
		expect(two!.segments.map(({ part, width }) => [part, width])).toEqual([
			[2, 62.5],
			[3, 187.5]
		]);
	});

	it('draws nothing of a row without shares, and survives a narrow room', () => {
		expect(layoutStacks([{ label: '', shares: [0, 0] }], frame)[0]!.segments).toEqual([]);
		const [tight] = layoutStacks([{ label: '', shares: [1] }], { ...frame, width: 10 });
		expect(tight!.segments[0]!.width).toBe(8);
	});
});

describe('layoutIntervals', () => {
	const frame = { left: 100, right: 200, rowHeight: 20, include: [0], ticks: 5 };
	const row = (value: number, low: number, high: number, reference: number | null = null) => ({
		label: `${value}`,
		of: { value, low, high },
		reference
	});

	it('has all values, ends and references on one axis', () => {
		const { rows, ticks, zero } = layoutIntervals(
			[row(0.4, 0.2, 0.6), row(0.5, 0.5, 0.5, 1)],
			frame
		);
		const [first, second] = rows;
		for (const [at, x] of [
			[first!.value, 140],
			[first!.low, 120],
			[first!.high, 160],
			[second!.reference, 200]
		] as const)
			expect(at).toBeCloseTo(x, 9);
		expect(first!.reference).toBeNull();
		expect([first!.y, second!.y]).toEqual([10, 30]);
		expect(ticks.at(0)).toEqual({ value: 0, x: 100 });
		expect(zero).toBeNull();
	});

	it('shows where 0 lies when differences lie on both sides', () => {
		const { zero } = layoutIntervals([row(0.01, -0.5, 0.5)], frame);
		expect(zero).toBeCloseTo(150, 9);
	});

	it('leaves a row that was not measured without a dot', () => {
		const { rows } = layoutIntervals([{ label: '', of: null, reference: 0.5 }], frame);
		expect(rows[0]!.value).toBeNull();
		expect(rows[0]!.reference).not.toBeNull();
		expect(layoutIntervals([], { ...frame, include: [] }).ticks.length).toBeGreaterThan(0);
	});
});
