/** By what the features of two SAEs are compared. */
import type { Measure } from '../core/flow/matches';

export const MEASURES = [
	{ value: 'cosine', text: 'cosine', hint: 'Of the decoder rows' },
	{ value: 'pearson', text: 'correlation', hint: 'Of activations over the pack’s texts' },
	{ value: 'coactivation', text: 'overlap', hint: 'Tokens with both among tokens with either' },
	{ value: 'assignment', text: 'one partner each', hint: 'No partner twice, as in SAE Match' }
] as const satisfies { value: Measure; text: string; hint: string }[];

/** What takes long about it. */
export function stepInWords(measure: Measure, reading: boolean): string {
	if (reading) return 'Reading the pack’s texts …';
	return measure === 'assignment'
		? 'Finding one partner for every feature …'
		: 'Matching feature by feature …';
}
