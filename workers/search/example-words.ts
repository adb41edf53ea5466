/** Words of the example texts, and the examples around each place in them. */
import { wordsOf } from '../../src/core/search/words';
import type { SaeId } from '../../src/core/names/ids';
import type { Tokenizer } from '../model/tokenizer';
import type { ExampleTexts, Statistics } from '../packs/statistics';

/** No example shows more tokens on either side of its peak. */
const REACH = 24;
/** A word that stands in more places is looked for in that many of them, spread evenly. */
const MOST_PLACES = 250;
const NO_WORD = 0;
/** A word that is more than one token in so many is common. */
const COMMON = 250;

/** Of a feature that was found: in how many of its examples it fires on the word, and in how many the word stands. */
export interface WordCount {
	sae: SaeId;
	index: number;
	fires: number;
	stands: number;
	examples: number;
}

interface Group {
	sae: SaeId;
	statistics: Statistics;
	/** Number of its first example among those of all SAEs. */
	first: number;
}

export class ExampleWords {
	/** Number of the word that each token is a part of. */
	readonly #word: Uint32Array;
	readonly #numbers = new Map<string, number>();
	/** Examples of all SAEs by the token of their peak: `#byPeak[#offsets[p] .. #offsets[p + 1]]`. */
	readonly #offsets: Uint32Array;
	#byPeak = new Uint32Array();
	#groups: Group[] = [];
	readonly #windows = new Map<number, { start: number; end: number }>();
	#places: number[][] = [];

	private constructor(readonly texts: ExampleTexts) {
		this.#word = new Uint32Array(texts.tokens.length);
		this.#offsets = new Uint32Array(texts.tokens.length + 2);
	}

	static async of(
		texts: ExampleTexts,
		statistics: ReadonlyMap<SaeId, Statistics>,
		tokenizer: Tokenizer,
		pause: () => Promise<unknown>
	): Promise<ExampleWords> {
		const made = new ExampleWords(texts);
		await made.#readWords(tokenizer, pause);
		await made.#readPeaks(statistics, pause);
		return made;
	}

	/**
	 * Features with examples in which a word stands, or one that begins with it where it has four letters or more: of
	 * those that fire on it most, how often they do.
	 */
	count(word: string, most: number): WordCount[] {
		const numbers = new Set(this.#numbersOf(word));
		const tally = new Map<number, number>();
		for (const place of this.#placesOf(numbers)) {
			const from = Math.max(0, place - REACH);
			const to = Math.min(this.#word.length, place + REACH + 1);
			for (let i = this.#offsets[from]!; i < this.#offsets[to]!; i++) {
				const example = this.#byPeak[i]!;
				const { statistics, first } = this.#group(example);
				const { start, end } = this.#window(statistics.peaks[example - first]!);
				if (place < start || place >= end) continue;
				// By the number of its own first example.
				const feature = example - ((example - first) % statistics.examplesEach);
				const fires = statistics.activationIn(example - first, place - start) > 0;
				tally.set(feature, (tally.get(feature) ?? 0) + (fires ? 1 : 0.02));
			}
		}
		const likeliest = [...tally].sort(([, a], [, b]) => b - a).slice(0, most);
		return likeliest.map(([feature]) => this.#exactly(feature, numbers));
	}

	#exactly(feature: number, numbers: ReadonlySet<number>): WordCount {
		const { sae, statistics, first } = this.#group(feature);
		let [fires, stands, examples] = [0, 0, 0];
		for (let e = feature - first; e < feature - first + statistics.examplesEach; e++) {
			const peak = statistics.peaks[e]!;
			if (peak < 0) continue;
			examples++;
			const { start, end } = this.#window(peak);
			const places = Array.from({ length: end - start }, (_, i) => i).filter((i) =>
				numbers.has(this.#word[start + i]!)
			);
			if (places.length > 0) stands++;
			if (places.some((i) => statistics.activationIn(e, i) > 0)) fires++;
		}
		const index = (feature - first) / statistics.examplesEach;
		return { sae, index, fires, stands, examples };
	}

	#window(peak: number): { start: number; end: number } {
		let known = this.#windows.get(peak);
		if (!known) this.#windows.set(peak, (known = this.texts.window(peak)));
		return known;
	}

	#group(example: number): Group {
		let low = 0;
		let high = this.#groups.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#groups[middle]!.first <= example) low = middle;
			else high = middle - 1;
		}
		return this.#groups[low]!;
	}

