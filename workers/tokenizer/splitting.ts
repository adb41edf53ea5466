/** How a pattern divides a text: the reference's five behaviours. */
import { partOf, type Piece } from './component';

export const BEHAVIOURS = [
	'Removed',
	'Isolated',
	'MergedWithPrevious',
	'MergedWithNext',
	'Contiguous'
] as const;

export type Behaviour = (typeof BEHAVIOURS)[number];

/** A part of a text: where it begins and ends, and whether the pattern matches it. */
interface Part {
	from: number;
	to: number;
	matched: boolean;
}

/** Where a pattern with the flag `g` matches; nothing empty directly after another match, as in Rust and Oniguruma. */
export function* matchesOf(text: string, pattern: RegExp): Generator<{ from: number; to: number }> {
	let last = -1;
	pattern.lastIndex = 0;
	for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
		const { index: from } = found;
		const to = from + found[0].length;
		// V8 finds what is empty within a surrogate pair, too.
		if (from > 0 && text.codePointAt(from - 1)! > 0xffff) {
			pattern.lastIndex = from + 1;
			continue;
		}
		if (to > from || from !== last) {
			last = to;
			yield { from, to };
		}
		const step = (text.codePointAt(to) ?? 0) > 0xffff ? 2 : 1;
		pattern.lastIndex = to > from ? to : to + step;
	}
}

/** `inverted`: what the pattern matches and what it does not trade places. */
export function split(
	piece: Piece,
	pattern: RegExp,
	behaviour: Behaviour,
	inverted = false
): Piece[] {
	const { text } = piece;
	const parts: Part[] = [];
	let end = 0;
	for (const { from, to } of matchesOf(text, pattern)) {
		if (from > end) parts.push({ from: end, to: from, matched: inverted });
		parts.push({ from, to, matched: !inverted });
		end = to;
	}
	if (end < text.length) parts.push({ from: end, to: text.length, matched: inverted });
	return joined(parts, behaviour)
		.filter(({ from, to }) => to > from)
		.map(({ from, to }) => partOf(piece, from, to));
}

function joined(parts: Part[], behaviour: Behaviour): Part[] {
	if (behaviour === 'Isolated') return parts;
	if (behaviour === 'Removed') return parts.filter(({ matched }) => !matched);
	const backwards = behaviour === 'MergedWithNext';
	const out: Part[] = [];
	let matchedBefore = false;
	for (const part of backwards ? parts.reverse() : parts) {
		const { matched } = part;
		const joins =
			behaviour === 'Contiguous' ? matched === matchedBefore : matched && !matchedBefore;
		const before = joins ? out.at(-1) : undefined;
		matchedBefore = matched;
		if (!before) out.push({ ...part });
		else if (backwards) before.from = part.from;
		else before.to = part.to;
	}
	return backwards ? out.reverse() : out;
}
