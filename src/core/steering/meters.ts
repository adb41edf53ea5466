/** What a text is worth beside the one without steering: how surprised the model is, how often it repeats, how far the theme shows. */
import type { Call } from '../calls';
import type { FeatureId } from '../names/ids';
import type { Edit } from './writing';

export interface MeterRequest {
	text: string;
	/** Token ids of each text that was written after it. */
	written: number[][];
	/** Of the theme. */
	features: FeatureId[];
}

export interface Meter {
	/** exp of the mean −ln p of the written tokens under the model without steering; null where nothing was written. */
	perplexity: number | null;
	/** Share of its runs of four tokens that stood in it before; null where it has none. */
	repeated: number | null;
	/** How each feature fires on the written tokens when the model reads them without steering. */
	themes: Theme[];
}

interface Theme {
	id: FeatureId;
	/** Share of the written tokens. */
	fires: number;
	/** Mean activation over the written tokens. */
	mean: number;
}

export interface MeterCalls {
	meters: Call<MeterRequest, Meter[]>;
}

/** Perplexity, as a multiple of that of the text without steering; null where either is not known. */
export function coherence(steered: Meter, plain: Meter): number | null {
	if (steered.perplexity === null || plain.perplexity === null) return null;
	return steered.perplexity / plain.perplexity;
}

/** How a text reads, from the perplexity beside the unsteered one and the repetition; `bound`: what a dose keeps to. */
export function fluencyInWords(ratio: number, repeated: number, bound: number): string {
	if (repeated > 0.3) return 'repeats itself';
	if (ratio <= bound) return 'as fluent as without steering';
	return ratio <= 2 * bound ? 'less fluent' : 'broken';
}

/** Edits made `by` times as strong; what has no strength stays. */
export function stronger(edits: readonly Edit[], by: number): Edit[] {
	const round = (value: number) => Number(value.toPrecision(4));
	return edits.map((edit) => {
		if (edit.mode === 'ablate') return edit;
		// A factor of 1 is what changes nothing.
		const value = edit.mode === 'scale' ? 1 + (edit.value - 1) * by : edit.value * by;
		return { ...edit, value: round(value) };
	});
}

/** Of the strengths that stand in the list. */
export const GRID = [-1, 0.5, 1, 1.5, 2, 3] as const;
