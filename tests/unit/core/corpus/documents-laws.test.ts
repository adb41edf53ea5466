/** Documents are a function of the text alone: not of how its bytes come in, and nothing is lost of it. */
import { describe, expect, it } from 'vitest';
import { Documents, LONGEST, type TextKind } from '../../../../src/core/corpus/documents';
import { Draws } from '../../../draws';

const draws = new Draws(41);

function read(pieces: string[], kind: TextKind = 'plain'): string[] {
	const documents = new Documents(kind);
	return [...pieces.flatMap((piece) => documents.take(piece)), ...documents.end()];
}

/** The text in pieces of 1 to `most` UTF-16 units, which may part the halves of a character. */
function cut(text: string, most: number): string[] {
	let at = 0;
	return draws.pieces(text.length, most).map((length) => text.slice(at, (at += length)));
}

/** The same from bytes, decoded as they come. */
function decoded(bytes: Uint8Array, encoding: string, most: number): string[] {
	const decoder = new TextDecoder(encoding);
	let at = 0;
	const pieces = draws
		.pieces(bytes.length, most)
		.map((length) => decoder.decode(bytes.subarray(at, (at += length)), { stream: true }));
	return [...pieces, decoder.decode()];
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
	const view = new DataView(new ArrayBuffer(2 * text.length));
	for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), littleEndian);
	return new Uint8Array(view.buffer);
}

const WORDS = ['fox', 'naïve', '日本', '😀', 'x', 'the', '!', 'e\u0301'];
const sentence = (words: number) => draws.list(words, () => draws.pick(WORDS)).join(' ');

/** Lines of every length, up to some that no document could hold; all kinds of ends. */
function drawnText(lines: number, longest: number): string {
	return draws
		.list(lines, () => {
			const line = draws.pick([
				'',
				' ',
				'<|endoftext|>',
				' <|endoftext|> ',
				sentence(draws.integer(1, 40)),
				sentence(draws.integer(100, longest)),
				`${sentence(30)}${' '.repeat(draws.integer(1, 80))}${sentence(30)}`,
				'\t'.repeat(draws.integer(1, 9))
			]);
			return line + draws.pick(['\n', '\n', '\n\n', '\r\n', '\r\n\r\n']);
		})
		.join('');
}

const letters = (text: string) => text.replace(/\s|<\|endoftext\|>/g, '');

describe('documents of a text that comes in pieces', () => {
	it('are the same whatever the pieces, of lines that are short', () => {
		for (let trial = 0; trial < 20; trial++) {
			const text = drawnText(60, 200);
			const whole = read([text]);
			for (const most of [1, 3, 50, 2000, 65_536]) expect(read(cut(text, most))).toEqual(whole);
		}
	});

	it('are the same whatever the pieces, of lines longer than any document', () => {
		for (let trial = 0; trial < 12; trial++) {
			const text = drawnText(12, 6000);
			const whole = read([text]);
			for (const most of [1, 700, 4096, 5000, 65_536]) expect(read(cut(text, most))).toEqual(whole);
		}
	});

	it('are the same at every length around that of the longest document', () => {
		for (let more = -3; more <= 3; more++)
			for (const end of ['', '\n', '\r\n', ' \n', '\nnext', '\r\nnext', '😀\nnext']) {
				const text = `${sentence(8)} `.padEnd(LONGEST + more, 'ab ') + end;
				const whole = read([text]);
				for (const at of [1, LONGEST - 1, LONGEST, LONGEST + 1, text.length - 1])
					expect(read([text.slice(0, at), text.slice(at)])).toEqual(whole);
			}
	});

	it('are the same from UTF-8 that is cut inside its characters', () => {
		for (let trial = 0; trial < 8; trial++) {
			const text = drawnText(25, 3000);
			const whole = read([text]);
			const bytes = new TextEncoder().encode(text);
			for (const most of [1, 2, 5, 4096])
				expect(read(decoded(bytes, 'utf-8', most))).toEqual(whole);
		}
	});

	it.each(['utf-16le', 'utf-16be'])(
		'are the same from %s that is cut inside its characters',
		(name) => {
			for (let trial = 0; trial < 5; trial++) {
				const text = drawnText(25, 3000);
				const bytes = utf16(text, name === 'utf-16le');
				for (const most of [1, 2, 3, 5000])
					expect(read(decoded(bytes, name, most))).toEqual(read([text]));
			}
		}
	);

	it('are the same of JSON lines', () => {
		const lines = draws.list(40, () => JSON.stringify({ text: drawnText(3, 2000), id: 1 }));
		const text = lines.join('\r\n');
		const whole = read([text], 'jsonl');
		expect(whole.length).toBeGreaterThan(40);
		for (const most of [1, 300, 65_536]) expect(read(cut(text, most), 'jsonl')).toEqual(whole);
	});
});

