/** Laws of moving and zooming, over random drawings, frames and views. */
import { describe, expect, it } from 'vitest';
import {
	between,
	clampView,
	fitView,
	frameFor,
	homeView,
	revealView,
	zoomStep,
	zoomView,
	type Point,
	type Size,
	type View
} from '../../../src/flow-graph/layout/view';
import { Draws } from '../../draws';

const draws = new Draws(640);
const size = (): Size => ({ width: draws.integer(80, 3000), height: draws.integer(80, 3000) });
const view = (): View => ({
	k: 2 ** draws.real(-3, 3),
	x: draws.real(-3000, 3000),
	y: draws.real(-3000, 3000)
});
const pointIn = ({ width, height }: Size): Point => [draws.real(0, width), draws.real(0, height)];
const shown = ({ k, x, y }: View, [px, py]: Point): Point => [k * px + x, k * py + y];
const times = 400;

function expectPoint(found: Point, expected: Point): void {
	found.forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 5));
}

describe('the view of a whole drawing', () => {
	it('has all of it in the frame, in the middle, as large as it is or can be', () => {
		for (let trial = 0; trial < times; trial++) {
			const [drawing, frame] = [size(), size()];
			const fit = fitView(drawing, frame);
			const [left, top] = shown(fit, [0, 0]);
			const [right, bottom] = shown(fit, [drawing.width, drawing.height]);
			expect(left).toBeCloseTo(frame.width - right, 5);
			expect(top).toBeCloseTo(frame.height - bottom, 5);
			expect(Math.min(left, top)).toBeGreaterThan(-0.3);
			expect(fit.k).toBeLessThanOrEqual(1);
			const larger = Math.min(frame.width / drawing.width, frame.height / drawing.height);
			expect(fit.k).toBeCloseTo(Math.min(1, larger), 9);
		}
	});

	it('is where one begins, unless it could not be read and there is a point that matters', () => {
		for (let trial = 0; trial < times; trial++) {
			const [drawing, frame] = [size(), size()];
			const at = draws.pick([null, pointIn(drawing)]);
			const home = homeView(drawing, frame, at);
			const fit = fitView(drawing, frame);
			if (fit.k >= 0.88 || at === null) {
				expect(home).toEqual(fit);
				continue;
			}
			expect(home.k).toBe(0.88);
			const [x, y] = shown(home, at);
			expect(x >= -0.3 && x <= frame.width + 0.3 && y >= -0.3 && y <= frame.height + 0.3).toBe(
				true
			);
		}
	});

	it('has a frame that is as high as what is shown in it, up to a limit', () => {
		for (let trial = 0; trial < times; trial++) {
			const [drawing, width, highest] = [size(), draws.integer(80, 2000), draws.integer(80, 900)];
			for (const at of [null, pointIn(drawing)]) {
				const frame = frameFor(drawing, width, highest, at);
				expect(frame.width).toBe(width);
				expect(frame.height).toBeLessThanOrEqual(highest);
				const { k } = homeView(drawing, { width, height: Infinity }, at);
				expect(frame.height).toBeCloseTo(Math.min(highest, k * drawing.height), 6);
			}
		}
	});
});

describe('a view that is held to its frame', () => {
	it('shows no more beyond the drawing than it has to, and stays where it may be', () => {
		for (let trial = 0; trial < times; trial++) {
			const [drawing, frame, free] = [size(), size(), view()];
			const held = clampView(free, drawing, frame);
			expect(held.k).toBe(free.k);
			for (const [offset, was, extent, room] of [
				[held.x, free.x, drawing.width, frame.width],
				[held.y, free.y, drawing.height, frame.height]
			] as const) {
				const end = offset + held.k * extent;
				if (held.k * extent <= room + 0.5) expect(offset).toBeCloseTo(room - end, 6);
				else {
					expect(offset <= 1e-9 && end >= room - 1e-6).toBe(true);
					if (was <= 0 && was + held.k * extent >= room) expect(offset).toBe(was);
				}
			}
			expect(clampView(held, drawing, frame)).toEqual(held);
		}
	});
});

describe('zooming', () => {
	it('holds the point still, within the limits', () => {
		for (let trial = 0; trial < times; trial++) {
			const [from, frame] = [view(), size()];
			const at = pointIn(frame);
			const limits: Point = [0.2, 4];
			const to = zoomView(from, 2 ** draws.real(-4, 4), at, limits);
			expect(to.k >= 0.2 && to.k <= 4).toBe(true);
			const held: Point = [(at[0] - from.x) / from.k, (at[1] - from.y) / from.k];
			expectPoint(shown(to, held), at);
			// So it does on the way there.
			expectPoint(shown(between(from, to, draws.uniform()), held), at);
		}
	});

	it('in and out again is where it was, and twice is as far as at once', () => {
		const limits: Point = [1e-6, 1e6];
		for (let trial = 0; trial < times; trial++) {
			const [from, frame] = [view(), size()];
			const [at, a, b] = [pointIn(frame), 2 ** draws.real(-2, 2), 2 ** draws.real(-2, 2)];
			const there = zoomView(from, a, at, limits);
			const back = zoomView(there, 1 / a, at, limits);
			const [twice, once] = [zoomView(there, b, at, limits), zoomView(from, a * b, at, limits)];
			for (const [one, other] of [
				[back, from],
				[twice, once]
			] as const)
				for (const key of ['k', 'x', 'y'] as const) expect(one[key]).toBeCloseTo(other[key], 5);
		}
	});

	it('is from one end to the other, evenly', () => {
		for (let trial = 0; trial < 50; trial++) {
			const [from, to] = [view(), view()];
			expect(between(from, to, 0)).toEqual(from);
			const middle = between(from, to, 0.5);
			for (const key of ['k', 'x', 'y'] as const) {
				expect(middle[key]).toBeCloseTo((from[key] + to[key]) / 2, 6);
				expect(between(from, to, 1)[key]).toBeCloseTo(to[key], 6);
			}
		}
	});

	it('goes in steps of a third of an octave, each zoom to the nearest', () => {
		for (let trial = 0; trial < times; trial++) {
			const k = 2 ** draws.real(-4, 4);
			const step = zoomStep(k);
			expect(3 * Math.log2(step)).toBeCloseTo(Math.round(3 * Math.log2(step)), 9);
			expect(Math.abs(Math.log2(step / k))).toBeLessThanOrEqual(1 / 6 + 1e-9);
			expect(zoomStep(step)).toBeCloseTo(step, 12);
		}
	});
});

describe('a view that reveals a point', () => {
	it('has it in the frame, away from the rim, and moves no further than it takes', () => {
		for (let trial = 0; trial < times; trial++) {
			const [from, frame, drawing] = [view(), size(), size()];
			const [at, margin] = [pointIn(drawing), draws.integer(0, 60)];
			const to = revealView(from, at, frame, margin);
			expect(to.k).toBe(from.k);
			const [before, after] = [shown(from, at), shown(to, at)];
			[frame.width, frame.height].forEach((room, i) => {
				const rim = Math.min(margin, room / 2);
				const inside = (v: number) => v >= rim - 1e-6 && v <= room - rim + 1e-6;
				expect(inside(after[i]!)).toBe(true);
				if (inside(before[i]!)) expect(after[i]).toBeCloseTo(before[i]!, 6);
				else expect(after[i]).toBeCloseTo(before[i]! < rim ? rim : room - rim, 6);
			});
			const again = revealView(to, at, frame, margin);
			for (const key of ['x', 'y'] as const) expect(again[key]).toBeCloseTo(to[key], 6);
		}
	});
});
