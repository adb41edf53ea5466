import { describe, expect, it } from 'vitest';
import { layoutCurves, type Curve } from '../../../src/charts/layout/curves';

const frame = {
	width: 400,
	height: 220,
	margin: { top: 10, right: 100, bottom: 40, left: 40 },
	include: [0]
};
const curve = (name: string, ys: number[]): Curve => ({
	name,
	control: false,
	points: ys.map((y, i) => ({ x: i === 0 ? 0 : 2 ** (i - 3), y, range: [y - 0.1, y + 0.2] }))
});

describe('layoutCurves', () => {
	it('keeps everything inside its frame, doses apart', () => {
		const { curves, xTicks } = layoutCurves([curve('a', [0, 0.2, 0.5, 0.9, 1.2])], frame);
		for (const point of curves[0]!.points) {
			expect(point.x >= 40 && point.x <= 300).toBe(true);
			for (const y of [point.y, point.low, point.high]) expect(y >= 10 && y <= 180).toBe(true);
			expect(point.high).toBeLessThan(point.y);
			expect(point.low).toBeGreaterThan(point.y);
		}
		const xs = curves[0]!.points.map((point) => point.x);
		for (let i = 1; i < xs.length; i++) expect(xs[i]! - xs[i - 1]!).toBeGreaterThan(20);
		for (let i = 1; i < xTicks.length; i++)
			expect(xTicks[i]!.x - xTicks[i - 1]!.x).toBeGreaterThanOrEqual(34);
	});

	it('keeps names at the ends apart', () => {
		const { curves } = layoutCurves([curve('a', [0, 1]), curve('b', [0, 1.001])], frame);
		const [a, b] = curves.map((c) => c.end!.y);
		expect(Math.abs(a! - b!)).toBeGreaterThanOrEqual(13);
	});

	it('leaves out what has no finite place, and draws nothing of nothing', () => {
		const wild = { ...curve('a', [0, 1, 2]), points: [{ x: 1, y: Infinity, range: null }] };
		expect(layoutCurves([wild], frame).curves[0]!.points).toEqual([]);
		expect(layoutCurves([], frame).curves).toEqual([]);
	});
});
