/** Which tokens of a text carry a label: those that a pattern or a list of words covers. */
import { Problem } from '../../../names/errors';

export const LABEL_KINDS = ['pattern', 'words'] as const;
export type LabelKind = (typeof LABEL_KINDS)[number];

/** Matches of one document that are looked at. */
const MOST = 100_000;

/** Throws a Problem for what is no regular expression, and for an empty list. */
export function labelPattern(kind: LabelKind, label: string): RegExp {
	if (kind === 'words') {
		const words = label.split(',').flatMap((word) => word.trim() || []);
		if (words.length === 0)
			throw wrong('The list of words is empty.', 'Give words with commas between.');
		const plain = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
		return new RegExp(`(?<![\\p{L}\\p{N}])(?:${plain.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
	}
	if (label === '') throw wrong('The pattern is empty.', 'Give a regular expression.');
	try {
		return new RegExp(label, 'gu');
	} catch {
		throw wrong(
			`"${label.slice(0, 60)}" is not a regular expression.`,
			'Write it as JavaScript does, without slashes around it.'
		);
	}
}

/** 1 for each token that holds a letter, a digit or a sign of a match; spaces alone do not count. */
export function labelTokens(texts: readonly string[], pattern: RegExp): Uint8Array {
	const whole = texts.join('');
	const covered = new Uint8Array(whole.length);
	let found = 0;
	for (const match of whole.matchAll(pattern)) {
		covered.fill(1, match.index, match.index + match[0].length);
		if (++found >= MOST) break;
	}
	let at = 0;
	return Uint8Array.from(texts, (text) => {
		const start = at;
		at += text.length;
		for (let i = start; i < at; i++) if (covered[i] && whole[i]!.trim() !== '') return 1;
		return 0;
	});
}

const wrong = (sentence: string, advice: string): Problem => new Problem('usage', sentence, advice);
