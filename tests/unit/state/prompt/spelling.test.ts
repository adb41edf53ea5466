import { describe, expect, it } from 'vitest';
import { firstDifference, spelled } from '../../../../src/state/prompt/spelling';

const text = (tokens: string[]) =>
	spelled(tokens)
		.map((piece) => piece.text)
		.join('');

describe('spelled', () => {
	it('keeps whole tokens apart', () => {
		expect(spelled([' a', ' fox'])).toEqual([
			{ at: 0, text: ' a' },
			{ at: 1, text: ' fox' }
		]);
	});

	it('puts a split character together, and says where the next token starts', () => {
		expect(spelled([' “', '<0xF0><0x9F>', '<0xA6>', '<0x8A>', '!'])).toEqual([
			{ at: 0, text: ' “' },
			{ at: 1, text: '🦊' },
			{ at: 4, text: '!' }
		]);
		expect(text(['a<0xC3>', '<0xBC>b'])).toBe('aüb');
	});

	it('leaves bytes that make no character as they are', () => {
		expect(text(['<0xE2>', ' x'])).toBe('<0xE2> x');
		expect(text(['<0xC3><0xBC>', '<0x9F>'])).toBe('ü<0x9F>');
	});
});

describe('firstDifference', () => {
	it('finds the first token that differs', () => {
		expect(firstDifference(['a', 'b'], ['a', 'c', 'd'], false)).toBe(1);
	});

	it('waits for the end before it counts a shorter text as different', () => {
		expect(firstDifference(['a', 'b'], ['a'], false)).toBeNull();
		expect(firstDifference(['a', 'b'], ['a'], true)).toBe(1);
		expect(firstDifference(['a'], ['a'], true)).toBeNull();
	});
});
