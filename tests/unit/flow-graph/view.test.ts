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
	type View
} from '../../../src/flow-graph/layout/view';

const FRAME = { width: 1000, height: 600 };
const at = ({ k, x, y }: View, [px, py]: Point): Point => [k * px + x, k * py + y];

describe('a view', () => {
	it('fits the whole drawing, never larger than it is, and centres it', () => {
		expect(fitView({ width: 2000, height: 600 }, FRAME)).toEqual({ k: 0.5, x: 0, y: 150 });
		expect(fitView({ width: 500, height: 300 }, FRAME)).toEqual({ k: 1, x: 250, y: 150 });
	});

	it('begins with everything, or where it is readable around what matters', () => {
		const wide = { width: 4000, height: 600 };
		expect(homeView({ width: 1100, height: 600 }, FRAME, [0, 0]).k).toBeCloseTo(0.909, 3);
		expect(homeView(wide, FRAME, null)).toEqual(fitView(wide, FRAME));
		const home = homeView(wide, FRAME, [2000, 300]);
		expect(home.k).toBe(0.88);
		expect(at(home, [2000, 300])[0]).toBeCloseTo(500, 9);
		// No further than the drawing goes.
		expect(homeView(wide, FRAME, [0, 0]).x).toBe(0);
	});

	it('zooms around a point, within limits', () => {
		const view = { k: 1, x: -100, y: -50 };
		const zoomed = zoomView(view, 2, [300, 200], [0.5, 4]);
		const held: Point = [400, 250];
		expect(at(view, held)).toEqual([300, 200]);
		expect(at(zoomed, held)).toEqual([300, 200]);
		expect(zoomView(view, 99, [300, 200], [0.5, 4]).k).toBe(4);
		expect(zoomView(view, 0.01, [300, 200], [0.5, 4]).k).toBe(0.5);
		expect(at(zoomView(view, 99, [300, 200], [0.5, 4]), held)).toEqual([300, 200]);
	});

	it('keeps the frame full and centres what is smaller', () => {
		const drawing = { width: 1000, height: 300 };
		expect(clampView({ k: 2, x: 50, y: 900 }, drawing, FRAME)).toEqual({ k: 2, x: 0, y: 0 });
		expect(clampView({ k: 2, x: -5000, y: 0 }, drawing, FRAME).x).toBe(-1000);
		expect(clampView({ k: 1, x: 3, y: 3 }, drawing, FRAME)).toEqual({ k: 1, x: 0, y: 150 });
		expect(clampView({ k: 2, x: -400, y: 0 }, drawing, FRAME).x).toBe(-400);
	});

	it('brings a point inside with the least move', () => {
		const view = { k: 2, x: 0, y: 0 };
		expect(revealView(view, [250, 150], FRAME, 48)).toEqual(view);
		expect(at(revealView(view, [900, 150], FRAME, 48), [900, 150])).toEqual([952, 300]);
		expect(at(revealView(view, [250, 0], FRAME, 48), [250, 0])).toEqual([500, 48]);
		// A frame smaller than its margins: the middle.
		const small = { width: 60, height: 60 };
		expect(at(revealView(view, [900, 900], small, 48), [900, 900])).toEqual([30, 30]);
	});

	it('keeps still, on the way, what both ends keep still', () => {
		const from = { k: 1, x: 0, y: 0 };
		const to = zoomView(from, 3, [200, 100], [1, 9]);
		expect(between(from, to, 0)).toEqual(from);
		expect(between(from, to, 1)).toEqual(to);
		const [x, y] = at(between(from, to, 0.3), [200, 100]);
		expect([x, y].map((v) => Math.round(1e6 * v) / 1e6)).toEqual([200, 100]);
	});

	it('has a frame as high as the drawing, up to a limit', () => {
		const small = { width: 500, height: 400 };
		expect(frameFor(small, 1000, Infinity, null)).toEqual({ width: 1000, height: 400 });
		expect(frameFor(small, 1000, 250, null).height).toBe(250);
		const wide = { width: 4000, height: 400 };
		expect(frameFor(wide, 1000, Infinity, null).height).toBe(100);
		expect(frameFor(wide, 1000, Infinity, [0, 0]).height).toBe(352);
	});

	it('steps in third octaves', () => {
		expect([0.5, 1, 1.1, 2, 8].map(zoomStep)).toEqual([0.5, 1, 1, 2, 8]);
		expect(zoomStep(1.2)).toBeCloseTo(2 ** (1 / 3), 12);
		const steps = new Set(Array.from({ length: 500 }, (_, i) => zoomStep(1 + i / 500)));
		expect(steps.size).toBe(4);
	});
});
