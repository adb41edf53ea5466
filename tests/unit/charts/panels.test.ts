import { describe, expect, it } from 'vitest';
import { layoutPanels } from '../../../src/charts/layout/histogram';

const edges = [-6, -4, -2, 0];
const all = Array.from({ length: 7 }, (_, i) => ({ edges, counts: [i, 10, 5] }));

describe('layoutPanels', () => {
	it.each([300, 700, 2000])('fits all panels into %i pixels, none over another', (width) => {
		const { panels, height, panelWidth, baseline } = layoutPanels(all, width);
		expect(panels).toHaveLength(7);
		for (const [i, a] of panels.entries()) {
			expect(a.x).toBeGreaterThanOrEqual(0);
			expect(a.x + panelWidth).toBeLessThanOrEqual(width + 0.01);
			expect(a.y + baseline).toBeLessThan(height);
			expect(panelWidth).toBeGreaterThan(100);
			for (const b of panels.slice(i + 1))
				expect(a.x + panelWidth < b.x || b.x + panelWidth < a.x || a.y + baseline < b.y).toBe(true);
		}
	});

	it('draws all on the same scales, by shares', () => {
		const { panels } = layoutPanels(
			[
				{ edges, counts: [10, 30, 60] },
				{ edges: [-4, -2, 0], counts: [3, 6] }
			],
			600
		);
		const [a, b] = panels;
		expect(a!.bars[1]!.x).toBe(b!.bars[0]!.x);
		expect(b!.bars[1]!.height / a!.bars[2]!.height).toBeCloseTo(6 / 9 / 0.6);
	});

	it('shows a single feature, nothing for none, and survives an SAE without any', () => {
		const { panels } = layoutPanels([{ edges, counts: [1, 0, 5000] }], 300);
		expect(panels[0]!.bars.map((bar) => bar.height > 0)).toEqual([true, false, true]);
		const [none] = layoutPanels([{ edges, counts: [0, 0, 0] }], 300).panels;
		expect(none!.bars.every((bar) => bar.height === 0 && Number.isFinite(bar.y))).toBe(true);
		expect(layoutPanels([], 300)).toMatchObject({ panels: [], height: 0 });
	});
});
