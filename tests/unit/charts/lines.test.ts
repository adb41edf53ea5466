import { describe, expect, it } from 'vitest';
import { layoutLines, type Line, type LinesFrame } from '../../../src/charts/layout/lines';

const frame: LinesFrame = {
	width: 400,
	height: 220,
	margin: { top: 10, right: 100, bottom: 40, left: 40 },
	include: [0],
	spacing: 'doubling'
};
const curve = (name: string, ys: number[]): Line => ({
	name,
	points: ys.map((y, i) => ({ x: i === 0 ? 0 : 2 ** (i - 3), y, range: [y - 0.1, y + 0.2] }))
});
const layers = (name: string, values: (number | null)[]): Line => ({
	name,
	points: values.map((y, x) => ({ x, y }))
});

describe('lines over values that double', () => {
	it('keeps everything inside its frame, values apart', () => {
		const { lines, xTicks } = layoutLines([curve('a', [0, 0.2, 0.5, 0.9, 1.2])], frame);
		for (const point of lines[0]!.placed) {
			expect(point.x >= 40 && point.x <= 300).toBe(true);
			for (const y of [point.y, point.low, point.high]) expect(y >= 10 && y <= 180).toBe(true);
			expect(point.high).toBeLessThan(point.y);
			expect(point.low).toBeGreaterThan(point.y);
		}
		const xs = lines[0]!.placed.map((point) => point.x);
		for (let i = 1; i < xs.length; i++) expect(xs[i]! - xs[i - 1]!).toBeGreaterThan(20);
		for (let i = 1; i < xTicks.length; i++)
			expect(xTicks[i]!.x - xTicks[i - 1]!.x).toBeGreaterThanOrEqual(34);
	});

	it('keeps names at the ends apart', () => {
		const { lines } = layoutLines([curve('a', [0, 1]), curve('b', [0, 1.001])], frame);
		const [a, b] = lines.map((line) => line.end!.y);
		expect(Math.abs(a! - b!)).toBeGreaterThanOrEqual(13);
	});

	it('leaves out what has no finite place, without a break, and draws nothing of nothing', () => {
		const wild = { name: 'a', points: [{ x: 1, y: Infinity }] };
		expect(layoutLines([wild], frame).lines[0]!.placed).toEqual([]);
		expect(layoutLines([], frame).lines).toEqual([]);
		const [line] = layoutLines([curve('a', [0, NaN, 1])], frame).lines;
		expect(line!.path.match(/M/g)).toHaveLength(1);
	});
});

describe('lines over orders of magnitude', () => {
	const orders: LinesFrame = { ...frame, include: [1], upward: 'orders' };

	it('keep what lies low apart beside one value that is enormous', () => {
		const line = { name: 'a', points: [1.2, 2.4, 12, 800_000].map((y, x) => ({ x, y })) };
		const { lines, yTicks } = layoutLines([line], orders);
		const ys = lines[0]!.placed.map(({ y }) => y);
		for (let i = 1; i < ys.length; i++) expect(ys[i - 1]! - ys[i]!).toBeGreaterThan(5);
		expect(yTicks.length).toBeGreaterThanOrEqual(3);
		expect(yTicks.length).toBeLessThanOrEqual(8);
		for (const { value } of yTicks) expect(Math.log10(value) % 1).toBeCloseTo(0, 6);
	});

	it('are drawn evenly where a value is not above 0', () => {
		const line = { name: 'a', points: [0, 1, 2].map((y, x) => ({ x, y })) };
		const { lines } = layoutLines([line], { ...orders, include: [0] });
		const ys = lines[0]!.placed.map(({ y }) => y);
		expect(ys[0]! - ys[1]!).toBeCloseTo(ys[1]! - ys[2]!, 6);
	});
});

describe('lines over steps', () => {
	const even: LinesFrame = { ...frame, spacing: 'even', include: [1] };

	it('are as far apart as each other, whatever they are called', () => {
		const { xTicks } = layoutLines(
			[{ name: 'a', points: [0, 5, 11].map((x) => ({ x, y: x })) }],
			even
		);
		expect(xTicks.map(({ value, x }) => [value, x])).toEqual([
			[0, 40],
			[5, 170],
			[11, 300]
		]);
		const [alone] = layoutLines([layers('a', [0.5])], even).lines;
		expect(alone!.placed[0]!.x).toBe(170);
	});

	it('break where a value is missing', () => {
		const { lines } = layoutLines([layers('residual', [0.9, null, 0.95])], even);
		expect(lines[0]!.placed.map(({ of }) => of.x)).toEqual([0, 2]);
		expect(lines[0]!.path.match(/M/g)).toHaveLength(2);
	});

	it('keep the names at their ends apart', () => {
		const { lines } = layoutLines(
			[0.9, 0.901, 0.902].map((y, i) => layers(`${i}`, [y, y])),
			even
		);
		const ys = lines.map((line) => line.end!.y).toSorted((a, b) => a - b);
		expect(ys[1]! - ys[0]!).toBeGreaterThanOrEqual(12);
		expect(ys[2]! - ys[1]!).toBeGreaterThanOrEqual(12);
	});

	it('survive without any value', () => {
		const { lines } = layoutLines([layers('a', [null])], even);
		expect(lines[0]).toMatchObject({ placed: [], end: null });
	});
});