	/** In how many places of the texts a word stands: the rarer, the more it tells. */
	frequency(word: string): number {
		return this.#numbersOf(word).reduce((sum, number) => sum + this.#places[number]!.length, 0);
	}

	/** Whether a word stands so often, as “and” does, that firing on it says little. */
	isCommon(word: string): boolean {
		const number = this.#numbers.get(word);
		return number === undefined || this.#places[number]!.length * COMMON > this.#word.length;
	}

	#numbersOf(word: string): number[] {
		const own = this.#numbers.get(word);
		if (word.length < 4) return own === undefined ? [] : [own];
		return [...this.#numbers]
			.filter(([known]) => known.startsWith(word))
			.map(([, number]) => number);
	}

	#placesOf(numbers: Iterable<number>): number[] {
		const places = [...numbers].flatMap((number) => this.#places[number]!);
		if (places.length <= MOST_PLACES) return places;
		const step = places.length / MOST_PLACES;
		return Array.from({ length: MOST_PLACES }, (_, i) => places[Math.floor(i * step)]!);
	}

	/** A word is told from the next by what `wordsOf` makes of the text of both together. */
	async #readWords(tokenizer: Tokenizer, pause: () => Promise<unknown>): Promise<void> {
		const { tokens } = this.texts;
		const shown = new Map<number, string>();
		const textOf = (id: number) => {
			const known = shown.get(id);
			if (known !== undefined) return known;
			const text = tokenizer.isSpecial(id) ? '\n' : tokenizer.text(id);
			shown.set(id, text);
			return text;
		};
		this.#places.push([]);
		let from = 0;
		const close = (to: number) => {
			const text = Array.from({ length: to - from }, (_, i) => textOf(tokens[from + i]!)).join('');
			const [word] = wordsOf(text);
			const number = word === undefined ? NO_WORD : this.#number(word);
			for (let i = from; i < to; i++) {
				this.#word[i] = number;
				if (number !== NO_WORD) this.#places[number]!.push(i);
			}
			from = to;
		};
		for (let i = 1; i < tokens.length; i++) {
			if (!/^[\p{L}\p{N}'’]/u.test(textOf(tokens[i]!))) close(i);
			if (i % 2000 === 0) await pause();
		}
		if (tokens.length > 0) close(tokens.length);
	}

	#number(word: string): number {
		const known = this.#numbers.get(word);
		if (known !== undefined) return known;
		this.#numbers.set(word, this.#places.length);
		return this.#places.push([]) - 1;
	}

	async #readPeaks(
		statistics: ReadonlyMap<SaeId, Statistics>,
		pause: () => Promise<unknown>
	): Promise<void> {
		let first = 0;
		const length = this.#word.length;
		for (const [sae, own] of statistics) {
			this.#groups.push({ sae, statistics: own, first });
			first += own.peaks.length;
			for (let e = 0; e < own.peaks.length; e++) {
				const peak = own.peaks[e]!;
				if (peak >= 0 && peak < length) this.#offsets[peak + 2]!++;
			}
			await pause();
		}
		for (let p = 2; p < this.#offsets.length; p++) this.#offsets[p]! += this.#offsets[p - 1]!;
		this.#byPeak = new Uint32Array(this.#offsets.at(-1)!);
		// Until all are placed, `#offsets[p + 1]` is where the next of those that peak at p goes.
		for (const { statistics: own, first } of this.#groups) {
			for (let e = 0; e < own.peaks.length; e++) {
				const peak = own.peaks[e]!;
				if (peak >= 0 && peak < length) this.#byPeak[this.#offsets[peak + 1]!++] = first + e;
			}
			await pause();
		}
	}
}
