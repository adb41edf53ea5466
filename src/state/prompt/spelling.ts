/** Written tokens as text: characters split over tokens are put together again. */
import { tokenText } from '../../core/names/tokens';

export interface Piece {
	/** Index of its first token. */
	at: number;
	text: string;
}

const BYTE = /<0x([0-9A-F]{2})>/;

/** Neighbouring tokens that hold single bytes (`<0xE2>`) become one piece. */
export function spelled(tokens: readonly string[]): Piece[] {
	const pieces: Piece[] = [];
	for (let at = 0; at < tokens.length; at++) {
		const first = at;
		let text = tokens[at]!;
		if (BYTE.test(text)) {
			while (at + 1 < tokens.length && BYTE.test(tokens[at + 1]!)) text += tokens[++at]!;
			text = joined(text);
		}
		pieces.push({ at: first, text });
	}
	return pieces;
}

function joined(text: string): string {
	const encoder = new TextEncoder();
	const bytes = text.split(/(<0x[0-9A-F]{2}>)/).flatMap((part) => {
		const byte = BYTE.exec(part);
		return byte ? [parseInt(byte[1]!, 16)] : [...encoder.encode(part)];
	});
	return tokenText(Uint8Array.from(bytes));
}

/** Index of the first token that differs; null while there is none. */
export function firstDifference(
	plain: readonly string[],
	steered: readonly string[],
	ended: boolean
): number | null {
	const shorter = Math.min(plain.length, steered.length);
	for (let i = 0; i < shorter; i++) if (plain[i] !== steered[i]) return i;
	return ended && plain.length !== steered.length ? shorter : null;
}
