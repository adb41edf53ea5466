import { describe, expect, it } from 'vitest';
import { column, row, times, unitRows, type Matrix } from '../../../../src/core/math/matrix';
import { Draws } from '../../../draws';

const draws = new Draws(31);

function drawn(rows: number, columns: number): Matrix {
	const data = Float32Array.from({ length: rows * columns }, () => draws.real(-3, 3));
	return { rows, columns, data };
}

const at = (m: Matrix, r: number, c: number) => m.data[r * m.columns + c]!;

describe('a matrix', () => {
	it('has its entries in its rows and in its columns', () => {
		const m = drawn(7, 4);
		for (let r = 0; r < 7; r++)
			for (let c = 0; c < 4; c++) {
				expect(row(m, r)[c]).toBe(at(m, r, c));
				expect(column(m, c)[r]).toBe(at(m, r, c));
			}
		expect([row(m, 0).length, column(m, 0).length]).toEqual([4, 7]);
	});

	it('shares its rows, and copies its columns', () => {
		const m = drawn(3, 3);
		row(m, 1)[2] = 99;
		expect(at(m, 1, 2)).toBe(99);
		column(m, 0)[1] = 99;
		expect(at(m, 1, 0)).not.toBe(99);
	});

	it('times a vector gives each row’s inner product with it', () => {
		for (let trial = 0; trial < 20; trial++) {
			const m = drawn(draws.integer(0, 9), draws.integer(1, 9));
			const v = drawn(1, m.columns).data;
			const found = times(m, v);
			expect(found).toHaveLength(m.rows);
			for (let r = 0; r < m.rows; r++) {
				let sum = 0;
				for (let c = 0; c < m.columns; c++) sum += at(m, r, c) * v[c]!;
				expect(found[r]).toBeCloseTo(sum, 4);
			}
		}
	});

	it('times a unit vector gives a column, and is linear', () => {
		const m = drawn(5, 6);
		for (let c = 0; c < 6; c++) {
			const unit = Float32Array.from({ length: 6 }, (_, i) => Number(i === c));
			expect(times(m, unit)).toEqual(column(m, c));
		}
		const [u, v] = [drawn(1, 6).data, drawn(1, 6).data];
		const mixed = times(
			m,
			u.map((x, i) => 2 * x - 3 * v[i]!)
		);
		const [mu, mv] = [times(m, u), times(m, v)];
		mixed.forEach((x, r) => expect(x).toBeCloseTo(2 * mu[r]! - 3 * mv[r]!, 4));
	});
});

describe('unit rows', () => {
	it('have length 1 and the direction of what they were made of', () => {
		const m = drawn(30, 5);
		const unit = unitRows(m);
		expect([unit.rows, unit.columns]).toEqual([30, 5]);
		for (let r = 0; r < 30; r++) {
			const [given, found] = [row(m, r), row(unit, r)];
			expect(Math.hypot(...found)).toBeCloseTo(1, 6);
			const length = Math.hypot(...given);
			found.forEach((x, c) => expect(x * length).toBeCloseTo(given[c]!, 5));
		}
	});

	it('stay as they are when they are made again, and whatever their scale', () => {
		const unit = unitRows(drawn(10, 8));
		const again = unitRows(unit);
		const scaled = unitRows({ ...unit, data: unit.data.map((x) => 1e-12 * x) });
		for (const other of [again, scaled])
			other.data.forEach((x, i) => expect(x).toBeCloseTo(unit.data[i]!, 6));
	});

	it('are zeros where the row was, and leave the matrix as it was', () => {
		const m = { rows: 3, columns: 2, data: Float32Array.of(0, 0, 3, 4, -0.25, 0) };
		expect([...unitRows(m).data]).toEqual([0, 0, Math.fround(0.6), Math.fround(0.8), -1, 0]);
		expect([...m.data]).toEqual([0, 0, 3, 4, -0.25, 0]);
	});
});
