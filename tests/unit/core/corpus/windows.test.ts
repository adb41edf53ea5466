import { describe, expect, it } from 'vitest';
import { digest, isHeldOut } from '../../../../src/core/corpus/windows';
import { chiSquare, chiSquareLimit, Draws } from '../../../draws';

const draws = new Draws(53);
const codes = (text: string) => Array.from(text, (c) => c.charCodeAt(0));
const drawn = () => draws.list(draws.integer(1, 40), () => draws.integer(0, 50_256));

describe('a digest', () => {
	it.each([
		// As the author of cyrb53 gives them beside its source (bryc/code, jshash, cyrb53.js).
		['a', 7929297801672961],
		['b', 8684336938537663],
		['revenge', 4051478007546757],
		['revenue', 8309097637345594]
	])('of the characters of %s is that of cyrb53', (text, expected) => {
		expect(digest(codes(text))).toBe(expected);
	});

	it('is a whole number of 53 bits, the same of any list of the same ids', () => {
		for (let trial = 0; trial < 200; trial++) {
			const ids = drawn();
			const found = digest(ids);
			expect(Number.isSafeInteger(found) && found >= 0).toBe(true);
			for (const List of [Uint32Array, Int32Array, Float64Array])
				expect(digest(List.from(ids))).toBe(found);
		}
	});

	it('tells ids, their order and their number apart', () => {
		const lists = new Map<string, number[]>();
		for (let trial = 0; trial < 3000; trial++) {
			const ids = drawn();
			for (const list of [ids, ids.toReversed(), ids.slice(1), [...ids, 0]])
				lists.set(list.join(), list);
		}
		expect(new Set([...lists.values()].map(digest)).size).toBe(lists.size);
	});

	it('changes half of its bits when one bit of one id changes', () => {
		const changed = new Float64Array(53);
		const trials = 2000;
		for (let trial = 0; trial < trials; trial++) {
			const ids = drawn();
			const at = draws.integer(0, ids.length - 1);
			const other = ids.with(at, ids[at]! ^ (1 << draws.integer(0, 15)));
			const bits = (BigInt(digest(ids)) ^ BigInt(digest(other))).toString(2).padStart(53, '0');
			changed.forEach((_, i) => (changed[i]! += Number(bits[i])));
		}
		// Each a share of 0.5 with a standard error of 0.011.
		changed.forEach((n) => expect(Math.abs(n / trials - 0.5)).toBeLessThan(0.06));
	});
});

describe('held-out documents', () => {
	it('are one in ten, and no other decimal is more likely', () => {
		const last = new Float64Array(10);
		const documents = 20_000;
		let held = 0;
		for (let i = 0; i < documents; i++) {
			const found = digest([i, 7, i + 1]);
			last[found % 10]!++;
			held += Number(isHeldOut(found));
		}
		expect(held).toBe(last[0]);
		expect(
			chiSquare(
				last,
				last.map(() => documents / 10)
			)
		).toBeLessThan(chiSquareLimit(9));
	});
});
