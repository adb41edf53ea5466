/**
 * What the command line prints holds texts of packs and models, which a terminal would obey: escape sequences, and
 * characters that turn the direction of what stands around them.
 */

/** Controls, and characters without a form of their own that change how others are shown. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

const code = (letter: string) => letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');

/** For people to read: such a character appears as its number, `<U+202E>`. Lines and tabs stay. */
export const printable = (text: string): string =>
	text.toWellFormed().replace(UNSEEN, (letter) => `<U+${code(letter)}>`);

/** The same value in JSON, in which such characters are escaped, so that programs read what was meant. */
export const printableJson = (value: unknown): string =>
	(JSON.stringify(value) ?? 'null').replace(UNSEEN, (letter) =>
		Array.from({ length: letter.length }, (_, i) => letter.charCodeAt(i))
			.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
			.join('')
	);

/** A line for people, on stderr. */
export function say(line: string): void {
	process.stderr.write(`${printable(line)}\n`);
}
