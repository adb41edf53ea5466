/** Runs of words that some texts share with a folder of others, as large as it may be. */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { PackText } from './pack-texts';
import { wordsOf } from './words';

/** Parts the documents of a file; no run goes across it. */
const SEPARATOR = '<|endoftext|>';
const BASE = 1_000_003;

export interface Shared {
	/** Where the run stands in the texts. */
	at: string;
	file: string;
	words: string;
}

/** Windows of `size` words of the texts, by a rolling hash of their words' numbers. */
class Runs {
	/** Numbers of the words that the texts know, from 1. */
	readonly #numbers = new Map<string, number>();
	readonly #names = [''];
	readonly #windows = new Map<number, { at: string; words: number[] }[]>();
	/** BASE^size, for the word that leaves the window. */
	readonly #leaving: number;
	/** The last words met, a ring; how many of them in a row the texts know. */
	readonly #ring: Int32Array;
	#met = 0;
	#known = 0;
	#hash = 0;

	constructor(
		texts: PackText[],
		readonly size: number
	) {
		this.#leaving = Array.from({ length: size }).reduce<number>((p) => Math.imul(p, BASE), 1);
		this.#ring = new Int32Array(size);
		for (const { at, text } of texts) {
			const numbers = wordsOf(text).map((word) => this.#number(word));
			for (let i = 0; i + size <= numbers.length; i++) {
				const words = numbers.slice(i, i + size);
				const hash = words.reduce((h, n) => (Math.imul(h, BASE) + n) | 0, 0);
				const same = this.#windows.get(hash);
				if (same) same.push({ at, words });
				else this.#windows.set(hash, [{ at, words }]);
			}
		}
	}

	/** A document ends: what follows is another. */
	end(): void {
		this.#known = 0;
		this.#hash = 0;
	}

	/** The next word of a document; a window of the texts that ends with it, or null. */
	next(word: string): { at: string; words: string } | null {
		const number = this.#numbers.get(word);
		if (number === undefined) {
			this.end();
			return null;
		}
		const { size } = this;
		const slot = this.#met++ % size;
		const left = this.#known >= size ? this.#ring[slot]! : 0;
		this.#ring[slot] = number;
		this.#known++;
		this.#hash = (Math.imul(this.#hash, BASE) + number - Math.imul(left, this.#leaving)) | 0;
		if (this.#known < size) return null;
		const window = this.#windows
			.get(this.#hash)
			?.find(({ words }) => words.every((n, i) => n === this.#ring[(slot + 1 + i) % size]));
		if (!window) return null;
		return { at: window.at, words: window.words.map((n) => this.#names[n]).join(' ') };
	}

	#number(word: string): number {
		let number = this.#numbers.get(word);
		if (number === undefined) {
			number = this.#names.push(word) - 1;
			this.#numbers.set(word, number);
		}
		return number;
	}
}

export const hasXz = (): boolean => spawnSync('xz', ['--version']).status === 0;

/**
 * Looks for runs of the texts in every `.txt` and `.txt.xz` file of a folder, line by line. Each window of
 * the texts is told once a file. Files that are packed are left out where there is no `xz`.
 */
export async function sharedWith(
	folder: string,
	texts: PackText[],
	size: number
): Promise<{ shared: Shared[]; words: number; leftOut: string[] }> {
	const runs = new Runs(texts, size);
	const files = (await readdir(folder)).filter((file) => /\.txt(\.xz)?$/.test(file)).toSorted();
	const leftOut = hasXz() ? [] : files.filter((file) => file.endsWith('.xz'));
	const shared = new Map<string, Shared>();
	let words = 0;
	for (const file of files.filter((file) => !leftOut.includes(file))) {
		runs.end();
		for await (const line of lines(path.join(folder, file))) {
			if (line.trim() === SEPARATOR) {
				runs.end();
				continue;
			}
			for (const word of wordsOf(line)) {
				words++;
				const found = runs.next(word);
				if (found) shared.set(`${file} ${found.words}`, { ...found, file });
			}
		}
	}
	return { shared: [...shared.values()], words, leftOut };
}

async function* lines(file: string): AsyncGenerator<string> {
	const packed = file.endsWith('.xz') ? spawn('xz', ['-dc', file]) : null;
	const ended = new Promise<number | null>(
		(resolve) => packed?.once('close', resolve) ?? resolve(0)
	);
	const input: Readable = packed?.stdout ?? createReadStream(file);
	yield* createInterface({ input, crlfDelay: Infinity });
	if ((await ended) !== 0) throw new Error(`xz could not unpack ${file}.`);
}
