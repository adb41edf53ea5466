import { describe, expect, it } from 'vitest';
import { rowsOf, spaced, straighten } from '../../../src/flow-graph/layout/place';
import { seeded } from '../../../src/core/math/random';

describe('positions nearest to where they are wanted', () => {
	it('are just those where there is room', () => {
		expect(spaced([10, 20, 40], 5, 0, 100)).toEqual([10, 20, 40]);
		expect(spaced([], 5, 0, 100)).toEqual([]);
	});

	it('share what they lack', () => {
		expect(spaced([50, 50, 50], 10, 0, 100)).toEqual([40, 50, 60]);
		expect(spaced([60, 40], 10, 0, 100)).toEqual([45, 55]);
	});

	it('stay inside', () => {
		expect(spaced([-50, 90, 500], 10, 0, 100)).toEqual([0, 90, 100]);
		expect(spaced([500, 500, 500], 10, 0, 100)).toEqual([80, 90, 100]);
		// No room at all: from the start on.
		expect(spaced([5, 5, 5], 10, 0, 15)).toEqual([0, 10, 20]);
	});

	it('cannot be bettered by moving any run of them', () => {
		const random = seeded(4);
		for (let trial = 0; trial < 50; trial++) {
			const targets = Array.from({ length: 12 }, () => 100 * random());
			const found = spaced(targets, 6, 0, 100);
			const cost = (ys: number[]) => ys.reduce((sum, y, i) => sum + (y - targets[i]!) ** 2, 0);
			const allowed = (ys: number[]) =>
				ys.every(
					(y, i) => y >= -1e-9 && y <= 100 + 1e-9 && (i === 0 || y - ys[i - 1]! >= 6 - 1e-9)
				);
			expect(allowed(found)).toBe(true);
			let best = true;
			for (let from = 0; from < 12; from++)
				for (let to = from + 1; to <= 12; to++)
					for (const by of [-0.5, 0.5]) {
						const moved = found.map((y, i) => (i >= from && i < to ? y + by : y));
						if (allowed(moved)) best &&= cost(moved) >= cost(found) - 1e-9;
					}
			expect(best).toBe(true);
		}
	});
});

describe('rows', () => {
	it('are one where nothing touches, and as many as it takes where it does', () => {
		expect(rowsOf([0, 10, 20], 10)).toEqual([0, 0, 0]);
		expect(rowsOf([0, 5, 10, 15], 10)).toEqual([0, 1, 0, 1]);
		expect(rowsOf([0, 4, 8, 12, 30], 10)).toEqual([0, 1, 2, 0, 0]);
	});
});

describe('straightening', () => {
	const stack = (members: string[], lane = 'resid') => ({
		lane,
		members,
		low: 0,
		high: 100,
		gap: 10
	});

	it('brings a chain into line past others', () => {
		const at = straighten(
			[stack(['a', 'x', 'y']), stack(['b']), stack(['v', 'w', 'c'])],
			[
				{ from: 'a', to: 'b', cosine: 0.9 },
				{ from: 'b', to: 'c', cosine: 0.9 }
			]
		);
		const [a, b, c] = ['a', 'b', 'c'].map((id) => at.get(id)!);
		expect(Math.abs(a! - b!) + Math.abs(b! - c!)).toBeLessThan(1);
		expect(at.get('x')! - a!).toBeGreaterThanOrEqual(10 - 1e-9);
		expect(c! - at.get('w')!).toBeGreaterThanOrEqual(10 - 1e-9);
	});

	it('leaves alone what no link joins within its lane', () => {
		const at = straighten(
			[stack(['m', 'n'], 'mlp'), stack(['a'])],
			[{ from: 'm', to: 'a', cosine: 0.9 }]
		);
		expect([...at.values()]).toEqual([45, 55, 50]);
	});
});
