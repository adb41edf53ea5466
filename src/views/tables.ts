/** The tables behind charts, written a column at a time. */
import type { Table } from '../charts/frame/export';
import type { Cell } from '../core/names/numbers';

/** One row an item; `columns` holds, by its head, the cell of each. */
export function tableOf<T>(
	name: string,
	items: readonly T[],
	columns: Record<string, (item: T) => Cell>
): Table {
	const cells = Object.values(columns);
	return {
		name,
		columns: Object.keys(columns),
		rows: items.map((item) => cells.map((cell) => cell(item)))
	};
}

/** The bars of a histogram, of `unit` each. */
export const binsTable = (bins: { edges: number[]; counts: number[] }, unit: string): Table => ({
	name: 'Table of bins',
	columns: ['from', 'to', unit],
	rows: bins.counts.map((n, i) => [bins.edges[i]!, bins.edges[i + 1]!, n])
});
