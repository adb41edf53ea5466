/** Tokens that are found in a text before anything else looks at it: the added tokens of `tokenizer.json`. */
import { classOf, onDemand } from './character-sets';
import { rustWord, space, spaceBefore } from './characters';
import { Component, partOf, refused, type Piece } from './component';
import { matchesOf } from './splitting';

export interface AddedToken {
	id: number;
	content: string;
	special: boolean;
	/** It is looked for in the text as it is, not as the normalizer leaves it. */
	asWritten: boolean;
	/** Only where no word goes on before or after it. */
	singleWord: boolean;
	/** White space before, after it is a part of it. */
	takesBefore: boolean;
	takesAfter: boolean;
}

/** Ids by content, of model and added tokens. */
type Ids = ReadonlyMap<string, number>;

/**
 * The added tokens, in the order of the file. Throws a Problem for one whose id is not the one that it gets: that of the
 * model's entry of the same name, or else the next.
 */
export function addedTokensOf(value: unknown, entries: Ids): AddedToken[] {
	const tokens = new Map<string, AddedToken>();
	let next = entries.size;
	for (const item of Array.isArray(value) ? value : []) {
		const component = new Component('added token', item, nameOf(item));
		const special = component.flag('special');
		const token: AddedToken = {
			id: component.count('id'),
			content: component.text('content'),
			special,
			asWritten: !component.flag('normalized', !special),
			singleWord: component.flag('single_word', false),
			takesBefore: component.flag('lstrip', false),
			takesAfter: component.flag('rstrip', false)
		};
		component.end();
		if (token.content === '') continue;
		const id = tokens.get(token.content)?.id ?? entries.get(token.content) ?? next;
		if (id !== token.id)
			throw refused(
				`the added token ${token.content} with the id ${token.id}, where it comes out as ${id}`
			);
		next = Math.max(next, id + 1);
		tokens.set(token.content, token);
	}
	return [...tokens.values()];
}

/** What sentences call an added token. */
function nameOf(item: unknown): string {
	const { content } = (item ?? {}) as { content?: unknown };
	return typeof content === 'string' ? content : '';
}

/** A part of a text: an added token's id, or a piece that is still to be made into tokens. */
export type Section = number | Piece;

const wordBefore = onDemand(() => new RegExp(`${classOf(rustWord())}$`, 'u'));
const wordAfter = onDemand(() => new RegExp(`^${classOf(rustWord())}`, 'u'));
const spaceAfter = onDemand(() => new RegExp(`${classOf(space())}*`, 'uy'));

/** Finds some added tokens, the longest first where several begin at a place. */
export class TokenFinder {
	readonly #tokens = new Map<string, AddedToken>();
	readonly #pattern: RegExp | null;

	/** `contentOf`: how a token stands in the texts that will be looked through. */
	constructor(tokens: AddedToken[], contentOf: (token: AddedToken) => string) {
		for (const token of tokens) {
			const content = contentOf(token);
			const same = this.#tokens.get(content);
			if (same)
				throw refused(
					`the added tokens ${same.content} and ${token.content}, normalized to the same`
				);
			if (content === '')
				throw refused(`the added token “${token.content}”, of which the normalizer leaves nothing`);
			this.#tokens.set(content, token);
		}
		const all = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
		const escaped = all.map((content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
		this.#pattern = all.length > 0 ? new RegExp(escaped.join('|'), 'gu') : null;
	}

	/** The tokens in a piece and what is between them, in their order; nothing empty. */
	sections(piece: Piece): Section[] {
		const { text } = piece;
		if (!this.#pattern) return text ? [piece] : [];
		const out: Section[] = [];
		let end = 0;
		const plain = (from: number, to: number) => {
			if (to > from) out.push(partOf(piece, from, to));
		};
		for (const found of matchesOf(text, this.#pattern)) {
			const token = this.#tokens.get(text.slice(found.from, found.to))!;
			let { from, to } = found;
			if (token.singleWord && !standsAlone(text, from, to)) continue;
			if (token.takesBefore) {
				// What the token before it has taken is gone.
				from = Math.max(from, end);
				from = Math.max(end, spaceBefore(text, from));
			}
			if (token.takesAfter) {
				spaceAfter().lastIndex = to;
				to += spaceAfter().exec(text)![0].length;
			}
			plain(end, from);
			if (to > from) out.push(token.id);
			end = to;
		}
		plain(end, text.length);
		return out;
	}
}

function standsAlone(text: string, from: number, to: number): boolean {
	// Two units hold any one character.
	return (
		!wordBefore().test(text.slice(Math.max(0, from - 2), from)) &&
		!wordAfter().test(text.slice(to, to + 2))
	);
}
