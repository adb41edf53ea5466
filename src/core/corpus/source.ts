/** Which text numbers are from, as it stays with them in `pack.json`. */
import * as j from '../files/json';

export interface TextSource {
	/** Of the file. */
	name: string;
	bytes: number;
	/** Of the file as it lies, 64 hex digits. */
	sha256: string;
	documents: number;
	/** Of these, the documents on which names were scored and by which none was chosen. */
	held_out: number;
}

/** The same with what was counted in it. */
export interface StatsText extends TextSource {
	/** Tokens that count. */
	tokens: number;
	/** Of these, those on which the loss was measured. */
	loss_tokens: number;
}

const COUNTS = ['bytes', 'documents', 'held_out', 'tokens', 'loss_tokens'] as const;

export const parseStatsText: j.Parse<StatsText> = j.object({
	name: j.text,
	sha256: j.text,
	...j.each(COUNTS, j.integer(0))
});
