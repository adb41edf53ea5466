import { describe, expect, it } from 'vitest';
import { csv } from '../../../src/core/names/csv';
import { fit, visible, widthOfText, wrap } from '../../../src/charts/layout/text';
import {
	brief,
	bytes,
	count,
	duration,
	fixed,
	percent,
	short
} from '../../../src/core/names/numbers';

const LONG = 'a little fox who lived near the sea';

describe('fit', () => {
	it('leaves short texts alone and shortens long ones to the room', () => {
		expect(fit('sea', 100, 12)).toBe('sea');
		const cut = fit(LONG, 100, 12);
		expect(cut).toMatch(/^a little.*…$/);
		expect(widthOfText(cut, 12)).toBeLessThanOrEqual(100);
	});
});

describe('wrap', () => {
	it('breaks between words and loses none while there is room', () => {
		const lines = wrap(LONG, 110, 12, 3);
		expect(lines.join(' ')).toBe(LONG);
		for (const line of lines) expect(widthOfText(line, 12)).toBeLessThanOrEqual(110);
	});

	it('cuts the last line', () => {
		const lines = wrap(LONG, 80, 12, 2);
		expect(lines).toHaveLength(2);
		expect(lines[1]).toMatch(/…$/);
	});

	it('cuts a word that is too long for a line', () => {
		expect(wrap('incomprehensibilities everywhere', 60, 12, 2)).toHaveLength(1);
	});
});

describe('visible', () => {
	it('shows white space', () => {
		expect(visible(' fox\n\t\u007f')).toBe('·fox⏎⇥<0x7F>');
	});
});

describe('csv', () => {
	it('quotes what needs it and ends every row', () => {
		expect(
			csv(
				['token', 'n'],
				[
					[' a,"b"', 1.25],
					['\n', null]
				]
			)
		).toBe('token,n\r\n" a,""b""",1.25\r\n"\n",\r\n');
	});
});

describe('a cell of a CSV that a spreadsheet would run', () => {
	it.each(['=1+1', '+1', '-1+cmd', '@SUM(A1)', '\t=1', '\r=1'])('is a text: %j', (text) => {
		expect(csv(['a'], [[text]]).replaceAll('"', '')).toBe(`a\r\n'${text}\r\n`);
	});

	it('stays a number where it is one', () => expect(csv(['a'], [[-1.5]])).toBe('a\r\n-1.5\r\n'));
});

describe('numbers', () => {
	it.each([
		[percent(0.0042), '0.42 %'],
		[percent(0.5), '50 %'],
		[percent(0.000012), '0.001 %'],
		[percent(0.000001), '< 0.001 %'],
		[percent(0), '0 %'],
		[percent(NaN), '–'],
		[count(400000), '400,000'],
		[short(3.14159), '3.14'],
		[short(-0.0001), '−1.0e−4'],
		[fixed(-1.25, 1), '−1.3'],
		[bytes(999), '999 B'],
		[bytes(1_440_000), '1.4 MB'],
		[bytes(26_000_000), '26 MB'],
		[bytes(0), '0 B']
	])('%s', (written, expected) => {
		expect(written).toBe(expected);
	});
});

describe('brief', () => {
	it('keeps two digits and rounds the rest', () => {
		expect([58.7, 12.14, 104, 0.0123, -3.96].map(brief)).toEqual([
			'59',
			'12',
			'100',
			'0.012',
			'−4'
		]);
	});
});

describe('duration', () => {
	it('says seconds, minutes or hours', () => {
		expect([12.4, 600, 3599, 11573].map(duration)).toEqual([
			'12 s',
			'10 min',
			'1 h 0 min',
			'3 h 13 min'
		]);
	});
});
