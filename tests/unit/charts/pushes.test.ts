import { describe, expect, it } from 'vitest';
import { percent } from '../../../src/core/names/numbers';
import { layoutPushes } from '../../../src/charts/layout/pushes';

const frame = { width: 480, left: 96, right: 24, top: 8, pitch: 26 };
const row = (value: number, others: number[] = []) => ({ label: 'a', value, others, mark: false });

describe('layoutPushes', () => {
	it('puts 0 at the left and 1 at the right where nothing lies beyond', () => {
		const { rows, zero } = layoutPushes([row(0), row(0.5), row(1)], frame);
		expect(rows.map((r) => r.x)).toEqual([96, 276, 456]);
		expect(zero).toBe(96);
		expect(rows.map((r) => r.y)).toEqual([21, 47, 73]);
	});

	it('makes room for losses below 0 and above 1, controls included', () => {
		const { rows, zero } = layoutPushes([row(1.5, [-0.5])], frame);
		expect(rows[0]!.x).toBe(456);
		expect(rows[0]!.others).toEqual([96]);
		expect(zero).toBeCloseTo(186);
	});

	it('stays inside a phone', () => {
		const { rows, ticks } = layoutPushes([row(1), row(0)], { ...frame, width: 280 });
		for (const x of [...rows.map((r) => r.x), ...ticks.map((t) => t.x)])
			expect(x >= 96 && x <= 256).toBe(true);
	});
});

describe('percent', () => {
	it('reads on both sides of 0', () => {
		expect([0.1234, -0.1234, 0, -0.0005, 0.000001, -0.000001].map(percent)).toEqual([
			'12.3 %',
			'−12.3 %',
			'0 %',
			'−0.05 %',
			'< 0.001 %',
			'> −0.001 %'
		]);
	});
});
