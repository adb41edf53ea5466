/**
 * Whether a pattern from outside can be kept waiting by a text. A backtracking engine cannot be stopped once it runs, and
 * what takes it for ever takes it long for short texts too: it is tried on growing ones, and given up at the first that
 * keeps it busy.
 */

/** Milliseconds that no sound pattern needs for texts as short as these. */
const TOO_LONG = 100;
/** A busy machine may hold up a sound one now and then. */
const TRIES = 3;
const LONGEST = 256;
const LETTERS = 24;
const USUAL = ['a', 'Z', '1', ' ', '\n', '.', '\u00e9', '\u4e2d'];
/** What follows the repetition: a failure there is what makes an engine go back. */
const TAILS = ['', '\u0000', 'a!'];

/** `source`: the pattern as it is written, whose letters and words the texts are made of. */
export function isSlow(pattern: RegExp, source: string): boolean {
	const repeated = unitsOf(source);
	for (let length = 2; length <= LONGEST; length += length < 40 ? 2 : length >> 2) {
		for (const unit of repeated) {
			const body = unit.repeat(Math.ceil(length / unit.length));
			if (TAILS.some((tail) => takesLong(pattern, body + tail))) return true;
		}
	}
	return false;
}

function takesLong(pattern: RegExp, text: string): boolean {
	for (let n = 0; n < TRIES; n++) {
		const begun = performance.now();
		pattern.lastIndex = 0;
		while (pattern.exec(text))
			if (pattern.lastIndex >= text.length || performance.now() - begun > TOO_LONG) break;
			else pattern.lastIndex++;
		if (performance.now() - begun <= TOO_LONG) return false;
	}
	return true;
}

/** Single letters of the pattern, pairs of neighbours among them, and words that stand in it. */
function unitsOf(source: string): string[] {
	const letters = [...new Set([...source, ...USUAL])].slice(0, LETTERS);
	const pairs = letters.slice(1).map((letter, i) => letters[i]! + letter);
	const words = (source.match(/[\p{L}\p{N}]{2,16}/gu) ?? []).slice(0, LETTERS);
	return [...new Set([...letters, ...USUAL, ...pairs, ...words])];
}
