/** What is drawn of texts that were steered, over the dose. */
import type { Table } from '../charts/frame/export';

export const PLOTS = [
	{
		measure: 'theme',
		title: 'Theme',
		note: 'How strongly the feature fires in the texts written: mean over tokens, as a share of its maximum.',
		include: [0]
	},
	{
		measure: 'lexicon',
		title: 'Lexicon',
		note: 'Share of tokens that the feature promotes most.',
		include: [0]
	},
	{
		measure: 'perplexity',
		title: 'Perplexity',
		note: 'Of the texts written, read by the model without steering: high is incoherent. Each step up the axis multiplies it.',
		include: [1],
		upward: 'orders'
	},
	{
		measure: 'repeated',
		title: 'Repetition',
		note: 'Share of 3-grams that repeat an earlier one.',
		include: [0]
	}
] as const;

export type SteeringPlot = (typeof PLOTS)[number];
export type TextMeasure = SteeringPlot['measure'];

/** In tables of such texts. */
export const COLUMN: Record<TextMeasure, string> = {
	theme: 'theme',
	lexicon: 'lexicon',
	perplexity: 'perplexity',
	repeated: 'repeated 3-grams'
};

/** What one chart draws, of a table of all: without the columns of the other measures. */
export function ownTable({ name, columns, rows }: Table, measure: TextMeasure): Table {
	const others = Object.values(COLUMN).filter((column) => column !== COLUMN[measure]);
	const kept = columns.flatMap((column, c) => (others.includes(column) ? [] : [c]));
	return {
		name,
		columns: kept.map((c) => columns[c]!),
		rows: rows.map((row) => kept.map((c) => row[c]!))
	};
}
