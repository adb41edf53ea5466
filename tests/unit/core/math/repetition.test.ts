import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../src/core/math/random';
import { repeated } from '../../../../src/core/math/repetition';

describe('repetition', () => {
	it('is the share of n-grams that stood there before', () => {
		const ids = [1, 2, 3, 1, 2, 3, 1, 2];
		expect(repeated(ids, 1)).toBe(5 / 8);
		expect(repeated(ids, 2)).toBe(4 / 7);
		expect(repeated(ids, 3)).toBe(3 / 6);
		expect(repeated(ids, 4)).toBe(2 / 5);
	});

	it('is 0 where all differ and nearly 1 in a loop', () => {
		expect(repeated([5, 4, 3, 2, 1], 1)).toBe(0);
		expect(repeated(new Uint32Array(1000).fill(7), 4)).toBe(996 / 997);
	});

	it('tells grams apart whose digits run together', () => {
		expect(repeated([1, 23, 12, 3], 2)).toBe(0);
	});

	it('agrees with looking back at every earlier n-gram', () => {
		const uniform = seeded(8);
		const ids = Array.from({ length: 150 }, () => Math.floor(uniform() * 6));
		for (let n = 1; n <= 4; n++) {
			let [again, grams] = [0, 0];
			for (let at = 0; at + n <= ids.length; at++, grams++)
				for (let before = 0; before < at; before++)
					if (ids.slice(before, before + n).every((id, i) => id === ids[at + i])) {
						again++;
						break;
					}
			expect(again).toBeGreaterThan(0);
			expect(repeated(ids, n)).toBeCloseTo(again / grams, 14);
		}
	});

	it('is null where the text is shorter than n, and refuses an n that is no number of tokens', () => {
		expect(repeated([], 1)).toBeNull();
		expect(repeated([1, 2, 3], 4)).toBeNull();
		expect(repeated([1, 2, 3, 4], 4)).toBe(0);
		for (const n of [0, -1, 1.5, NaN]) expect(() => repeated([1, 2], n)).toThrow(RangeError);
	});
});
