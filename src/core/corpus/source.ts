/** The text that statistics are from, as `pack.json` states it. */
import * as j from '../files/json';

/** A text file, compressed or not. */
export interface TextFacts {
	name: string;
	bytes: number;
	/** 64 hex digits. */
	sha256: string;
}

export interface StatsText extends TextFacts {
	documents: number;
	/** Of these documents, those on which names were scored, and by which none was chosen. */
	held_out: number;
	/** Tokens that count. */
	tokens: number;
	/** Tokens on which the loss was measured. */
	loss_tokens: number;
}

const COUNTS = ['bytes', 'documents', 'held_out', 'tokens', 'loss_tokens'] as const;

export const parseStatsText: j.Parse<StatsText> = j.object({
	name: j.text,
	sha256: j.text,
	...j.each(COUNTS, j.integer(0))
});
