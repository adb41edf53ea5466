import { expect, it } from 'vitest';
import { knownTokens } from '../../../../workers/model/known-tokens';

const token = (id: number, text: string) => ({ id, text, special: false });

it('lets tokens through that the embedding has a row for', () => {
	const tokens = [token(0, 'a'), token(9, 'b')];
	expect(knownTokens(tokens, 10)).toBe(tokens);
	expect(knownTokens([], 10)).toEqual([]);
});

it('names a token that lies beyond the embedding, and its id', () => {
	const tokens = [token(0, 'a'), token(10, '[PAD]')];
	expect(() => knownTokens(tokens, 10)).toThrow(/“\[PAD\]”, whose id 10 lies beyond the 10 rows/);
});
