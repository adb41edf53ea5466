/** The entries of a model, and what stands for a word that is not among them. */
import { Problem } from '../../../src/core/names/errors';
import { fieldsOf, unsound } from '../component';

/** What makes tokens of a word. */
export interface Model {
	/** Ids by entry. */
	readonly entries: Map<string, number>;
	/** The id that stands for what no entry does, if one does. */
	readonly unknown: number | null;
	/** The ids of the tokens of a word. Throws a Problem for a word that neither an entry nor an unknown token stands for. */
	ids(word: string): number[];
}

/** `vocab` of a model: ids by entry. Throws a Problem for what is none. */
export function entriesOf(value: unknown): Map<string, number> {
	const entries = new Map<string, number>();
	for (const [entry, id] of Object.entries(fieldsOf(value, 'the vocabulary'))) {
		if (!Number.isSafeInteger(id) || Number(id) < 0)
			throw unsound(`the entry “${entry}” of the vocabulary has no id`);
		entries.set(entry, Number(id));
	}
	return entries;
}

/** A word that the vocabulary has no way to write. */
export const unwritable = (word: string): Problem =>
	new Problem(
		'unsupported',
		`The vocabulary of this model has no entry for “${word.slice(0, 40)}”, and none for what is unknown.`,
		'Leave it out of the text.'
	);

/** The ids of the bytes of a text, in a vocabulary that falls back on bytes; null where it lacks one of them. */
export function byteIds(text: string, entries: ReadonlyMap<string, number>): number[] | null {
	const ids = Array.from(new TextEncoder().encode(text), (byte) =>
		entries.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
	);
	return ids.every((id) => id !== undefined) ? ids : null;
}
