/** Words of names, searched as they are typed: whole, by their beginnings, with a slip. The only door to MiniSearch. */
import MiniSearch from 'minisearch';
import { lettersOf } from '../../src/core/search/words';

/** Names added before other work is let in. */
const PIECE = 200;

export class NameIndex {
	/** The names themselves are kept by who asked. */
	readonly #index = new MiniSearch<{ id: number; text: string }>({
		fields: ['text'],
		tokenize: lettersOf,
		processTerm: (term) => term,
		searchOptions: {
			combineWith: 'AND',
			prefix: (term) => term.length > 1,
			fuzzy: (term) => (term.length > 4 ? 1 : false)
		}
	});

	/** `names` are known by their place; `pause` lets other work in. */
	static async of(names: readonly string[], pause: () => Promise<unknown>): Promise<NameIndex> {
		const made = new NameIndex();
		for (let from = 0; from < names.length; from += PIECE) {
			const piece = names.slice(from, from + PIECE);
			made.#index.addAll(piece.map((text, i) => ({ id: from + i, text })));
			await pause();
		}
		return made;
	}

	/** Places of the names that hold every word, the best first, and how well they fit as a share of the best. */
	find(text: string): { place: number; share: number }[] {
		const found = this.#index.search(text);
		const most = found[0]?.score ?? 1;
		return found.map(({ id, score }) => ({ place: id as number, share: score / most }));
	}
}
