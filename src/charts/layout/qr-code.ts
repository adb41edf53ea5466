/** A text as a QR code: the outline of its dark modules (ISO/IEC 18004). */
import { correction, generate } from 'lean-qr';

/** Modules of white around the code, without which cameras do not find it. */
const QUIET = 4;

export interface QrCode {
	/** Modules along a side, the white around included. */
	side: number;
	/** Path of the dark modules, one unit each. */
	path: string;
}

/** Null for a text that no QR code has room for: more than 2,953 bytes. */
export function qrCode(text: string): QrCode | null {
	if (new TextEncoder().encode(text).length > 2953) return null;
	const code = generate(text, { minCorrectionLevel: correction.L });
	const runs: string[] = [];
	for (let y = 0; y < code.size; y++)
		for (let x = 0, end; x < code.size; x = end + 1) {
			for (end = x; code.get(end, y);) end++;
			if (end > x) runs.push(`M${x + QUIET} ${y + QUIET}h${end - x}v1h${x - end}z`);
		}
	return { side: code.size + 2 * QUIET, path: runs.join('') };
}
