import { describe, expect, it } from 'vitest';
import { isForeign, surpriseOf } from '../../../../src/core/prompt/surprise';

const VOCAB = 1000;
const tokens = (n: number) => Array.from({ length: n }, (_, t) => ({ special: t === 0 }));
const even = (n: number, nats: number) =>
	surpriseOf(
		Float32Array.from({ length: n }, (_, t) => (t === 0 ? NaN : nats)),
		tokens(n),
		VOCAB
	);

describe('surprise', () => {
	it('leaves out what is special and what was not said', () => {
		const nats = [NaN, 1, 3, NaN, 2];
		const all = [true, false, false, false, true].map((special) => ({ special }));
		const { mean, n, shares } = surpriseOf(nats, all, VOCAB);
		expect([mean, n]).toEqual([2, 2]);
		expect(shares).toEqual([0, 1 / Math.log(VOCAB), 3 / Math.log(VOCAB), 0, 0]);
	});

	it('is nothing of no tokens, and no more than a blind guess', () => {
		expect(surpriseOf([], [], VOCAB)).toEqual({ mean: null, n: 0, shares: [] });
		expect(even(3, 50).shares).toEqual([0, 1, 1]);
	});

	it('is of a text that the model does not know from half of the way to a blind guess on', () => {
		const half = (1 + Math.log(VOCAB)) / 2;
		expect(isForeign(even(20, half - 0.01), 1, VOCAB)).toBe(false);
		expect(isForeign(even(20, half + 0.01), 1, VOCAB)).toBe(true);
		expect(isForeign(even(20, 5), null, VOCAB)).toBe(true);
	});

	it('says nothing of a few tokens', () => {
		expect(isForeign(even(5, 6.9), 1, VOCAB)).toBe(false);
		expect(isForeign(even(0, 0), 1, VOCAB)).toBe(false);
	});
});
