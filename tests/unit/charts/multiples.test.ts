import { describe, expect, it } from 'vitest';
import { layoutMultiples } from '../../../src/charts/layout/multiples';

const edges = [-6, -4, -2, 0];
const all = Array.from({ length: 7 }, (_, i) => ({ id: `${i}`, edges, counts: [i, 10, 5] }));

describe('layoutMultiples', () => {
	it.each([300, 700, 2000])('fits all panels into %i pixels, none over another', (width) => {
		const { panels, height } = layoutMultiples(all, width);
		expect(panels).toHaveLength(7);
		for (const [i, a] of panels.entries()) {
			expect(a.x).toBeGreaterThanOrEqual(0);
			expect(a.x + a.width).toBeLessThanOrEqual(width + 0.01);
			expect(a.y + a.baseline).toBeLessThan(height);
			expect(a.width).toBeGreaterThan(100);
			for (const b of panels.slice(i + 1))
				expect(a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.baseline < b.y).toBe(true);
		}
	});

	it('draws all on the same scales, by shares', () => {
		const { panels } = layoutMultiples(
			[
				{ id: 'a', edges, counts: [10, 30, 60] },
				{ id: 'b', edges: [-4, -2, 0], counts: [3, 6] }
			],
			600
		);
		const [a, b] = panels;
		expect(a!.bars[1]!.x).toBe(b!.bars[0]!.x);
		expect(b!.bars[1]!.height / a!.bars[2]!.height).toBeCloseTo(6 / 9 / 0.6);
		expect(a!.ticks).toEqual(b!.ticks);
	});

	it('shows a single feature, nothing for none, and survives an SAE without any', () => {
		const { panels } = layoutMultiples([{ id: 'a', edges, counts: [1, 0, 5000] }], 300);
		expect(panels[0]!.bars.map((bar) => bar.height > 0)).toEqual([true, false, true]);
		const [none] = layoutMultiples([{ id: 'a', edges, counts: [0, 0, 0] }], 300).panels;
		expect(none!.bars.every((bar) => bar.height === 0 && Number.isFinite(bar.y))).toBe(true);
		expect(layoutMultiples([], 300)).toMatchObject({ panels: [], height: 0 });
	});
});
