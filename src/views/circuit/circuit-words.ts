/** What a circuit found, in sentences. */
import type { Circuit, CircuitPart } from '../../core/circuit/circuit';
import { count, percent, short } from '../../core/names/numbers';

export type Found = Circuit | CircuitPart;

export const quotedToken = (text: string): string => `“${text.replaceAll('\n', '⏎')}”`;

/** What is asked. */
export const questionInWords = ({ target, against }: Pick<Found, 'target' | 'against'>): string =>
	`Why ${quotedToken(target.text)}${against ? ` rather than ${quotedToken(against.text)}` : ''}?`;

/** What is explained. */
export function metricInWords({ target, against }: Pick<Found, 'target' | 'against'>): string {
	const one = `the logit of ${quotedToken(target.text)}`;
	return against ? `${one} less that of ${quotedToken(against.text)}` : one;
}

/** How large it is, as it is and with everything set aside. */
export function sizeInWords(found: Found): string {
	const { clean, empty, patched } = found.metric;
	const aside =
		patched === null
			? `with every feature and error switched off it is ${short(empty)}`
			: `on the second prompt it is ${short(patched)}`;
	return `On this prompt it is ${short(clean)}; ${aside}.`;
}

export function shareInWords(found: Found): string {
	const errors = found.nodes.filter((node) => 'error' in node).length;
	return `${found.nodes.length} of ${count(found.candidates)} active nodes are shown, those with the largest effects${errors > 0 ? `; ${errors} of them are errors, what an autoencoder leaves out` : ''}.`;
}

/** How much of the metric a few nodes carry, beside chance; the largest set that is no more than half of all. */
export function faithInWords({ faithfulness, candidates, draws }: Circuit): string {
	const row = faithfulness.findLast(({ nodes }) => nodes <= candidates / 2);
	if (!row) return '';
	return `The ${count(row.nodes)} strongest nodes alone bring back ${percent(row.value)} of it, as many nodes drawn at random ${percent(row.random)} (mean of ${draws} draws, ${percent(row.range[0])} to ${percent(row.range[1])}); with all errors left in, the same nodes ${percent(row.errorsKept)}.`;
}

export const METHODS = [
	{
		value: 'grad',
		text: 'Gradient',
		hint: 'The gradient at the prompt: fast, and wrong where the model bends.'
	},
	{
		value: 'ig',
		text: 'Integrated',
		hint: 'The mean gradient over ten steps: close to the exact effect.'
	},
	{ value: 'exact', text: 'Exact', hint: 'A run for each node: slow.' }
] as const;

/** How many groups flow proposes. */
export const proposedInWords = (count: number): string =>
	count === 0
		? 'No two of these marks flow into one another, and no feature is there twice.'
		: `${count} found: features that flow into one another at a token, or one feature at several.`;
