/** Numbers as people read them say what they say: the right number, to their digits, in their order. */
import { describe, expect, it } from 'vitest';
import {
	brief,
	bytes,
	cellText,
	count,
	duration,
	fixed,
	percent,
	short
} from '../../../../src/core/names/numbers';
import { Draws } from '../../../draws';

const draws = new Draws(90);
const plain = (text: string) => text.replaceAll('−', '-').replaceAll(',', '');

/** Numbers of every size between two powers of ten, of both signs unless `sign` is 1. */
const sizes = (from: number, to: number, sign: 1 | -1 = -1, n = 400) =>
	draws.list(n, (i) => (i % 2 ? sign : 1) * 10 ** draws.real(from, to));

/** Around where the number of digits changes: just below, at, and just above. */
const near = (edges: number[]) => edges.flatMap((x) => [x * (1 - 1e-9), x, x * (1 + 1e-9)]);

/** No two in the wrong order once they are read back. */
function expectRising(values: number[], read: (value: number) => number): void {
	const sorted = values.toSorted((a, b) => a - b);
	const found = sorted.map(read);
	expect(found.every(Number.isFinite)).toBe(true);
	const wrong = sorted.filter((_, i) => i > 0 && found[i]! < found[i - 1]!);
	expect(wrong).toEqual([]);
}

const significant = (text: string) =>
	plain(text).replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').length;

describe('short', () => {
	const values = [...sizes(-12, 12), ...near([1e-3, 0.9995, 1, 9.995, 99.95, 999.5, 1e6]), 0];
	const read = (value: number) => Number(plain(short(value)));

	it('is right to three digits, or to two beside an exponent', () => {
		for (const value of values) {
			const within = short(value).includes('e') ? 0.05 : 0.005;
			expect(Math.abs(read(value) - value)).toBeLessThanOrEqual(within * Math.abs(value) * 1.001);
		}
	});

	it('keeps the order of numbers', () => expectRising(values, read));

	it('has an exponent only beyond a thousandth and a million, and never a hyphen', () => {
		for (const value of values) {
			const size = Math.abs(value);
			expect(short(value).includes('e')).toBe(size !== 0 && (size < 1e-3 || size >= 1e6));
			expect(short(value)).not.toContain('-');
			if (size < 999 && !short(value).includes('e'))
				expect(significant(short(value))).toBeLessThanOrEqual(3);
		}
	});

	it('differs for a number and its negative by the sign alone', () => {
		for (const value of sizes(-8, 8, 1)) expect(short(-value)).toBe(`−${short(value)}`);
		expect(short(-0)).toBe('0');
	});

	it.each([
		[0.001, '0.001'],
		[0.00099, '9.9e−4'],
		[999_499, '999000'],
		[1e6, '1.0e+6'],
		[-12_345_678, '−1.2e+7'],
		[1234, '1230'],
		[0.1 + 0.2, '0.3'],
		[NaN, '–'],
		[-Infinity, '–']
	])('writes %f as %s', (value, text) => expect(short(value)).toBe(text));
});

describe('short with more digits', () => {
	it('has as many as asked for, and one less than that beside an exponent', () => {
		for (const value of sizes(-2, 5))
			expect(Math.abs(Number(plain(short(value, 5))) - value)).toBeLessThanOrEqual(
				5.001e-5 * Math.abs(value)
			);
		expect([0.123456, 1.2345e-7].map((value) => short(value, 4))).toEqual(['0.1235', '1.23e−7']);
	});
});

describe('brief', () => {
	it('is right to two digits and keeps the order', () => {
		const values = [...sizes(-6, 6), ...near([0.995, 9.95, 99.5]), 0];
		const read = (value: number) => Number(plain(brief(value)));
		for (const value of values)
			expect(Math.abs(read(value) - value)).toBeLessThanOrEqual(0.0501 * Math.abs(value));
		expectRising(values, read);
		expect([brief(NaN), brief(Infinity)]).toEqual(['–', '–']);
	});
});

describe('fixed', () => {
	it('is right to half its last decimal and has all of them', () => {
		for (const value of sizes(-4, 5))
			for (const digits of [0, 1, 3]) {
				const text = fixed(value, digits);
				expect(Math.abs(Number(plain(text)) - value)).toBeLessThanOrEqual(0.5001 * 10 ** -digits);
				expect(text.split('.')[1]?.length ?? 0).toBe(digits);
				expect(text).not.toContain('-');
			}
		expect([fixed(NaN, 2), fixed(Infinity, 2)]).toEqual(['–', '–']);
	});
});

