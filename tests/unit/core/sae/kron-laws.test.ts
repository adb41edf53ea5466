import { describe, expect, it } from 'vitest';
import { kronFeature, kronIndex, kronSiblings } from '../../../../src/core/sae/kron';
import { Draws } from '../../../draws';

const draws = new Draws(22);
const shapes = draws.list(40, () => ({
	heads: draws.integer(1, 9),
	rows: draws.integer(1, 7),
	columns: draws.integer(1, 7)
}));

describe('the features of a KronSAE', () => {
	it('are every head, row and column once, in the order of the Kronecker product', () => {
		for (const shape of shapes) {
			let feature = 0;
			for (let head = 0; head < shape.heads; head++)
				for (let row = 0; row < shape.rows; row++)
					for (let column = 0; column < shape.columns; column++, feature++) {
						expect(kronIndex(feature, shape)).toEqual({ head, row, column });
						expect(kronFeature({ head, row, column }, shape)).toBe(feature);
					}
			expect(feature).toBe(shape.heads * shape.rows * shape.columns);
		}
	});

	it('are active where both of their parents are, as the product of two codes says', () => {
		for (const shape of shapes) {
			const code = (n: number) =>
				draws.list(shape.heads, () => draws.list(n, () => draws.chance(0.5)));
			const [first, second] = [code(shape.rows), code(shape.columns)];
			const product = first.flatMap((p, h) => p.flatMap((a) => second[h]!.map((b) => a && b)));
			product.forEach((active, feature) => {
				const { head, row, column } = kronIndex(feature, shape);
				expect(first[head]![row]! && second[head]![column]!).toBe(active);
			});
		}
	});

	it('share a parent with the others of their row and column, in their head alone', () => {
		for (const shape of shapes) {
			const all = [...Array(shape.heads * shape.rows * shape.columns).keys()];
			const feature = draws.pick(all);
			const own = kronIndex(feature, shape);
			const others = all.filter((f) => f !== feature && kronIndex(f, shape).head === own.head);
			expect(kronSiblings(feature, shape)).toEqual({
				row: others.filter((f) => kronIndex(f, shape).row === own.row),
				column: others.filter((f) => kronIndex(f, shape).column === own.column)
			});
		}
	});

	it('are one another’s siblings', () => {
		for (const shape of shapes) {
			const feature = draws.integer(0, shape.heads * shape.rows * shape.columns - 1);
			const { row, column } = kronSiblings(feature, shape);
			for (const other of row) expect(kronSiblings(other, shape).row).toContain(feature);
			for (const other of column) expect(kronSiblings(other, shape).column).toContain(feature);
		}
	});
});
