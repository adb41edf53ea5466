/** Models whose entries are words, or the longest parts of words that they have. */
import type { Component } from '../component';
import { entriesOf, unwritable, type Model } from './vocabulary';

/** A token a word. */
export class WordLevel implements Model {
	readonly entries: Map<string, number>;
	readonly unknown: number | null;

	constructor(component: Component) {
		this.entries = entriesOf(component.any('vocab'));
		this.unknown = this.entries.get(component.text('unk_token')) ?? null;
	}

	ids(word: string): number[] {
		const id = this.entries.get(word) ?? this.unknown;
		if (id === null) throw unwritable(word);
		return [id];
	}
}

/** The longest entry from the left, again and again; a word of which a part is no entry is unknown as a whole. */
export class WordPiece implements Model {
	readonly entries: Map<string, number>;
	readonly unknown: number | null;
	readonly #prefix: string;
	readonly #longest: number;

	constructor(component: Component) {
		this.entries = entriesOf(component.any('vocab'));
		this.unknown = this.entries.get(component.text('unk_token')) ?? null;
		this.#prefix = component.text('continuing_subword_prefix');
		this.#longest = component.count('max_input_chars_per_word');
	}

	ids(word: string): number[] {
		const ids = this.#parts(Array.from(word));
		if (ids) return ids;
		if (this.unknown === null) throw unwritable(word);
		return [this.unknown];
	}

	#parts(characters: string[]): number[] | null {
		if (characters.length > this.#longest) return null;
		const ids: number[] = [];
		for (let start = 0; start < characters.length;) {
			let [end, id] = [characters.length, undefined as number | undefined];
			for (; end > start && id === undefined; end--) {
				const part = characters.slice(start, end).join('');
				id = this.entries.get(start > 0 ? this.#prefix + part : part);
			}
			if (id === undefined) return null;
			ids.push(id);
			start = end + 1;
		}
		return ids;
	}
}
