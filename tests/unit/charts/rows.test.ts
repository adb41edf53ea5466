import { describe, expect, it } from 'vitest';
import { layoutRows, lengthOf } from '../../../src/charts/layout/rows';
import { segmentsOf } from '../../../src/charts/layout/sets';

describe('bars', () => {
	const frame = { width: 300, left: 90, right: 50, rowHeight: 20 };
	const lengths = (values: number[], most: number) => {
		const layout = layoutRows(values.length, [0, most], frame);
		return values.map((value) => Math.round(lengthOf(layout, value)));
	};

	it('scale by the largest size, whatever the sign', () => {
		expect(lengths([-4, -2, 1], 4)).toEqual([160, 80, 40]);
		const { y } = layoutRows(3, [0, 4], frame);
		expect([0, 1, 2].map(y)).toEqual([10, 30, 50]);
	});

	it('share a scale between lists, and end with it', () => {
		expect(lengths([2], 4)).toEqual([80]);
		expect(lengths([9], 4)).toEqual([160]);
	});

	it('survive nothing and zeros, and a room too small', () => {
		expect(layoutRows(0, [], frame)).toMatchObject({ height: 20, ticks: [], zero: null });
		expect(lengths([0, 0], 0)).toEqual([1, 1]);
		const { left, right } = layoutRows(1, [0, 1], { ...frame, width: 10 });
		expect(right - left).toBe(8);
	});
});

describe('segments', () => {
	const of = (shares: number[]) =>
		segmentsOf(shares, 50, 300).map(({ part, x, width }) => [part, x, width]);

	it('fill the room in order, without gaps', () => {
		expect(of([0.5, 0, 0.3, 0.2])).toEqual([
			[0, 50, 125],
			[2, 175, 75],
			[3, 250, 50]
		]);
		// Whatever they add up to, the bar is whole.
		expect(of([0, 0, 2, 6])).toEqual([
			[2, 50, 62.5],
			[3, 112.5, 187.5]
		]);
	});

	it('are none where nothing has a share', () => expect(of([0, 0])).toEqual([]));
});

describe('an axis', () => {
	const frame = { width: 200, left: 100, right: 0, rowHeight: 20, ticks: 5, nice: true };

	it('holds all values, between round ends', () => {
		const { x, y, ticks, zero, height } = layoutRows(2, [0.2, 0.4, 0.6, 0.5, 1, 0], frame);
		for (const [value, at] of [
			[0.4, 140],
			[0.2, 120],
			[0.6, 160],
			[1, 200]
		] as const)
			expect(x(value)).toBeCloseTo(at, 9);
		expect([y(0), y(1)]).toEqual([10, 30]);
		expect(ticks.at(0)).toEqual({ value: 0, x: 100 });
		expect(zero).toBeNull();
		expect(height).toBe(60);
	});

	it('shows where 0 lies when values lie on both sides', () => {
		expect(layoutRows(1, [-0.5, 0.01, 0.5, 0], frame).zero).toBeCloseTo(150, 9);
	});

	it('has ticks whatever there is', () => {
		expect(layoutRows(0, [], frame).ticks.length).toBeGreaterThan(0);
	});

	it('lies lower where names stand above the marks', () => {
		const { above, y } = layoutRows(2, [0, 1], { ...frame, rowHeight: 40, drop: 9 });
		expect(above).toBe(true);
		expect([y(0), y(1)]).toEqual([29, 69]);
	});
});

describe('an axis without round ends', () => {
	const frame = { width: 480, left: 96, right: 24, top: 8, rowHeight: 26, ticks: 4 };
	const at = (values: number[], width = 480) => {
		const layout = layoutRows(values.length, [0, 1, ...values], { ...frame, width });
		return { ...layout, xs: values.map(layout.x) };
	};

	it('puts 0 at the left and 1 at the right where nothing lies beyond', () => {
		const { xs, x, y } = at([0, 0.5, 1]);
		expect(xs).toEqual([96, 276, 456]);
		expect(x(0)).toBe(96);
		expect([0, 1, 2].map(y)).toEqual([21, 47, 73]);
	});

	it('makes room for losses below 0 and above 1', () => {
		const { xs, zero } = at([1.5, -0.5]);
		expect(xs).toEqual([456, 96]);
		expect(zero).toBeCloseTo(186);
	});

	it('stays inside a phone', () => {
		const { xs, ticks } = at([1, 0], 280);
		for (const x of [...xs, ...ticks.map((tick) => tick.x)]) expect(x >= 96 && x <= 256).toBe(true);
	});
});
