/** The features of a prompt in an order: by strength, by how unusual they are, or by what they do to the next token. */
import type { FeatureId } from '../names/ids';
import { featureId } from '../names/site';
import type { Token } from '../names/tokens';
import type { SiteReading } from './reading';
import type { FeatureWeights } from './weights';

export const ORDERS = ['strength', 'unusual', 'effect'] as const;
export type Order = (typeof ORDERS)[number];

export interface Ranked {
	id: FeatureId;
	/** Where it is strongest, or weighs most, among the tokens asked for. */
	token: number;
	/** There. */
	activation: number;
	/** Tokens on which it is active, among those asked for. */
	count: number;
	tail: number | null;
	/** Over all the tokens asked for. */
	effect: number | null;
}

/**
 * The features of one token, or, for null, of all tokens that the tokenizer did not add; the first comes first. Without
 * what an order needs the order is by strength.
 */
export function ranked(
	site: SiteReading,
	tokens: readonly Token[],
	token: number | null,
	order: Order,
	weights: FeatureWeights | null
): Ranked[] {
	const rows = Math.min(site.offsets.length - 1, tokens.length);
	const chosen =
		token === null
			? Array.from({ length: rows }, (_, t) => t).filter((t) => !tokens[t]!.special)
			: token >= 0 && token < rows
				? [token]
				: [];
	const found = new Map<number, Ranked>();
	for (const t of chosen)
		for (let i = site.offsets[t]!; i < site.offsets[t + 1]!; i++) {
			const feature = site.features[i]!;
			const activation = site.activations[i]!;
			const tail = weights?.tails?.[i] ?? null;
			const effect = weights?.effects?.[i] ?? null;
			const known = found.get(feature);
			if (!known) {
				const id = featureId(site.sae, feature);
				found.set(feature, { id, token: t, activation, count: 1, tail, effect });
				continue;
			}
			known.count++;
			if (effect !== null) known.effect = (known.effect ?? 0) + effect;
			if (activation <= known.activation) continue;
			Object.assign(known, { token: t, activation, tail });
		}
	return [...found.values()].sort(COMPARE[order]);
}

const byStrength = (a: Ranked, b: Ranked) => b.activation - a.activation;
const COMPARE: Record<Order, (a: Ranked, b: Ranked) => number> = {
	strength: byStrength,
	unusual: (a, b) => (a.tail ?? 2) - (b.tail ?? 2) || byStrength(a, b),
	effect: (a, b) => Math.abs(b.effect ?? 0) - Math.abs(a.effect ?? 0) || byStrength(a, b)
};
