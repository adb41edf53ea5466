import { describe, expect, it } from 'vitest';
import { row, times, type Matrix } from '../../../../src/core/math/matrix';
import { centred, haar, rotated } from '../../../../src/core/math/rotation';
import { Draws } from '../../../draws';

const draws = new Draws(8);

const drawn = (rows: number, columns: number): Matrix => ({
	rows,
	columns,
	data: Float32Array.from({ length: rows * columns }, () => draws.real(-2, 2))
});
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const transposed = ({ rows, columns, data }: Matrix): Matrix => ({
	rows: columns,
	columns: rows,
	data: data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!)
});

describe('a rotation of rows', () => {
	it('keeps every inner product, of rows of any length', () => {
		for (const d of [1, 2, 5, 33]) {
			const m = drawn(12, d);
			const turned = rotated(m, haar(d, d));
			for (let i = 0; i < 12; i++)
				for (let j = 0; j <= i; j++)
					expect(dot(row(turned, i), row(turned, j))).toBeCloseTo(dot(row(m, i), row(m, j)), 4);
		}
	});

	it('is undone by its transpose', () => {
		const [m, q] = [drawn(9, 17), haar(17, 3)];
		rotated(rotated(m, q), transposed(q)).data.forEach((x, i) =>
			expect(x).toBeCloseTo(m.data[i]!, 5)
		);
	});

	it('after another is the product of both', () => {
		const [m, p, q] = [drawn(6, 8), haar(8, 1), haar(8, 2)];
		const product = transposed(rotated(transposed(p), q));
		const twice = rotated(rotated(m, p), q);
		rotated(m, product).data.forEach((x, i) => expect(x).toBeCloseTo(twice.data[i]!, 5));
	});

	it('takes the rows of the rotation for the new axes', () => {
		const [m, q] = [drawn(4, 6), haar(6, 5)];
		const turned = rotated(m, q);
		for (let r = 0; r < 4; r++) expect(row(turned, r)).toEqual(times(q, row(m, r)));
	});
});

describe('centred rows', () => {
	it('are the unit vectors of the rows less their mean', () => {
		const m = drawn(20, 7);
		const made = centred(m);
		const mean = Array.from({ length: 7 }, (_, c) => {
			let sum = 0;
			for (let r = 0; r < 20; r++) sum += m.data[r * 7 + c]!;
			return sum / 20;
		});
		for (let r = 0; r < 20; r++) {
			const less = row(m, r).map((x, c) => x - mean[c]!);
			const length = Math.hypot(...less);
			row(made, r).forEach((x, c) => expect(x).toBeCloseTo(less[c]! / length, 5));
		}
	});

	it('do not change when all rows are moved or stretched together', () => {
		const m = drawn(15, 6);
		const moved = { ...m, data: m.data.map((x, i) => 2.5 * x + (i % 6)) };
		const [a, b] = [centred(m), centred(moved)];
		a.data.forEach((x, i) => expect(x).toBeCloseTo(b.data[i]!, 4));
	});

	it('turn with the rows', () => {
		const [m, q] = [drawn(15, 6), haar(6, 9)];
		const [a, b] = [centred(rotated(m, q)), rotated(centred(m), q)];
		a.data.forEach((x, i) => expect(x).toBeCloseTo(b.data[i]!, 4));
	});

	it.each([1, 1e-3, 100, 1e6])(
		'have a direction from a millionth of a length of %f on',
		(length) => {
			/** Two rows, each `share` of its length away from their mean. */
			const apart = (share: number) => {
				const data = Float32Array.of(length, 0, length, 2 * share * length);
				return [...centred({ rows: 2, columns: 2, data }).data].map((x) => x + 0);
			};
			expect(apart(2e-6)).toEqual([0, -1, 0, 1]);
			expect(apart(0.5e-6)).toEqual([0, 0, 0, 0]);
		}
	);
});
