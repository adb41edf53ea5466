/** Token ids against the model that is to look them up. */
import { Problem } from '../../src/core/names/errors';
import type { Token } from '../../src/core/names/tokens';

/**
 * The tokens as they are. Throws a Problem that names the first one whose id is no row of an embedding of
 * `rows` rows: tokens may be added to a tokenizer after its model was trained.
 */
export function knownTokens(tokens: Token[], rows: number): Token[] {
	const beyond = tokens.find(({ id }) => id >= rows);
	if (beyond)
		throw new Problem(
			'unsupported',
			`The text holds the token “${beyond.text}”, whose id ${beyond.id} lies beyond the ${rows} rows of this model's embedding.`,
			'Leave it out of the text: the model has never learned it.'
		);
	return tokens;
}
