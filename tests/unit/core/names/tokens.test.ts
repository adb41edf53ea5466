import { describe, expect, it } from 'vitest';
import { bytesOf, pieceBytes, tokenText } from '../../../../src/core/names/tokens';
import { Draws } from '../../../draws';

const draws = new Draws(64);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** GPT-2's `bytes_to_unicode` as published (openai/gpt-2, src/encoder.py). */
function bytesToUnicode(): Map<number, string> {
	const range = (from: string, to: string) => {
		const [a, b] = [from.codePointAt(0)!, to.codePointAt(0)!];
		return Array.from({ length: b - a + 1 }, (_, i) => a + i);
	};
	const bs = [...range('!', '~'), ...range('¡', '¬'), ...range('®', 'ÿ')];
	const cs = [...bs];
	let n = 0;
	for (let b = 0; b < 256; b++)
		if (!bs.includes(b)) {
			bs.push(b);
			cs.push(256 + n++);
		}
	return new Map(bs.map((b, i) => [b, String.fromCodePoint(cs[i]!)]));
}

const ALPHABET = bytesToUnicode();
const encoded = (bytes: Iterable<number>) => Array.from(bytes, (b) => ALPHABET.get(b)!).join('');

/** Lengths of the well-formed characters of UTF-8 (Unicode, table 3-7); 0 where a byte begins none. */
function wellFormed(bytes: Uint8Array, at: number): number {
	const ranges: [number, number, [number, number][]][] = [
		[0x00, 0x7f, []],
		[0xc2, 0xdf, [[0x80, 0xbf]]],
		[
			0xe0,
			0xe0,
			[
				[0xa0, 0xbf],
				[0x80, 0xbf]
			]
		],
		[
			0xe1,
			0xec,
			[
				[0x80, 0xbf],
				[0x80, 0xbf]
			]
		],
		[
			0xed,
			0xed,
			[
				[0x80, 0x9f],
				[0x80, 0xbf]
			]
		],
		[
			0xee,
			0xef,
			[
				[0x80, 0xbf],
				[0x80, 0xbf]
			]
		],
		[
			0xf0,
			0xf0,
			[
				[0x90, 0xbf],
				[0x80, 0xbf],
				[0x80, 0xbf]
			]
		],
		[
			0xf1,
			0xf3,
			[
				[0x80, 0xbf],
				[0x80, 0xbf],
				[0x80, 0xbf]
			]
		],
		[
			0xf4,
			0xf4,
			[
				[0x80, 0x8f],
				[0x80, 0xbf],
				[0x80, 0xbf]
			]
		]
	];
	const first = bytes[at]!;
	const rest = ranges.find(([low, high]) => first >= low && first <= high)?.[2];
	if (!rest) return 0;
	const fits = rest.every(([low, high], i) => {
		const next = bytes[at + 1 + i];
		return next !== undefined && next >= low && next <= high;
	});
	return fits ? 1 + rest.length : 0;
}

function expectedText(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length;) {
		const length = wellFormed(bytes, at);
		text +=
			length > 0
				? String.fromCodePoint(codePoint(bytes.subarray(at, at + length)))
				: `<0x${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}>`;
		at += Math.max(1, length);
	}
	return text;
}

function codePoint(bytes: Uint8Array): number {
	if (bytes.length === 1) return bytes[0]!;
	const lead = bytes[0]! & (0x7f >> bytes.length);
	return bytes.subarray(1).reduce((value, b) => (value << 6) | (b & 0x3f), lead);
}

