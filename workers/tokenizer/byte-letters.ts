/** Bytes written as letters: the alphabet in which byte-level vocabularies are written. */
import { bytesOf } from '../../src/core/names/tokens';

/** The letter of each byte. */
const LETTERS: string[] = [];
for (let code = 0; code < 0x180; code++) {
	const byte = bytesOf(String.fromCodePoint(code))?.[0];
	if (byte !== undefined) LETTERS[byte] = String.fromCodePoint(code);
}

const encoder = new TextEncoder();

/** The UTF-8 of a text, a letter a byte. */
export function toByteLetters(text: string): string {
	let out = '';
	for (const byte of encoder.encode(text)) out += LETTERS[byte]!;
	return out;
}
