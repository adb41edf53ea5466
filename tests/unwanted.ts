/**
 * Words that nobody should meet in a text that ships, by their hashes alone: `models/recipe/unwanted.py`, which
 * this follows, says what stands in the list.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { wordsOf } from './words';

const LIST = path.resolve(import.meta.dirname, '../models/recipe/unwanted.txt');
const SHORTEST_STEM = 4;

export interface Unwanted {
	/** Whole words. */
	words: ReadonlySet<string>;
	/** Beginnings of words. */
	stems: ReadonlySet<string>;
}

export const digest = (word: string): string =>
	createHash('sha256').update(word).digest('hex').slice(0, 16);

/** The list by which the recipe drops samples. */
export function unwantedList(): Unwanted {
	const lines = readFileSync(LIST, 'utf8').trim().split('\n');
	const of = (kind: string) =>
		new Set(
			lines.flatMap((line) => (line.startsWith(`${kind} `) ? line.slice(kind.length + 1) : []))
		);
	return { words: of('word'), stems: of('stem') };
}

/** The words of a text that the list names; what a hyphen joins or an apostrophe parts is looked up both ways. */
export function unwantedIn(text: string, list: Unwanted): string[] {
	const joined = text.match(/\p{L}+(?:-\p{L}+)+/gu) ?? [];
	const compounds = joined.join(' ').replaceAll('-', '');
	const words = new Set(wordsOf(`${text} ${compounds} ${text.replace(/['’]/g, ' ')}`));
	return [...words].filter((word) => names(list, word));
}

const verdicts = new WeakMap<Unwanted, Map<string, boolean>>();

/** Remembered: the same few thousand words make up all texts. */
function names(list: Unwanted, word: string): boolean {
	const known = verdicts.get(list) ?? new Map<string, boolean>();
	verdicts.set(list, known);
	let found = known.get(word);
	if (found === undefined) {
		const beginnings = Array.from(
			{ length: Math.max(0, word.length - SHORTEST_STEM + 1) },
			(_, i) => word.slice(0, SHORTEST_STEM + i)
		);
		found =
			list.words.has(digest(word)) || beginnings.some((begin) => list.stems.has(digest(begin)));
		known.set(word, found);
	}
	return found;
}