describe('an entry of a byte-level vocabulary', () => {
	it('stands for the bytes of the published table, all 256 of them', () => {
		for (let b = 0; b < 256; b++) expect([...bytesOf(ALPHABET.get(b)!)!]).toEqual([b]);
		expect(new Set(ALPHABET.values()).size).toBe(256);
	});

	it('gives back any bytes that were written so', () => {
		for (let trial = 0; trial < 100; trial++) {
			const bytes = draws.list(draws.integer(0, 20), () => draws.integer(0, 255));
			expect([...bytesOf(encoded(bytes))!]).toEqual(bytes);
		}
	});

	it('gives back any text', () => {
		for (const text of [' fox', 'naïve', '日本語', '😀 🇩🇪', '\t\r\n', 'a\u0300', '\ufeffx'])
			expect(tokenText(bytesOf(encoded(utf8(text)))!)).toBe(text);
	});

	it.each([' ', '\n', '日', 'a b', '\u0144', '\u00ad', '😀', '<|endoftext|> '])(
		'is none where it holds what the table does not: %j',
		(entry) => expect(bytesOf(entry)).toBeNull()
	);

	it('may be a word that is written in the table alone, and empty', () => {
		expect(bytesOf('')).toEqual(new Uint8Array());
		expect(tokenText(bytesOf('<|endoftext|>')!)).toBe('<|endoftext|>');
		expect(bytesOf('\u0143')).toEqual(Uint8Array.of(0xad));
	});
});

describe('a SentencePiece entry', () => {
	it('is a byte in exactly one spelling', () => {
		for (let b = 0; b < 256; b++) {
			const hex = b.toString(16).toUpperCase().padStart(2, '0');
			expect([...pieceBytes(`<0x${hex}>`)]).toEqual([b]);
		}
		for (const text of ['<0xe2>', '<0x0>', '<0x123>', 'x<0x41>', '<0x41>x', '<0xG1>'])
			expect(pieceBytes(text)).toEqual(utf8(text));
	});

	it('has a space wherever it has the mark for one', () => {
		expect(tokenText(pieceBytes('▁▁two▁words▁'))).toBe('  two words ');
		expect(tokenText(pieceBytes('日本'))).toBe('日本');
	});
});

describe('the text of a token', () => {
	it('is the text where the bytes are whole characters, a mark of byte order included', () => {
		for (const text of ['', 'a', 'é', '\ufeff', '\ufeffa', '\uffff', '\u{10ffff}', '\0', '\ufffd'])
			expect(tokenText(utf8(text))).toBe(text);
	});

	it.each([
		['the overlong spelling of a slash', [0xc0, 0xaf], '<0xC0><0xAF>'],
		['a surrogate', [0xed, 0xa0, 0x80], '<0xED><0xA0><0x80>'],
		['a character above the last', [0xf4, 0x90, 0x80, 0x80], '<0xF4><0x90><0x80><0x80>'],
		['the end of a character', [0x97, 0xa5, 0x21], '<0x97><0xA5>!'],
		['its beginning', [0x20, 0xf0, 0x9f, 0x98], ' <0xF0><0x9F><0x98>'],
		['a character begun again', [0xe6, 0xe6, 0x97, 0xa5], '<0xE6>日'],
		['a byte below 16 beside it', [0x09, 0xff], '\t<0xFF>'],
		['a mark of byte order beside it', [0xef, 0xbb, 0xbf, 0x80], '\ufeff<0x80>']
	])('shows the bytes of %s', (_, bytes, text) => {
		expect(tokenText(Uint8Array.from(bytes))).toBe(text);
	});

	it('keeps every well-formed character and every other byte, in any mixture', () => {
		const pieces = [[0x61], [0xc3, 0xa9], [0xe6, 0x97, 0xa5], [0xf0, 0x9f, 0x98, 0x80]];
		for (let trial = 0; trial < 400; trial++) {
			const bytes = Uint8Array.from(
				draws
					.list(draws.integer(1, 8), () => {
						if (draws.chance(0.3)) return [draws.integer(0, 255)];
						const whole = draws.pick(pieces);
						return draws.chance(0.5) ? whole : whole.slice(0, draws.integer(1, whole.length));
					})
					.flat()
			);
			expect(tokenText(bytes)).toBe(expectedText(bytes));
		}
	});
});
