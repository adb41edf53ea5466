import { describe, expect, it } from 'vitest';
import { kronFeature, kronIndex, kronSiblings } from '../../../../src/core/sae/kron';

const shape = { heads: 5, rows: 2, columns: 3 };

describe('the features of a KronSAE', () => {
	it('lie head by head, row by row', () => {
		expect(kronIndex(0, shape)).toEqual({ head: 0, row: 0, column: 0 });
		expect(kronIndex(29, shape)).toEqual({ head: 4, row: 1, column: 2 });
		for (let f = 0; f < 30; f++) expect(kronFeature(kronIndex(f, shape), shape)).toBe(f);
	});

	it('share a parent with the others of their row and column', () => {
		expect(kronSiblings(10, shape)).toEqual({ row: [9, 11], column: [7] });
		expect(kronSiblings(3, { heads: 4, rows: 1, columns: 1 })).toEqual({ row: [], column: [] });
	});
});
