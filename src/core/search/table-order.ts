/** Rows of a table of features, filtered and sorted. */
import type { FeatureTable } from './search';

export const TABLE_COLUMNS = [
	'index',
	'name',
	'score',
	'density',
	'max',
	'entropy',
	'origin'
] as const;
export type TableColumn = (typeof TABLE_COLUMNS)[number];

export interface TableWish {
	column: TableColumn;
	down: boolean;
	/** Words that a name has to hold. */
	text: string;
	maxDensity: number | null;
	/** Only features with a name of their own; those that are called after what they promote have none. */
	named: boolean;
	origin: string | null;
}

/** Indices of the features that are wished for, in that order; what is not measured comes last both ways. */
export function orderedRows(table: FeatureTable, wish: TableWish): Uint32Array {
	const { labels, density, origins } = table;
	const text = wish.text.trim().toLowerCase();
	const kept: number[] = [];
	for (let i = 0; i < labels.length; i++) {
		const label = labels[i]!;
		if (wish.named && (label === null || label.source === 'tokens')) continue;
		if (text && !label?.text.toLowerCase().includes(text) && `${i}` !== text) continue;
		if (wish.maxDensity !== null && density && density[i]! > wish.maxDensity) continue;
		if (wish.origin !== null && origins?.[i] !== wish.origin) continue;
		kept.push(i);
	}
	const key = keyOf(table, wish.column);
	const sign = wish.down ? -1 : 1;
	const order = (a: number, b: number): number => {
		const [x, y] = [key(a), key(b)];
		if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
		return sign * (x < y ? -1 : x > y ? 1 : 0) || a - b;
	};
	return Uint32Array.from(kept.sort(order));
}

function keyOf(table: FeatureTable, column: TableColumn): (i: number) => number | string | null {
	const { labels, density, max, entropy, origins } = table;
	switch (column) {
		case 'index':
			return (i) => i;
		case 'name': {
			const names = labels.map((label) =>
				label && label.source !== 'tokens' ? label.text.toLowerCase() : null
			);
			return (i) => names[i]!;
		}
		case 'score':
			return (i) => labels[i]?.score ?? null;
		case 'origin':
			return (i) => origins?.[i] ?? null;
		default: {
			const values = { density, max, entropy }[column];
			return (i) => values?.[i] ?? null;
		}
	}
}
