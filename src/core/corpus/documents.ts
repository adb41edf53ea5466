/**
 * Splits a text into documents while it is read; it may hold anything. Plain text is split at lines of
 * `<|endoftext|>`; between these, paragraphs are joined until a document has some length, and longer ones are cut.
 * In JSON lines each `text` is a document. No more than one document is in memory, whatever the file holds.
 */
import { Problem } from '../names/errors';

export type TextKind = 'plain' | 'jsonl';

/** Characters from which on a document of paragraphs ends with its paragraph. */
const FULL = 1000;
/** Characters of the longest document. */
export const LONGEST = 4096;
/** Characters of the longest line of JSON; the document in it is cut afterwards. */
const LONGEST_LINE = 8 << 20;
/** The share of unreadable characters from which on a file is not text. */
const UNREADABLE = 0.1;
const SEPARATOR = '<|endoftext|>';

/** By the ending of a file's name, with or without `.gz`. */
export function kindOf(name: string): TextKind {
	return /\.(jsonl|ndjson)(\.gz)?$/i.test(name) ? 'jsonl' : 'plain';
}

export class Documents {
	readonly #kind: TextKind;
	/** The unfinished line, and how many lines there were before it. */
	#line = '';
	#lines = 0;
	/** The beginning of the line is already in the document. */
	#within = false;
	/** The unfinished document, and whether its last line was blank. */
	#document = '';
	#blank = false;
	/** Characters of the unfinished block, how many of them are unreadable, and how many blocks there were before it. */
	#looked = 0;
	#unreadable = 0;
	#blocks = 0;

	constructor(kind: TextKind) {
		this.#kind = kind;
	}

	/** Takes the next characters and returns the documents that end in them. Throws a Problem if they are not text. */
	take(text: string): string[] {
		this.#checkReadable(text);
		const found: string[] = [];
		let from = 0;
		for (;;) {
			const end = text.indexOf('\n', from);
			this.#line += text.slice(from, end < 0 ? undefined : end);
			if (this.#kind === 'plain') this.#beginLine(found);
			else if (this.#line.length > LONGEST_LINE)
				throw this.#unusable('is longer than 8 MB', this.#lines + 1);
			if (end < 0) break;
			this.#endLine(found);
			from = end + 1;
		}
		return found;
	}

	/** The documents that end with the file. */
	end(): string[] {
		if (this.#blocks === 0) this.#judge();
		const found: string[] = [];
		if (this.#line !== '') this.#endLine(found);
		this.#close(found);
		return found;
	}

	/**
	 * Takes from a line what is longer than any document, and never half of a surrogate pair. Counted from the beginning
	 * of the line, so that it does not matter in which pieces the text comes.
	 */
	#beginLine(found: string[]): void {
		while (this.#line.length > LONGEST) {
			const end = /[\ud800-\udbff]/.test(this.#line[LONGEST - 1]!) ? LONGEST - 1 : LONGEST;
			this.#addLine(this.#line.slice(0, end), found);
			this.#line = this.#line.slice(end);
			this.#within = true;
		}
	}

	#endLine(found: string[]): void {
		this.#lines++;
		const line = this.#takeLine().replace(/\r$/, '');
		if (this.#within) {
			this.#addLine(line, found);
			this.#within = false;
		} else if (this.#kind === 'jsonl') {
			if (line.trim() !== '') found.push(...cut(this.#textOf(line)));
		} else if (line.trim() === SEPARATOR) this.#close(found);
		else if (line.trim() === '') this.#blank = this.#document !== '';
		else this.#addLine(line, found);
	}

	/** Adds a line of plain text, or the next part of one. */
	#addLine(line: string, found: string[]): void {
		if (this.#blank && this.#document.length >= FULL) this.#close(found);
		const between = this.#document === '' || this.#within ? '' : this.#blank ? '\n\n' : '\n';
		this.#blank = false;
		this.#document += between + line;
		if (this.#document.length <= LONGEST) return;
		const parts = cut(this.#document);
		const space = /\s$/.test(this.#document) ? ' ' : '';
		this.#document = parts.pop() ?? '';
		if (this.#document !== '') this.#document += space;
		found.push(...parts);
	}

	#takeLine(): string {
		const line = this.#line;
		this.#line = '';
		return line;
	}

	#close(found: string[]): void {
		found.push(...cut(this.#document));
		this.#document = '';
		this.#blank = false;
	}

	#textOf(line: string): string {
		let value: unknown;
		try {
			value = JSON.parse(line);
		} catch {
			throw this.#unusable('is not JSON');
		}
		const text = (value as { text?: unknown } | null)?.text;
		if (typeof text === 'string') return text;
		throw this.#unusable('has no "text"');
	}

	/** Checks blocks of a fixed length, as a piece of the text may be a single unreadable character. */
	#checkReadable(text: string): void {
		if (text.includes('\0')) throw notText();
		for (let from = 0; from < text.length;) {
			const part = text.slice(from, from + LONGEST - this.#looked);
			from += part.length;
			this.#looked += part.length;
			this.#unreadable += part.match(/\ufffd/g)?.length ?? 0;
			if (this.#looked < LONGEST) break;
			this.#judge();
			this.#blocks++;
			[this.#looked, this.#unreadable] = [0, 0];
		}
	}

	#judge(): void {
		if (this.#unreadable > UNREADABLE * this.#looked) throw notText();
	}

	#unusable(what: string, n = this.#lines): Problem {
		return new Problem(
			'unsupported',
			`Line ${n} of the text ${what}.`,
			'Give JSON lines that each have a "text", or plain text.'
		);
	}
}

/** Cuts a document into parts of limited length, at white space if there is any; blank parts are left out. */
function cut(document: string): string[] {
	// JSON can hold lone surrogates, which tokenizers do not know.
	const text = document.trim().toWellFormed();
	const parts: string[] = [];
	for (let at = 0; at < text.length;) {
		let end = Math.min(text.length, at + LONGEST);
		if (end < text.length) {
			const space = text.slice(at, end).search(/\s\S*$/);
			if (space > LONGEST / 2) end = at + space;
			// Never between the halves of a surrogate pair.
			else if (/[\ud800-\udbff]/.test(text[end - 1]!)) end--;
		}
		const part = text.slice(at, end).trim();
		if (part !== '') parts.push(part);
		at = end;
	}
	return parts;
}

function notText(): Problem {
	return new Problem(
		'unsupported',
		'This file is not text.',
		'Give plain text in UTF-8, JSON lines with a "text", or either as .gz.'
	);
}
