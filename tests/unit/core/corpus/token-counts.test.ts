import { describe, expect, it } from 'vitest';
import {
	mergeTokenCounts,
	countPair,
	eachPair,
	entropies,
	newTokenCounts,
	type TokenCounts
} from '../../../../src/core/corpus/token-counts';
import { Draws } from '../../../draws';

const draws = new Draws(71);

function counted(pairs: number[], most?: number): TokenCounts {
	const table = newTokenCounts();
	for (const pair of pairs) countPair(table, pair, 1, most);
	return table;
}

function listed(table: TokenCounts): [number, number][] {
	const out: [number, number][] = [];
	eachPair(table, (pair, count) => out.push([pair, count]));
	return out.sort(([a], [b]) => a - b);
}

function byMap(pairs: number[]): [number, number][] {
	const map = new Map<number, number>();
	for (const pair of pairs) map.set(pair, (map.get(pair) ?? 0) + 1);
	return [...map].sort(([a], [b]) => a - b);
}

/** Small numbers, which run into one another, and numbers beyond 32 bits. */
const pairs = (n: number, different = 4000) =>
	draws.list(n, () => {
		const base = draws.integer(0, different - 1);
		return draws.pick([base, 24_576 * 151_936 + 1024 * base, 2 ** 32 + base]);
	});

describe('a table of pairs', () => {
	it('counts as a map does, through all its growth', () => {
		for (const n of [0, 1, 500, 20_000]) {
			const all = pairs(n);
			const table = counted(all);
			expect(listed(table)).toEqual(byMap(all));
			expect(table.pairs).toBe(byMap(all).length);
			expect(table.keys.length).toBeGreaterThanOrEqual(2 * table.pairs);
			expect(table.counts).toHaveLength(table.keys.length);
		}
	});

	it('counts pair 0, and several at once', () => {
		const table = newTokenCounts();
		countPair(table, 0, 5);
		countPair(table, 0);
		countPair(table, 7, 3);
		expect(listed(table)).toEqual([
			[0, 6],
			[7, 3]
		]);
	});

	it('adds up from shards, in any order', () => {
		const all = pairs(9000);
		const shards = [0, 1, 2].map((s) => counted(all.filter((_, i) => i % 3 === s)));
		for (const order of [
			[0, 1, 2],
			[2, 0, 1]
		]) {
			const whole = newTokenCounts();
			for (const s of order) mergeTokenCounts(whole, shards[s]!);
			expect(listed(whole)).toEqual(byMap(all));
		}
	});

	it('is as it was when an empty one is added', () => {
		const all = pairs(50);
		const table = counted(all);
		mergeTokenCounts(table, newTokenCounts());
		expect(listed(table)).toEqual(byMap(all));
	});

	it('holds two million pairs, and not one more', () => {
		const table = newTokenCounts();
		for (let pair = 0; pair < 2 ** 21; pair++) countPair(table, pair);
		expect(table.pairs).toBe(2 ** 21);
		countPair(table, 7);
		expect(table.pairs).toBe(2 ** 21);
		countPair(table, 2 ** 21);
		expect(table.pairs).toBe(-1);
	});

	it('is given up when there are more different pairs than it may hold, and not before', () => {
		const some = [...Array(10).keys()];
		expect(listed(counted([...some, ...some], 10))).toEqual(byMap([...some, ...some]));
		const table = counted([...some, ...some, 10, 3], 10);
		expect(table.pairs).toBe(-1);
		expect(listed(table)).toEqual([]);
		expect(entropies(table, new Float64Array(1), 100)).toBeNull();
	});

	it('is given up by the text alone, however it is sharded', () => {
		for (let trial = 0; trial < 40; trial++) {
			const [all, most] = [pairs(60, 8), draws.integer(10, 24)];
			const expected = counted(all, most);
			for (const shards of [2, 3, 60]) {
				const whole = newTokenCounts();
				for (let s = 0; s < shards; s++)
					mergeTokenCounts(
						whole,
						counted(
							all.filter((_, i) => i % shards === s),
							most
						),
						most
					);
				expect(whole.pairs).toBe(expected.pairs);
				expect(listed(whole)).toEqual(listed(expected));
			}
		}
	});

	it('stays given up, whatever is added', () => {
		const gone = counted([1, 2, 3], 2);
		const table = counted([5]);
		mergeTokenCounts(table, gone, 2);
		mergeTokenCounts(table, counted([1]), 2);
		countPair(table, 9);
		expect(table.pairs).toBe(-1);
		expect(listed(table)).toEqual([]);
	});
});

describe('the entropy of a feature’s tokens', () => {
	const VOCAB = 50;

	it('is Shannon’s, in bits', () => {
		const tokens = draws.list(6, (f) => draws.list(40 * f, () => draws.integer(0, 2 ** f - 1)));
		const table = counted(tokens.flatMap((own, f) => own.map((token) => f * VOCAB + token)));
		const found = entropies(
			table,
			Float64Array.from(tokens, (own) => own.length),
			VOCAB
		)!;
		tokens.forEach((own, f) => {
			const shares = byMap(own).map(([, n]) => n / own.length);
			const bits = -shares.reduce((sum, p) => sum + p * Math.log2(p), 0);
			expect(found[f]).toBeCloseTo(bits, 5);
		});
	});

	it('is 0 of one token, the logarithm of many that are as likely, and 0 of none', () => {
		const even = [...Array(32).keys()].map((token) => VOCAB + token);
		const table = counted([7, 7, 7, ...even]);
		expect([...entropies(table, Float64Array.of(3, 32, 0), VOCAB)!]).toEqual([0, 5, 0]);
	});

	it('of no token at all is 0', () => {
		expect([...entropies(newTokenCounts(), new Float64Array(2), VOCAB)!]).toEqual([0, 0]);
	});

	it('is the same to the last bit wherever the pairs lie in the table', () => {
		const all = pairs(3000, 300).map((pair) => pair % (20 * VOCAB));
		const count = new Float64Array(20);
		for (const pair of all) count[Math.floor(pair / VOCAB)]!++;
		const expected = entropies(counted(all), count, VOCAB);
		expect(entropies(counted(draws.shuffled(all)), count, VOCAB)).toEqual(expected);
	});
});
