/** Which text numbers are from, as it stays with them in `pack.json`. */
import { count, object, text, type Fields } from '../files/json';

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

/** Throws a Problem for anything else. */
export function parseStatsText(value: unknown, at: string): StatsText {
	const fields: Fields = object(value, at);
	const whole = (name: string) => count(fields[name], `${at}.${name}`, 0);
	return {
		name: text(fields.name, `${at}.name`),
		sha256: text(fields.sha256, `${at}.sha256`),
		bytes: whole('bytes'),
		documents: whole('documents'),
		held_out: whole('held_out'),
		tokens: whole('tokens'),
		loss_tokens: whole('loss_tokens')
	};
}
