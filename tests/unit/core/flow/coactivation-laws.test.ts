import { describe, expect, it } from 'vitest';
import { correlations, momentsOf, overlaps } from '../../../../src/core/flow/coactivation';
import { pearson } from '../../../../src/core/math/ranks';
import { byFeature, type SparseRows } from '../../../../src/core/math/sparse';
import { Draws } from '../../../draws';

const draws = new Draws(66);

/** `[tokens][features]` */
const dense = (tokens: number, features: number): number[][] =>
	draws.list(tokens, () =>
		draws.list(features, (f) =>
			draws.chance((f + 1) / (features + 1)) ? Math.fround(draws.real(0.1, 5)) : 0
		)
	);

function sparse(rows: number[][]): SparseRows {
	const entries = rows.map((row) => row.flatMap((a, f) => (a > 0 ? [{ f, a }] : [])));
	return {
		offsets: Uint32Array.from(
			entries.reduce<number[]>((at, row) => [...at, at.at(-1)! + row.length], [0])
		),
		features: Uint32Array.from(entries.flat(), ({ f }) => f),
		activations: Float32Array.from(entries.flat(), ({ a }) => a)
	};
}

/** Both measures of every feature of one against every feature of the other. */
function compared(one: number[][], two: number[][]) {
	const [n, m] = [one[0]!.length, two[0]!.length];
	const [columns, rows] = [byFeature(sparse(one), n), sparse(two)];
	const others = byFeature(rows, m);
	const moments = Array.from({ length: m }, (_, f) => momentsOf(others, f));
	return Array.from({ length: n }, (_, f) => ({
		r: [...correlations(columns, f, rows, moments, one.length)],
		jaccard: [...overlaps(columns, f, rows, moments)]
	}));
}

const column = (rows: number[][], f: number) => rows.map((row) => row[f]!);

describe('two dictionaries on one text', () => {
	const [one, two] = [dense(120, 5), dense(120, 7)];
	const found = compared(one, two);

	it('correlate as their columns do, feature by feature', () => {
		found.forEach(({ r }, i) =>
			r.forEach((x, j) => expect(x).toBeCloseTo(pearson(column(one, i), column(two, j))!, 5))
		);
	});

	it('overlap by the tokens on which both or either are active', () => {
		found.forEach(({ jaccard }, i) =>
			jaccard.forEach((x, j) => {
				const on = [column(one, i), column(two, j)].map((all) => all.map((a) => a > 0));
				const both = on[0]!.filter((a, t) => a && on[1]![t]).length;
				const either = on[0]!.filter((a, t) => a || on[1]![t]).length;
				expect(x).toBeCloseTo(both / either, 6);
			})
		);
	});

	it('are compared alike from either side', () => {
		const back = compared(two, one);
		found.forEach(({ r, jaccard }, i) => {
			r.forEach((x, j) => expect(back[j]!.r[i]).toBeCloseTo(x, 6));
			jaccard.forEach((x, j) => expect(back[j]!.jaccard[i]).toBe(x));
		});
	});

	it('do not depend on the order of the tokens, nor on the scale of either', () => {
		const order = draws.shuffled([...one.keys()]);
		const scaled = (rows: number[][], by: number) =>
			order.map((t) => rows[t]!.map((a) => Math.fround(by * a)));
		compared(scaled(one, 8), scaled(two, 0.25)).forEach(({ r, jaccard }, i) => {
			r.forEach((x, j) => expect(x).toBeCloseTo(found[i]!.r[j]!, 5));
			expect(jaccard).toEqual(found[i]!.jaccard);
		});
	});

	it('are the same where they are one', () => {
		compared(one, one).forEach(({ r, jaccard }, i) => {
			expect(r[i]).toBeCloseTo(1, 6);
			expect(jaccard[i]).toBe(1);
		});
	});
});

describe('features that never vary', () => {
	it('correlate with nothing, though rounding could say otherwise', () => {
		for (const tokens of [1, 2, 7, 50, 200, 333, 1000])
			for (const level of [0.1, 1 / 3, 2.7, 1e-6, 1e6].map(Math.fround)) {
				const rows = draws.list(tokens, (t) => [level, Math.fround(0.3), t % 2 ? 1.5 : 0]);
				const found = compared(rows, rows);
				for (const [i, j] of [
					[0, 0],
					[0, 1],
					[0, 2],
					[1, 0],
					[2, 1]
				] as const)
					expect(found[i]!.r[j], `${tokens} tokens of ${level}`).toBe(0);
				expect(found[0]!.jaccard.slice(0, 2)).toEqual([1, 1]);
			}
	});

	it('are not those that vary by a hundredth of their activation', () => {
		const rows = draws.list(400, (t) => [Math.fround(5 + 0.05 * (t % 2)), 1 + (t % 2)]);
		expect(compared(rows, rows)[0]!.r[1]).toBeCloseTo(1, 4);
	});
});

describe('the moments of a feature', () => {
	it('are its count and its sums over the tokens on which it is active', () => {
		const rows = dense(60, 4);
		const columns = byFeature(sparse(rows), 5);
		for (let f = 0; f < 5; f++) {
			const own = f < 4 ? column(rows, f).filter((a) => a > 0) : [];
			const { count, sum, squares } = momentsOf(columns, f);
			expect(count).toBe(own.length);
			expect(sum).toBeCloseTo(
				own.reduce((a, b) => a + b, 0),
				9
			);
			expect(squares).toBeCloseTo(
				own.reduce((a, b) => a + b * b, 0),
				9
			);
		}
	});
});
