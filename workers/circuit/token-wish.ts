/** The one token that somebody names. */
import type { TokenWish } from '../../src/core/circuit/attribution';
import { Problem } from '../../src/core/names/errors';
import type { Workbench } from '../packs/open-pack';

/** Throws a Problem for an id that is none, and for a text that is not one token. */
export function oneToken(bench: Workbench, wish: TokenWish): { id: number; text: string } {
	const { tokenizer, model } = bench;
	if (typeof wish === 'number') {
		if (Number.isInteger(wish) && wish >= 0 && wish < model.shape.vocabSize)
			return { id: wish, text: tokenizer.text(wish) };
		throw new Problem(
			'usage',
			`The model has no token ${wish}: its ids go from 0 to ${model.shape.vocabSize - 1}.`,
			'Give another token.'
		);
	}
	const around = tokenizer.encode('').length;
	const tokens = tokenizer.encode(wish).slice(0, wish === '' ? 0 : undefined);
	const own = tokens.slice(tokenizer.start.length, tokens.length - around + tokenizer.start.length);
	const [only] = own;
	if (only && own.length === 1 && only.id < model.shape.vocabSize) return only;
	const parts = own.map(({ text }) => `“${text}”`).join(', ');
	throw new Problem(
		'usage',
		own.length === 0
			? 'No token is named.'
			: `“${wish.slice(0, 80)}” is ${own.length} tokens for this model: ${parts.slice(0, 200)}.`,
		'Give a text that is one token, with the space before it if a word begins there.'
	);
}
