/**
 * Sets of characters and what is made of them. Patterns hold them as plain ranges: V8 goes wrong over some brackets of
 * the flag `v`, and those of the flag `u` know no difference.
 */

/** Code points as ranges in their order, none next to another: first, last, first, last, … Without surrogates. */
export type Characters = readonly number[];

const LAST = 0x10ffff;
/** Surrogates, which are no characters. */
const [HALVES, HALVES_END] = [0xd800, 0xdfff];

/** A set by its ranges in hexadecimal, `61-7a 5f`. */
export const listed = (list: string): Characters =>
	ordered(
		list
			.trim()
			.split(/\s+/)
			.map((range) => {
				const [from, to = from] = range.split('-').map((hex) => parseInt(hex, 16));
				return [from!, to!];
			})
	);

export const range = (from: number, to: number): Characters => ordered([[from, to]]);

/** Puts ranges in order and joins those that meet. */
function ordered(ranges: [number, number][]): Characters {
	const out: number[] = [];
	for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
		if (to < from) continue;
		const end = out.at(-1) ?? -2;
		if (from <= end + 1) out[out.length - 1] = Math.max(end, to);
		else out.push(from, to);
	}
	return out;
}

function pairs(set: Characters): [number, number][] {
	return Array.from({ length: set.length / 2 }, (_, i) => [set[2 * i]!, set[2 * i + 1]!]);
}

export const union = (...sets: Characters[]): Characters => ordered(sets.flatMap(pairs));

export function complement(set: Characters): Characters {
	const out: [number, number][] = [];
	let from = 0;
	for (const [start, end] of pairs(union(set, [HALVES, HALVES_END]))) {
		out.push([from, start - 1]);
		from = end + 1;
	}
	out.push([from, LAST]);
	return ordered(out);
}

export const without = (set: Characters, others: Characters): Characters =>
	complement(union(complement(set), others));

export const intersection = (a: Characters, b: Characters): Characters => without(a, complement(b));

export const ANY = complement([]);

/** What is assigned, private use aside: nothing else has a property, but for `C` and its parts. */
const [PLANES, TAGS, TAGS_END] = [0x40000, 0xe0000, 0xe2000];

/** Characters in texts that end where surrogates would begin; `all`: those that are not assigned, too. */
function* texts(all: boolean): Generator<string> {
	for (let from = 0; from <= LAST; from += 0x2000) {
		if (!all && from >= PLANES && (from < TAGS || from >= TAGS_END)) continue;
		const end = from < HALVES ? Math.min(from + 0x2000, HALVES) : from + 0x2000;
		yield String.fromCodePoint(...Array.from({ length: end - from }, (_, i) => from + i));
	}
}

function lastOf(text: string): number {
	const pair = text.codePointAt(text.length - 2) ?? 0;
	return pair > 0xffff ? pair : text.charCodeAt(text.length - 1);
}

const found = new Map<string, Characters>();

/** The characters that a property of JavaScript's patterns has, such as `L` or `Script=Han`. */
export function having(property: string): Characters {
	let set = found.get(property);
	if (!set) {
		const run = new RegExp(`\\p{${property}}+`, 'gu');
		const ranges: [number, number][] = [];
		for (const text of texts(property.startsWith('C')))
			for (const [characters] of text.matchAll(run)) {
				ranges.push([characters.codePointAt(0)!, lastOf(characters)]);
			}
		found.set(property, (set = ordered(ranges)));
	}
	return set;
}

/** One character of a set, for a pattern with the flag `u`. */
export const classOf = (set: Characters): string =>
	`[${pairs(set)
		.map(([from, to]) => (from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`))
		.join('')}]`;

/** What finds the characters of a set. */
export const oneOf = (set: Characters): RegExp => new RegExp(classOf(set), 'gu');

const escaped = (code: number): string => `\\u{${code.toString(16)}}`;

/** Made when it is first asked for: a look through all characters takes a while. */
export function onDemand<T>(make: () => T): () => T {
	let made: { value: T } | null = null;
	return () => (made ??= { value: make() }).value;
}
