/** Text in SVG, which does not wrap by itself. Widths are estimated, so that layouts need no document. */

const NARROW = /[\sfijlrtI.,:;'’|!()[\]/]/;
const WIDE = /[mwMW@%—]/;

/** Estimated width in pixels of a text at a font size. */
export function widthOfText(text: string, size: number): number {
	let width = 0;
	for (const character of text)
		width += NARROW.test(character) ? 0.32 : WIDE.test(character) ? 0.85 : 0.56;
	return width * size;
}

/** The text, or as much of it as fits with an ellipsis. */
export function fit(text: string, room: number, size: number): string {
	if (widthOfText(text, size) <= room) return text;
	let kept = '';
	for (const character of text) {
		if (widthOfText(`${kept}${character}…`, size) > room) break;
		kept += character;
	}
	return `${kept.trimEnd()}…`;
}

/** The text in at most `lines` lines, broken between words; the last one is cut to fit. */
export function wrap(text: string, room: number, size: number, lines: number): string[] {
	const done: string[] = [];
	let rest = text.trim();
	while (done.length < lines - 1 && widthOfText(rest, size) > room) {
		const words = rest.split(' ');
		let taken = 0;
		while (widthOfText(words.slice(0, taken + 1).join(' '), size) <= room) taken++;
		if (taken === 0) break;
		done.push(words.slice(0, taken).join(' '));
		rest = words.slice(taken).join(' ');
	}
	return [...done, fit(rest, room, size)];
}

/** A token with its white space and control characters made visible. */
export function visible(token: string): string {
	return token
		.replaceAll(' ', '·')
		.replaceAll('\n', '⏎')
		.replaceAll('\t', '⇥')
		.replace(
			/\p{Cc}/gu,
			(c) => `<0x${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}>`
		);
}