describe('percent', () => {
	const values = [...sizes(-5, 1), ...near([1e-5, 1e-3, 0.1, 1]), 0];
	const read = (share: number) => Number(plain(percent(share)).replace(/[<>] | %/g, '')) / 100;

	it('is right to a thousandth of a per cent at the least, and to its digits', () => {
		for (const share of values) {
			const size = 100 * Math.abs(share);
			const half = size >= 10 ? 0.05 : size >= 0.1 ? 0.005 : 0.0005;
			expect(100 * Math.abs(read(share) - share)).toBeLessThanOrEqual(half + 1e-9);
		}
	});

	it('keeps the order of shares', () => expectRising(values, read));

	it('says of what is smaller than it can show on which side of 0 it lies', () => {
		for (const share of sizes(-9, -5.001, 1)) {
			expect(percent(share)).toBe('< 0.001 %');
			expect(percent(-share)).toBe('> −0.001 %');
		}
		expect([percent(0), percent(-0)]).toEqual(['0 %', '0 %']);
		expect(percent(1e-5)).toBe('0.001 %');
		expect([percent(NaN), percent(-Infinity)]).toEqual(['–', '–']);
	});
});

describe('bytes', () => {
	const UNITS: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
	const values = [
		...sizes(0, 14, 1).map(Math.round),
		...near([1e3, 1e6, 1e9, 9_950, 9_999, 999_499, 999_500, 999.5e6]).map(Math.round)
	];
	const read = (value: number) => {
		const [number, unit] = bytes(value).split(' ');
		return Number(number) * UNITS[unit!]!;
	};

	it('is right to a tenth below ten and to one above', () => {
		for (const value of values) {
			const [number, unit] = bytes(value).split(' ');
			const half = number!.includes('.') ? 0.05 : 0.5;
			expect(Math.abs(read(value) - value)).toBeLessThanOrEqual(half * UNITS[unit!]! * 1.000_001);
		}
	});

	it('keeps the order, and never needs four digits below a thousand terabytes', () => {
		expectRising(values, read);
		for (const value of values)
			expect(bytes(value).split(' ')[0]!.replace('.', '').length).toBeLessThanOrEqual(3);
	});

	it.each([
		[999, '999 B'],
		[1000, '1.0 kB'],
		[999_499, '999 kB'],
		[999_500, '1.0 MB'],
		[5e15, '5000 TB']
	])('writes %i as %s', (value, text) => expect(bytes(value)).toBe(text));
});

describe('count', () => {
	it('is the whole number, in groups of three', () => {
		for (const value of sizes(0, 12).map(Math.round)) {
			expect(Number(plain(count(value)))).toBe(value);
			expect(count(value)).toMatch(/^[-−]?\d{1,3}(,\d{3})*$/);
		}
	});
});

describe('duration', () => {
	const read = (seconds: number) => {
		const UNITS: Record<string, number> = { s: 1, min: 60, h: 3600 };
		return [...duration(seconds).matchAll(/(\d+) (s|min|h)/g)].reduce(
			(sum, [, n, unit]) => sum + Number(n) * UNITS[unit!]!,
			0
		);
	};
	const values = [...sizes(0, 5.5, 1), ...near([89.5, 90, 3569, 3570, 3599, 7200])];

	it('is right to half a second, or from a minute and a half on to half a minute', () => {
		for (const seconds of values)
			expect(Math.abs(read(seconds) - seconds)).toBeLessThanOrEqual(seconds < 90 ? 0.5 : 30);
	});

	it('keeps the order, with minutes below 60 beside hours', () => {
		expectRising(values, read);
		for (const seconds of values) {
			const minutes = /(\d+) min/.exec(duration(seconds))?.[1] ?? '0';
			expect(Number(minutes)).toBeLessThan(60);
		}
	});

	it.each([
		[0, '0 s'],
		[89.4, '89 s'],
		[90, '2 min'],
		[3569, '59 min'],
		[3570, '1 h 0 min'],
		[86_400, '24 h 0 min']
	])('says %f as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('cellText', () => {
	it('keeps integers and text, rounds the rest, and says what is missing', () => {
		const cells = [50256, 1_200_345, -3, 0.123456, -2.25, 0.5, '0.123456', null, Infinity];
		expect(cells.map(cellText)).toEqual([
			'50256',
			'1200345',
			'−3',
			'0.1235',
			'−2.25',
			'0.5',
			'0.123456',
			'–',
			'–'
		]);
	});
});
