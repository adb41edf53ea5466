/** How surprised the model is by a text, in nats a token: −ln p of each token after those before it. */
import type { Token } from '../names/tokens';

export interface Surprise {
	/** Mean over the tokens that are not special; null where there is none. */
	mean: number | null;
	n: number;
	/** As a share of the blind guess, ln of the number of tokens there are: 0 to 1 each, 0 where it is not known. */
	shares: number[];
}

/** `nats`: [tokens], NaN where nothing was said. */
export function surpriseOf(
	nats: ArrayLike<number>,
	tokens: readonly Pick<Token, 'special'>[],
	vocab: number
): Surprise {
	const known = (t: number) => !tokens[t]!.special && Number.isFinite(nats[t]);
	const blind = Math.log(vocab);
	const counted = tokens.flatMap((_, t) => (known(t) ? [nats[t]!] : []));
	const sum = counted.reduce((a, b) => a + b, 0);
	return {
		mean: counted.length > 0 ? sum / counted.length : null,
		n: counted.length,
		shares: tokens.map((_, t) => (known(t) ? Math.min(1, nats[t]! / blind) : 0))
	};
}

/** Tokens below which a mean says nothing. */
const FEWEST = 8;

/**
 * Whether a model does not know a text: it is surprised by it more than half of the way from what it is by text of its own
 * kind (`usual`, null where that was not measured) to a blind guess.
 */
export function isForeign({ mean, n }: Surprise, usual: number | null, vocab: number): boolean {
	if (mean === null || n < FEWEST) return false;
	const blind = Math.log(vocab);
	return mean > ((usual ?? blind / 3) + blind) / 2;
}
