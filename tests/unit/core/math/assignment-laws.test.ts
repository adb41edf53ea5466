/** Laws of the best assignment, against trying every one where there are few. */
import { describe, expect, it } from 'vitest';
import { assign } from '../../../../src/core/math/assignment';
import { Draws } from '../../../draws';

const draws = new Draws(123);

function solved(scores: Float32Array, rows: number, columns: number): Int32Array {
	const work = assign(scores, rows, columns);
	for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}

/** Columns of the rows from `row` on and their sum, of all that are free the best. */
function best(scores: Float32Array, rows: number, columns: number): number {
	const known = new Map<number, number>();
	const from = (row: number, taken: number): number => {
		if (row === rows) return 0;
		const key = taken * 16 + row;
		if (!known.has(key)) {
			let most = -Infinity;
			for (let c = 0; c < columns; c++)
				if (!(taken & (1 << c)))
					most = Math.max(most, scores[row * columns + c]! + from(row + 1, taken | (1 << c)));
			known.set(key, most);
		}
		return known.get(key)!;
	};
	return from(0, 0);
}

/** The best sum by the Hungarian method as it is taught, with potentials, row after row. */
function hungarian(scores: Float32Array, rows: number, columns: number): number {
	const [u, v] = [new Float64Array(rows + 1), new Float64Array(columns + 1)];
	const rowAt = new Int32Array(columns + 1);
	for (let row = 1; row <= rows; row++) {
		const [least, way] = [
			new Float64Array(columns + 1).fill(Infinity),
			new Int32Array(columns + 1)
		];
		const used = new Uint8Array(columns + 1);
		let column = 0;
		rowAt[0] = row;
		do {
			used[column] = 1;
			const here = rowAt[column]!;
			let [delta, next] = [Infinity, 0];
			for (let c = 1; c <= columns; c++) {
				if (used[c]) continue;
				const reduced = -scores[(here - 1) * columns + c - 1]! - u[here]! - v[c]!;
				if (reduced < least[c]!) [least[c], way[c]] = [reduced, column];
				if (least[c]! < delta) [delta, next] = [least[c]!, c];
			}
			for (let c = 0; c <= columns; c++)
				if (used[c]) {
					u[rowAt[c]!]! += delta;
					v[c]! -= delta;
				} else least[c]! -= delta;
			column = next;
		} while (rowAt[column] !== 0);
		for (; column !== 0; column = way[column]!) rowAt[column] = rowAt[way[column]!]!;
	}
	let sum = 0;
	for (let c = 1; c <= columns; c++)
		if (rowAt[c]! > 0) sum += scores[(rowAt[c]! - 1) * columns + c - 1]!;
	return sum;
}

const total = (scores: Float32Array, columns: number, columnOf: Int32Array) =>
	columnOf.reduce((sum, c, r) => sum + scores[r * columns + c]!, 0);

/** Kinds of score that are hard in different ways. */
const KINDS: [string, () => number][] = [
	['of any size', () => draws.real(-1, 1)],
	['that are whole and often equal', () => draws.integer(0, 3)],
	['that are nearly equal', () => 0.5 + 1e-6 * draws.integer(0, 9)],
	['that are all below 0', () => -draws.real(1, 100)],
	// Rows and columns by their own merit alone, so that all rows want the same columns.
	['that are products', () => merit()],
	['of very different size', () => draws.pick([-1, 1]) * 10 ** draws.integer(-4, 4)]
];

/** Products of two numbers, of which one changes rarely. */
function productsOf(): () => number {
	let [left, drawn] = [1, 0];
	return () => {
		if (drawn++ % 7 === 0) left = draws.integer(1, 9);
		return left * draws.integer(1, 9);
	};
}
const merit = productsOf();

const matrix = (rows: number, columns: number, score: () => number) =>
	Float32Array.from({ length: rows * columns }, score);

