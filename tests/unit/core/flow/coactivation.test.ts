import { describe, expect, it } from 'vitest';
import { pearson } from '../../../../src/core/math/ranks';
import { seeded } from '../../../../src/core/math/random';
import { activationAt, byFeature, joined, type SparseRows } from '../../../../src/core/math/sparse';
import { correlations, momentsOf, overlaps } from '../../../../src/core/flow/coactivation';

/** Dense activations [tokens][features] with many zeros, and the same as sparse rows. */
function drawn(tokens: number, features: number, seed: number) {
	const uniform = seeded(seed);
	const dense = Array.from({ length: tokens }, () =>
		Array.from({ length: features }, () => (uniform() < 0.3 ? Math.fround(uniform() * 4) : 0))
	);
	return { dense, rows: sparse(dense) };
}

function sparse(dense: number[][]): SparseRows {
	const entries = dense.map((row) => row.flatMap((a, f) => (a > 0 ? [[f, a] as const] : [])));
	const offsets = [0];
	for (const row of entries) offsets.push(offsets.at(-1)! + row.length);
	const flat = entries.flat();
	return {
		offsets: Uint32Array.from(offsets),
		features: Uint32Array.from(flat, ([f]) => f),
		activations: Float32Array.from(flat, ([, a]) => a)
	};
}

const column = (dense: number[][], f: number) => dense.map((row) => row[f]!);

describe('sparse codes', () => {
	it('hold the same by token and by feature', () => {
		const { dense, rows } = drawn(40, 7, 1);
		const columns = byFeature(rows, 7);
		for (let f = 0; f < 7; f++) {
			const found = new Array<number>(40).fill(0);
			for (let i = columns.offsets[f]!; i < columns.offsets[f + 1]!; i++)
				found[columns.tokens[i]!] = columns.activations[i]!;
			expect(found).toEqual(column(dense, f));
		}
		expect(activationAt(rows, 3, 2)).toBe(dense[3]![2]);
	});

	it('join one after another', () => {
		const [a, b] = [drawn(5, 4, 2), drawn(9, 4, 3)];
		expect(joined([a.rows, b.rows])).toEqual(sparse([...a.dense, ...b.dense]));
		expect(joined([]).offsets).toEqual(Uint32Array.of(0));
	});
});

describe('activations compared', () => {
	const [one, two] = [drawn(200, 5, 4), drawn(200, 6, 5)];
	const columns = byFeature(one.rows, 5);
	const others = byFeature(two.rows, 6);
	const moments = Array.from({ length: 6 }, (_, f) => momentsOf(others, f));

	it('correlate as dense columns do, zeros included', () => {
		const found = correlations(columns, 2, two.rows, moments, 200);
		for (let f = 0; f < 6; f++)
			expect(found[f]).toBeCloseTo(pearson(column(one.dense, 2), column(two.dense, f))!, 5);
	});

	it('overlap as sets of tokens do', () => {
		const found = overlaps(columns, 1, two.rows, moments);
		for (let f = 0; f < 6; f++) {
			const pairs = one.dense.map((row, t) => [row[1]! > 0, two.dense[t]![f]! > 0] as const);
			const both = pairs.filter(([a, b]) => a && b).length;
			expect(found[f]).toBeCloseTo(both / pairs.filter(([a, b]) => a || b).length, 6);
		}
	});

	it('are 0 for a feature that never fires', () => {
		const silent = byFeature(one.rows, 9);
		const none = [{ count: 0, sum: 0, squares: 0 }];
		const empty = sparse(one.dense.map(() => [0]));
		expect(correlations(silent, 8, two.rows, moments, 200)).toEqual(new Float32Array(6));
		expect(overlaps(silent, 8, empty, none)).toEqual(new Float32Array(1));
	});
});