describe('documents', () => {
	const texts = draws.list(20, () => drawnText(40, 4000));

	it('hold every character that is no white space, in order', () => {
		for (const text of texts) expect(letters(read([text]).join(''))).toBe(letters(text));
	});

	it('are trimmed, whole characters, not empty, and of bearable length', () => {
		for (const text of texts)
			for (const document of read(cut(text, 5000))) {
				expect(document).not.toBe('');
				expect(document).toBe(document.trim());
				expect(document.isWellFormed()).toBe(true);
				expect(document.length).toBeLessThanOrEqual(LONGEST);
			}
	});

	it('end at white space wherever there is some in their second half', () => {
		const words = sentence(9000);
		const found = read([words]);
		expect(found.length).toBeGreaterThan(5);
		expect(found.join(' ')).toBe(words);
		for (const document of found.slice(0, -1))
			expect(document.length).toBeGreaterThan(LONGEST - 10);
	});

	it('are parted at each mark, and by blank lines once they have some length', () => {
		/** As the comment of `Documents` says it, over lines that are all short. */
		function expected(text: string): string[] {
			const found: string[] = [];
			let [document, blank] = ['', false];
			const close = () => {
				if (document.trim() !== '') found.push(document.trim());
				[document, blank] = ['', false];
			};
			for (const line of text.split('\n').map((l) => l.replace(/\r$/, '')))
				if (line.trim() === '<|endoftext|>') close();
				else if (line.trim() === '') blank = document !== '';
				else {
					if (blank && document.length >= 1000) close();
					document += (document === '' ? '' : blank ? '\n\n' : '\n') + line;
					blank = false;
				}
			close();
			return found;
		}
		for (let trial = 0; trial < 40; trial++) {
			const text = draws
				.list(50, () =>
					draws.pick(['', '  ', '<|endoftext|>', sentence(8), sentence(40), 'a <|endoftext|> b'])
				)
				.join(draws.pick(['\n', '\r\n']));
			const found = read([text]);
			// What is longer than any document is cut: not told here.
			if (found.every((document) => document.length < LONGEST / 2))
				expect(found).toEqual(expected(text));
		}
	});
});

describe('what is no text', () => {
	it('is refused wherever a zero byte stands, however it comes in', () => {
		const text = `${sentence(2000)}\0${sentence(100)}`;
		for (const most of [1, 100, 65_536]) expect(() => read(cut(text, most))).toThrow('not text');
	});

	it('is not what has a few unreadable characters, though a piece be nothing else', () => {
		const text = `${sentence(300)}\ufffd${sentence(300)}\ufffd`;
		const whole = read([text]);
		expect(letters(whole.join(''))).toBe(letters(text));
		for (const most of [1, 5, 300]) expect(read(cut(text, most))).toEqual(whole);
	});

	it('is what has more of them than one in ten, early or late', () => {
		const [good, bad] = ['the fox '.repeat(1700), 'abc\ufffd'.repeat(3000)];
		for (const text of [bad, bad.slice(0, 50), `${sentence(20)}${bad}`, good + bad])
			for (const most of [1, 7, 65_536]) expect(() => read(cut(text, most))).toThrow('not text');
	});

	it('is not what has just one in ten, in a short file or in a block of a long one', () => {
		const block = (unreadable: number) => '\ufffd'.repeat(unreadable).padEnd(LONGEST, 'x ');
		expect(read(['\ufffdxxxxxxxxx'])).toEqual(['\ufffdxxxxxxxxx']);
		expect(() => read(['\ufffdxxxxxxxx'])).toThrow('not text');
		expect(read([block(409), block(409)]).length).toBeGreaterThan(1);
		expect(() => read([block(409), block(410)])).toThrow('not text');
	});

	it('is a line of JSON that is too long, by its number, however it comes in', () => {
		const text = `{"text":"a"}\n{"text":"${'x'.repeat(8 << 20)}"}\n`;
		for (const pieces of [[text], [text.slice(0, 4 << 20), text.slice(4 << 20)]])
			expect(() => read(pieces, 'jsonl')).toThrow('Line 2 of the text is longer than 8 MB.');
	});
});
