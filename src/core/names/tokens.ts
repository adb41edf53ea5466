/** Token strings as they stand in the text, from a byte-level BPE vocabulary. */

export interface Token {
	id: number;
	/** As it stands in the text; a piece of a split character as `<0xE2>`. */
	text: string;
	/** Added by the tokenizer (BOS): shown, left out of averages. */
	special: boolean;
}

export interface TokenProbability {
	token: string;
	id: number;
	p: number;
}

/**
 * GPT-2's table from printable characters back to bytes: printable Latin-1 stands for itself, every
 * other byte for a character from U+0100 on (the scheme of byte-level BPE since Radford et al. 2019).
 */
function byteTable(): Map<string, number> {
	const table = new Map<string, number>();
	const printable = (b: number) =>
		(b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
	let next = 0x100;
	for (let b = 0; b < 256; b++) table.set(String.fromCodePoint(printable(b) ? b : next++), b);
	return table;
}

const BYTES = byteTable();

/** The bytes a vocabulary entry stands for; null when it is not written in the byte-level alphabet. */
export function bytesOf(entry: string): Uint8Array | null {
	const bytes: number[] = [];
	for (const character of entry) {
		const byte = BYTES.get(character);
		if (byte === undefined) return null;
		bytes.push(byte);
	}
	return Uint8Array.from(bytes);
}

/** The bytes of a SentencePiece entry: `▁` is a space, `<0xE2>` the byte of a split character. */
export function pieceBytes(entry: string): Uint8Array {
	const byte = /^<0x([0-9A-F]{2})>$/.exec(entry);
	if (byte) return Uint8Array.of(parseInt(byte[1]!, 16));
	return new TextEncoder().encode(entry.replaceAll('▁', ' '));
}

/**
 * One token as text. Bytes that are no whole character are written `<0xE2>`, so that nothing is lost
 * and a split character can be seen.
 */
export function tokenText(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return partlyDecoded(bytes);
	}
}

function partlyDecoded(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length;) {
		const whole = characterLength(bytes, at);
		if (whole > 0) {
			text += new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(at, at + whole));
			at += whole;
		} else {
			text += `<0x${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}>`;
			at++;
		}
	}
	return text;
}

/** Length of the whole UTF-8 character at `at`, 0 when there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
	for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
		try {
			const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
				bytes.subarray(at, at + length)
			);
			if (text.length > 0) return length;
		} catch {
			// Not whole yet: try one byte more.
		}
	}
	return 0;
}
