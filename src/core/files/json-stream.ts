/**
 * JSON too long to be held, read as it comes: one object, of whose lists each item is handed over by itself, and of whose
 * other fields each is handed over whole. What is inside is left to `JSON.parse`.
 */

/** Characters of one item, and of one field that is no such list. */
const LONGEST_ITEM = 1e6;
const LONGEST_FIELD = 20e6;
/** As in `json.ts`: deeper than anything that is written on purpose. */
const DEEPEST = 200;

const [QUOTE, ESCAPE, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What is expected next. */
type Place = 'start' | 'key' | 'colon' | 'value' | 'after' | 'item' | 'after item' | 'end';

export interface JsonListener {
	/** Names of the lists whose items are handed over one by one. */
	lists: ReadonlySet<string>;
	item(list: string, value: unknown): void;
	field(name: string, value: unknown): void;
}

/** Every method throws a SyntaxError for what is not JSON. */
export class JsonStream {
	#place: Place = 'start';
	#key = '';
	/** Of the value in hand: what came of it in earlier pieces, and where its reading stands. */
	#begun = '';
	#isIn = false;
	#depth = 0;
	#isText = false;
	#isEscaped = false;
	#isFirst = true;

	constructor(readonly listener: JsonListener) {}

	push(piece: string): void {
		let at = 0;
		while (at < piece.length) {
			if (this.#isIn) {
				at = this.#value(piece, at);
				continue;
			}
			const code = piece.charCodeAt(at);
			if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) at++;
			else at = this.#mark(code, at);
		}
	}

	/** Throws where the text is not over. */
	end(): void {
		if (this.#place !== 'end') throw new SyntaxError('It ends before its end.');
	}

	/** A character between values; answers where reading goes on. */
	#mark(code: number, at: number): number {
		const place = this.#place;
		if (place === 'start' && code === 0xfeff) return at + 1;
		if (place === 'start' && code === OPEN) this.#place = 'key';
		else if (place === 'key' && code === CLOSE && this.#isFirst) this.#place = 'end';
		else if (place === 'colon' && code === COLON) this.#place = 'value';
		else if (place === 'after' && code === COMMA) this.#place = 'key';
		else if (place === 'after' && code === CLOSE) this.#place = 'end';
		else if (place === 'value' && code === OPEN_LIST && this.listener.lists.has(this.#key)) {
			this.#place = 'item';
			this.#isFirst = true;
		} else if (place === 'item' && code === CLOSE_LIST && this.#isFirst) this.#place = 'after';
		else if (place === 'after item' && code === COMMA) this.#place = 'item';
		else if (place === 'after item' && code === CLOSE_LIST) this.#place = 'after';
		else if (place === 'value' || place === 'item' || (place === 'key' && code === QUOTE)) {
			this.#isIn = true;
			return at;
		} else throw new SyntaxError('A mark is not where JSON has one.');
		return at + 1;
	}

	/** Goes on with the value in hand; answers where it ends, or where the piece does. */
	#value(piece: string, from: number): number {
		let at = from;
		let isOver = false;
		for (; at < piece.length && !isOver; at++) {
			const code = piece.charCodeAt(at);
			if (this.#isText) {
				if (this.#isEscaped) this.#isEscaped = false;
				else if (code === ESCAPE) this.#isEscaped = true;
				else if (code === QUOTE) {
					this.#isText = false;
					isOver = this.#depth === 0;
				}
			} else if (code === QUOTE) this.#isText = true;
			else if (code === OPEN || code === OPEN_LIST) {
				if (++this.#depth > DEEPEST)
					throw new SyntaxError(`It is nested more than ${DEEPEST} deep.`);
			} else if (code === CLOSE || code === CLOSE_LIST) {
				// At depth 0 this closes what the value stands in.
				if (this.#depth === 0) break;
				isOver = --this.#depth === 0;
			} else if (code === COMMA && this.#depth === 0) break;
		}
		isOver ||= at < piece.length;
		const text = this.#begun + piece.slice(from, at);
		if (text.length > (this.#place === 'item' ? LONGEST_ITEM : LONGEST_FIELD))
			throw new SyntaxError('One of its values goes on without end.');
		this.#begun = isOver ? '' : text;
		if (isOver) this.#finish(JSON.parse(text));
		return at;
	}

	#finish(value: unknown): void {
		this.#isIn = false;
		this.#isFirst = false;
		if (this.#place === 'key') {
			this.#key = String(value);
			this.#place = 'colon';
		} else if (this.#place === 'value') {
			this.listener.field(this.#key, value);
			this.#place = 'after';
		} else {
			this.listener.item(this.#key, value);
			this.#place = 'after item';
		}
	}
}
