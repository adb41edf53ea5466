/** Where the features of a KronSAE stand: index = (head · rows + row) · columns + column. */

/**
 * Features of a KronSAE (https://arxiv.org/abs/2505.22255) are pairs: feature (head · rows + i) · columns + j
 * is active where element i of the head's first code and element j of its second are.
 */
export interface KronShape {
	heads: number;
	rows: number;
	columns: number;
}

export interface KronIndex {
	head: number;
	row: number;
	column: number;
}

export function kronIndex(index: number, { rows, columns }: KronShape): KronIndex {
	const pair = index % (rows * columns);
	return {
		head: Math.floor(index / (rows * columns)),
		row: Math.floor(pair / columns),
		column: pair % columns
	};
}

export function kronFeature(
	{ head, row, column }: KronIndex,
	{ rows, columns }: KronShape
): number {
	return (head * rows + row) * columns + column;
}

/** The other features that share a parent with this one: those of its row, and those of its column. */
export function kronSiblings(index: number, shape: KronShape): { row: number[]; column: number[] } {
	const place = kronIndex(index, shape);
	const others = (count: number, at: (i: number) => KronIndex) =>
		Array.from({ length: count }, (_, i) => kronFeature(at(i), shape)).filter((f) => f !== index);
	return {
		row: others(shape.columns, (column) => ({ ...place, column })),
		column: others(shape.rows, (row) => ({ ...place, row }))
	};
}
