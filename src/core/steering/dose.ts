/**
 * How strongly a feature is steered unless a reader says otherwise: the largest strength at which the model still says
 * much the same next and still writes well. One unit of the sliders.
 */
import type { Call } from '../calls';
import type { FeatureId } from '../names/ids';

export interface Dose {
	/** As in `add:s`; for several features the factor of all of their strengths. */
	add: number;
	/** Mean KL(unsteered ‖ steered) of the next token in nats, over all places of `DOSE_PROMPTS` but special tokens. */
	kl: number;
	/**
	 * Perplexity of what is written under the model without steering, as a multiple of that of what it writes without
	 * steering.
	 */
	perplexityRatio: number;
}

/** What a dose keeps to. */
export const BOUND = {
	/** Nats. */
	kl: 0.3,
	perplexityRatio: 1.5
} as const;

/** Everyday beginnings that lead anywhere. */
export const DOSE_PROMPTS: readonly string[] = [
	'Once upon a time there was a',
	'One day the old man went to',
	'In a small house there lived',
	'The boy looked at the door and',
	'It was a quiet morning, and',
	'The two friends walked along',
	'Every evening the family',
	'My brother and I wanted to'
];

/** So much is written: greedily after every second of them, at this temperature after the others. */
export const DOSE_WRITING = { tokens: 32, temperature: 0.8 } as const;

export interface DoseCalls {
	/** A feature's default strength; stored with the pack, or measured. Throws a Problem for one that cannot be steered. */
	dose: Call<FeatureId, Dose>;
}

/** Words and marks of a text, in lower case. */
export function wordsOf(text: string): string[] {
	return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’]\p{L}+)*|[^\s\p{L}\p{N}]/gu) ?? [];
}

const RUN = 4;

/** Whether four words in a row come again at once, or three times in all. */
export function loops(text: string): boolean {
	const words = wordsOf(text);
	const seen = new Map<string, number[]>();
	for (let at = 0; at + RUN <= words.length; at++) {
		const run = words.slice(at, at + RUN);
		const places = seen.get(run.join(' ')) ?? [];
		places.push(at);
		if (places.length > 2 || places.includes(at - RUN)) return true;
		seen.set(run.join(' '), places);
	}
	return false;
}
