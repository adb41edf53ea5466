import { describe, expect, it } from 'vitest';
import {
	activationAt,
	byFeature,
	joined,
	type SparseColumns,
	type SparseRows
} from '../../../../src/core/math/sparse';
import { Draws } from '../../../draws';

const draws = new Draws(17);

/** Dense activations `[tokens][features]`; some rows, or all, are silent. */
const dense = (tokens: number, features: number, share = 0.3): number[][] =>
	draws.list(tokens, () =>
		draws.list(features, () => (draws.chance(share) ? Math.fround(draws.real(0.01, 9)) : 0))
	);

/** The features of each row in an order of their own: encoders give the strongest first. */
function sparse(rows: number[][]): SparseRows {
	const entries = rows.map((row) =>
		draws.shuffled(row.flatMap((a, f) => (a > 0 ? [{ f, a }] : [])))
	);
	const offsets = entries.reduce<number[]>((at, row) => [...at, at.at(-1)! + row.length], [0]);
	return {
		offsets: Uint32Array.from(offsets),
		features: Uint32Array.from(entries.flat(), ({ f }) => f),
		activations: Float32Array.from(entries.flat(), ({ a }) => a)
	};
}

/** Back to `[tokens][features]`. */
function spread({ offsets, tokens, activations }: SparseColumns, count: number): number[][] {
	const rows = Array.from({ length: count }, () => new Array<number>(offsets.length - 1).fill(0));
	for (let f = 0; f + 1 < offsets.length; f++)
		for (let i = offsets[f]!; i < offsets[f + 1]!; i++) rows[tokens[i]!]![f] = activations[i]!;
	return rows;
}

describe('codes by feature', () => {
	it('hold every activation once, whatever the order within a row', () => {
		for (let trial = 0; trial < 60; trial++) {
			const [tokens, features] = [draws.integer(0, 12), draws.integer(1, 9)];
			const rows = dense(tokens, features, draws.uniform());
			const columns = byFeature(sparse(rows), features);
			expect(spread(columns, tokens)).toEqual(rows);
			expect(columns.tokens).toHaveLength(rows.flat().filter((a) => a > 0).length);
			expect(columns.offsets[features]).toBe(columns.tokens.length);
		}
	});

	it('list a feature’s tokens in rising order', () => {
		const { offsets, tokens } = byFeature(sparse(dense(200, 6, 0.5)), 6);
		for (let f = 0; f < 6; f++) {
			const own = [...tokens.subarray(offsets[f], offsets[f + 1])];
			expect(own.length).toBeGreaterThan(50);
			expect(own).toEqual(own.toSorted((a, b) => a - b));
		}
	});

	it('have room for features that are never active, the last ones among them', () => {
		const columns = byFeature(
			sparse([
				[0, 2],
				[0, 1]
			]),
			5
		);
		expect([...columns.offsets]).toEqual([0, 0, 2, 2, 2, 2]);
	});
});

describe('an activation', () => {
	it('is found by row and feature, and 0 where there is none', () => {
		const rows = dense(20, 7);
		const codes = sparse(rows);
		rows.forEach((row, t) => row.forEach((a, f) => expect(activationAt(codes, t, f)).toBe(a)));
	});

	it('is not taken from the row after', () => {
		const codes = sparse([
			[0, 0],
			[3, 4]
		]);
		expect([activationAt(codes, 0, 0), activationAt(codes, 0, 1)]).toEqual([0, 0]);
		expect([activationAt(codes, 1, 0), activationAt(codes, 1, 1)]).toEqual([3, 4]);
	});
});

describe('joined codes', () => {
	it('are the rows one after another, however they are parted', () => {
		for (let trial = 0; trial < 40; trial++) {
			const rows = dense(draws.integer(1, 25), 5, draws.uniform());
			let at = 0;
			const parts = draws
				.pieces(rows.length, 6)
				.map((length) => sparse(rows.slice(at, (at += length))));
			expect(spread(byFeature(joined(parts), 5), rows.length)).toEqual(rows);
		}
	});

	it('do not depend on how they are grouped, and empty parts add nothing', () => {
		const [a, b, c] = [sparse(dense(4, 3)), sparse(dense(6, 3)), sparse(dense(2, 3))];
		const nothing = joined([]);
		const whole = joined([a, b, c]);
		expect(joined([joined([a, b]), c])).toEqual(whole);
		expect(joined([a, joined([b, c])])).toEqual(whole);
		expect(joined([nothing, a, nothing, b, c, nothing])).toEqual(whole);
		expect(nothing).toEqual(sparse([]));
	});

	it('keep the rows in which nothing is active', () => {
		expect([...joined([sparse([[0]]), sparse([[2]]), sparse([[0], [0]])]).offsets]).toEqual([
			0, 0, 1, 1, 1
		]);
	});
});
