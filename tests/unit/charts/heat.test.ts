import { describe, expect, it } from 'vitest';
import { cellAt, layoutHeat, moveCell } from '../../../src/charts/layout/heat';

const frame = { width: 234, columns: 4, labelWidth: 34, margin: 20, rowHeight: 16, gap: 6 };
const rows = [
	{ id: 'a', group: 0, shares: [1, 0.5, 0, null] },
	{ id: 'b', group: 0, shares: [1, 1, 1, 1] },
	{ id: 'c', group: 1, shares: [] }
];

describe('layoutHeat', () => {
	const layout = layoutHeat(rows, frame);

	it('sets groups apart', () => {
		expect(layout.rows.map((row) => row.y)).toEqual([0, 16, 38]);
		expect(layout.height).toBe(54);
	});

	it('draws one path per level, without the empty and the unknown', () => {
		const cells = layout.levels.map(({ share, path }) => [share, path.split('M').length - 1]);
		expect(cells).toEqual([
			[0.5, 1],
			[1, 5]
		]);
	});

	it('neither squeezes nor stretches cells beyond measure', () => {
		expect(layoutHeat(rows, { ...frame, columns: 500 }).cell.width).toBe(9);
		expect(layoutHeat(rows, { ...frame, width: 4000 }).cell.width).toBe(44);
	});

	it('is empty without rows', () => {
		expect(layoutHeat([], frame)).toMatchObject({ height: 0, levels: [], rows: [] });
	});

	it('finds the cell under a point', () => {
		const { left, cell } = layout;
		expect(cellAt(layout, left + 1, 1)).toEqual({ row: 0, column: 0 });
		expect(cellAt(layout, left + 2.5 * cell.width, 39)).toEqual({ row: 2, column: 2 });
		expect(cellAt(layout, left + 1, 34)).toBeNull();
		expect(cellAt(layout, 3, 3)).toBeNull();
		expect(cellAt(layout, layout.width - 1, 3)).toBeNull();
	});
});

describe('moveCell', () => {
	const from = { row: 1, column: 2 };
	it.each([
		['ArrowUp', { row: 0, column: 2 }],
		['ArrowDown', { row: 2, column: 2 }],
		['ArrowLeft', { row: 1, column: 1 }],
		['ArrowRight', { row: 1, column: 3 }],
		['Home', { row: 1, column: 0 }],
		['End', { row: 1, column: 3 }],
		['PageDown', { row: 2, column: 2 }]
	])('%s', (key, to) => expect(moveCell(key, from, 3, 4)).toEqual(to));

	it('leaves other keys alone', () => expect(moveCell('x', from, 3, 4)).toBeNull());
});
