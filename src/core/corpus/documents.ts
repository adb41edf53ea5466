/**
 * A text file as documents, as it comes in: hostile until read. Plain text is parted by lines of
 * `<|endoftext|>`; between them paragraphs are joined until a document has some length, and what is longer than
 * any document is cut. In JSON lines each `text` is a document. Memory is that of one document, whatever the file
 * holds.
 */
import { Problem } from '../names/errors';

export type TextKind = 'plain' | 'jsonl';

/** Characters that a document of paragraphs reaches before the next paragraph begins another. */
const FULL = 1000;
/** Characters of the longest document. */
export const LONGEST = 4096;
/** Characters of the longest line of JSON: a document that long is cut afterwards. */
const LONGEST_LINE = 8 << 20;
/** Share of unreadable characters from which a file is no text. */
const UNREADABLE = 0.1;
const PARTING = '<|endoftext|>';

/** Which kind a file's name announces, `.gz` at its end aside. */
export function kindOf(name: string): TextKind {
	return /\.(jsonl|ndjson)(\.gz)?$/i.test(name) ? 'jsonl' : 'plain';
}

export class Documents {
	readonly #kind: TextKind;
	/** The line that has begun, and how many lines have ended. */
	#line = '';
	#lines = 0;
	/** The line's beginning is in the document already. */
	#within = false;
	/** The document that has begun, and whether its last line was blank. */
	#document = '';
	#blank = false;
	/** Characters of the block that is being looked through, how many cannot be read, and blocks done. */
	#looked = 0;
	#unreadable = 0;
	#blocks = 0;

	constructor(kind: TextKind) {
		this.#kind = kind;
	}

	/** Takes the next characters; answers the documents that they end. Throws a Problem where they are no text. */
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

	/** What is left at the file's end. */
	end(): string[] {
		if (this.#blocks === 0) this.#judge();
		const found: string[] = [];
		if (this.#line !== '') this.#endLine(found);
		this.#close(found);
		return found;
	}

	/**
	 * Takes what no document could hold of a line, and no half of a character. Counted from the line's beginning, so
	 * that the pieces in which the text comes make no difference.
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
		} else if (line.trim() === PARTING) this.#close(found);
		else if (line.trim() === '') this.#blank = this.#document !== '';
		else this.#addLine(line, found);
	}

	/** Adds a line of plain text, or more of one that has begun. */
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

	/** Judges blocks of a fixed length: a single bad character may be all there is of a piece. */
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

/** A document in parts of bearable length, at white space where there is some; blank ones are left out. */
function cut(document: string): string[] {
	// Half a character (a lone surrogate, which JSON can write) is none that a tokenizer knows.
	const text = document.trim().toWellFormed();
	const parts: string[] = [];
	for (let at = 0; at < text.length;) {
		let end = Math.min(text.length, at + LONGEST);
		if (end < text.length) {
			const space = text.slice(at, end).search(/\s\S*$/);
			if (space > LONGEST / 2) end = at + space;
			// Between the halves of a character nothing is cut.
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
		'This file is not a text.',
		'Give plain text in UTF-8, JSON lines with a "text", or one of these as .gz.'
	);
}