describe.each(KINDS)('the assignment by scores %s', (_, score) => {
	it('is the best of all, of up to 7 rows and 9 columns', () => {
		for (let trial = 0; trial < 60; trial++) {
			const rows = 1 + (trial % 7);
			for (const columns of [rows, rows, rows + 1, rows + 2]) {
				const scores = matrix(rows, columns, score);
				const columnOf = solved(scores, rows, columns);
				expect(new Set(columnOf).size).toBe(rows);
				expect(columnOf.every((c) => c >= 0 && c < columns)).toBe(true);
				expect(total(scores, columns, columnOf)).toBeCloseTo(best(scores, rows, columns), 9);
			}
		}
	});

	it('is as good as another method’s, of dozens of rows', () => {
		for (let trial = 0; trial < 8; trial++) {
			const rows = draws.integer(20, 60);
			const columns = rows + draws.pick([0, 0, 1, 9]);
			const scores = matrix(rows, columns, score);
			const columnOf = solved(scores, rows, columns);
			expect(total(scores, columns, columnOf)).toBeCloseTo(hungarian(scores, rows, columns), 6);
		}
	});

	it('is as good however rows and columns are ordered, and when they change places', () => {
		const [rows, columns] = [25, 31];
		const scores = matrix(rows, columns, score);
		const least = total(scores, columns, solved(scores, rows, columns));
		const [r, c] = [rows, columns].map((n) => draws.shuffled([...Array(n).keys()]));
		const moved = scores.map(
			(_, i) => scores[r![Math.floor(i / columns)]! * columns + c![i % columns]!]!
		);
		expect(total(moved, columns, solved(moved, rows, columns))).toBeCloseTo(least, 8);
		const square = scores.subarray(0, rows * rows);
		const turned = square.map((_, i) => square[(i % rows) * rows + Math.floor(i / rows)]!);
		expect(total(turned, rows, solved(turned, rows, rows))).toBeCloseTo(
			total(square, rows, solved(square, rows, rows)),
			8
		);
	});

	it('cannot be bettered by an exchange of two rows, or by a column that is free', () => {
		const [rows, columns] = [40, 44];
		const scores = matrix(rows, columns, score);
		const columnOf = solved(scores, rows, columns);
		const at = (row: number, c: number) => scores[row * columns + c]!;
		const free = [...Array(columns).keys()].filter((c) => !columnOf.includes(c));
		expect(free).toHaveLength(4);
		columnOf.forEach((own, row) => {
			for (const c of free) expect(at(row, c)).toBeLessThanOrEqual(at(row, own));
			columnOf.forEach((other, second) => {
				const exchanged = at(row, other) + at(second, own);
				expect(exchanged).toBeLessThanOrEqual(at(row, own) + at(second, other) + 1e-9);
			});
		});
	});
});

describe('an assignment', () => {
	it('does not change when all scores of a row rise by the same', () => {
		const [rows, columns] = [12, 15];
		// Whole numbers, so that the sums are exact.
		const scores = matrix(rows, columns, () => draws.integer(0, 1000));
		const raised = scores.map((x, i) => x + 64 * Math.floor(i / columns));
		const [before, after] = [scores, raised].map((s) => solved(s, rows, columns));
		expect(total(scores, columns, after!)).toBe(total(scores, columns, before!));
	});

	it('gives one row its best column', () => {
		for (let trial = 0; trial < 30; trial++) {
			const scores = matrix(1, draws.integer(1, 12), () => draws.real(-1, 1));
			const [column] = solved(scores, 1, scores.length);
			expect(scores[column!]).toBe(Math.max(...scores));
		}
	});

	it('counts up to its rows in steps, never back', () => {
		const work = assign(
			matrix(60, 60, () => draws.integer(0, 5)),
			60,
			60
		);
		const said: number[] = [];
		for (let step = work.next(); !step.done; step = work.next()) said.push(step.value);
		expect(said.at(-1)).toBe(60);
		said.forEach((n, i) => {
			const risen = n - (said[i - 1] ?? 0);
			expect(risen === 0 || risen === 1).toBe(true);
		});
	});
});
