/** Text files of a reader's own, as they come: whole, in pieces, and hostile. */
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../src/core/math/random';
import { Documents, kindOf, LONGEST, type TextKind } from '../../../../src/core/corpus/documents';

function read(text: string, kind: TextKind = 'plain', cuts: (at: number) => number = () => 1e9) {
	const documents = new Documents(kind);
	const found: string[] = [];
	for (let at = 0; at < text.length;) {
		const size = cuts(at);
		found.push(...documents.take(text.slice(at, at + size)));
		at += size;
	}
	return [...found, ...documents.end()];
}

describe('plain text', () => {
	it('is parted where it says so', () =>
		expect(read('one\ntwo\n<|endoftext|>\r\nthree\n\n\nfour')).toEqual([
			'one\ntwo',
			'three\n\nfour'
		]));

	it('joins paragraphs until a document has some length', () => {
		const paragraph = 'word '.repeat(100).trim();
		const found = read(Array.from({ length: 7 }, () => paragraph).join('\n\n'));
		expect(found.map((d) => d.split('\n\n').length)).toEqual([2, 2, 2, 1]);
	});

	it('is the same in pieces of any length', () => {
		const uniform = seeded(4);
		const words = [
			'fox',
			'\n',
			'\n\n',
			' ',
			'<|endoftext|>\n',
			'\n<|endoftext|>\n',
			'日本',
			'\r\n'
		];
		const text = Array.from({ length: 4000 }, () => words[Math.floor(uniform() * 8)]).join('');
		const whole = read(text);
		expect(whole.length).toBeGreaterThan(100);
		for (const most of [1, 7, 1000])
			expect(read(text, 'plain', () => 1 + Math.floor(uniform() * most))).toEqual(whole);
	});

	it('cuts one endless line, keeping every character', () => {
		const line = '😀'.repeat(3 * LONGEST);
		const found = read(line, 'plain', () => 65_537);
		expect(found.join('') === line).toBe(true);
		expect(Math.max(...found.map((d) => d.length))).toBeLessThanOrEqual(LONGEST);
		expect(found.every((d) => d.isWellFormed())).toBe(true);
	});

	it.each([
		['a binary file', '\u007fELF\0\0\0\u0001'],
		['bytes that are no UTF-8', '\ufffd\ufffd a \ufffd\ufffd']
	])('refuses %s', (_, text) => expect(() => read(text)).toThrow('This file is not text.'));

	it('finds nothing in an empty one', () => expect(read(' \n\n \n')).toEqual([]));
});

describe('JSON lines', () => {
	it('are a document each', () =>
		expect(read('{"text":"a\\n\\nb"}\n\n{"text":"c","id":1}', 'jsonl')).toEqual(['a\n\nb', 'c']));

	it('lose half characters, which JSON can write', () =>
		expect(read('{"text":"a\\ud800b"}', 'jsonl')).toEqual(['a\ufffdb']));

	it.each([
		['{"text":"a"}\n{"tex', 'Line 2 of the text is not JSON.'],
		['{"id":1}\n', 'Line 1 of the text has no "text".'],
		['null\n', 'Line 1 of the text has no "text".'],
		[`{"text":"${'x'.repeat(9 << 20)}`, 'Line 1 of the text is longer than 8 MB.']
	])('say what is wrong', (text, sentence) => expect(() => read(text, 'jsonl')).toThrow(sentence));

	it('are known by their name', () =>
		expect(['a.jsonl', 'A.JSONL.gz', 'b.ndjson', 'c.txt', 'd.gz'].map(kindOf)).toEqual([
			'jsonl',
			'jsonl',
			'jsonl',
			'plain',
			'plain'
		]));
});
