import { describe, expect, it } from 'vitest';
import {
	besideOf,
	layoutGrid,
	type GridLink,
	type GridNode
} from '../../../src/charts/layout/grid-graph';
import { Draws } from '../../draws';

const frame = { width: 700, columns: [40, 40, 90, 40], rows: 5 };

function drawn(seed: number): { nodes: GridNode[]; links: GridLink[] } {
	const draws = new Draws(seed);
	const nodes = draws.list(draws.integer(1, 120), (i) => ({
		key: `${i}`,
		column: draws.integer(0, 3),
		row: draws.integer(0, 4),
		size: draws.real(0, 1)
	}));
	const links = draws.list(draws.integer(0, 200), () => ({
		from: draws.pick(nodes).key,
		to: draws.pick(nodes).key,
		size: draws.real(0, 1)
	}));
	return { nodes, links };
}

describe('a graph on a grid', () => {
	it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps nodes in their cells and apart (seed %i)', (seed) => {
		const { nodes, links } = drawn(seed);
		const layout = layoutGrid(nodes, links, frame);
		expect(layout.nodes.map(({ of }) => of)).toEqual(nodes);
		expect(layout.links).toHaveLength(links.length);
		for (const { x, y, radius, of } of layout.nodes) {
			const [column, row] = [layout.columns[of.column]!, layout.rows[of.row]!];
			expect(x - radius >= column.start && x + radius <= column.end).toBe(true);
			expect(y - radius >= row.start && y + radius <= row.end).toBe(true);
		}
		layout.nodes.forEach((a, i) => {
			for (const b of layout.nodes.slice(i + 1))
				expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThanOrEqual(a.radius + b.radius);
		});
	});

	it('puts row 0 lowest, and leaves out links to what is not there', () => {
		const nodes = [0, 1].map((row) => ({ key: `${row}`, column: 0, row, size: 1 }));
		const links = [
			{ from: '0', to: '1', size: 1 },
			{ from: '0', to: 'gone', size: 1 }
		];
		const layout = layoutGrid(nodes, links, { width: 300, columns: [40], rows: 2 });
		expect(layout.nodes[0]!.y).toBeGreaterThan(layout.nodes[1]!.y);
		expect(layout.links).toHaveLength(1);
	});

	it.each([1, 2, 3])('lets arrow keys reach what lies that way (seed %i)', (seed) => {
		const { nodes } = drawn(seed);
		const { nodes: placed } = layoutGrid(nodes, [], frame);
		const at = new Map(placed.map((node) => [node.of.key, node]));
		for (const { of, x, y } of placed) {
			const right = besideOf(placed, of.key, 'ArrowRight');
			if (right !== null) expect(at.get(right)!.x).toBeGreaterThan(x);
			const up = besideOf(placed, of.key, 'ArrowUp');
			if (up !== null) expect(at.get(up)!.y).toBeLessThan(y);
		}
	});
});
