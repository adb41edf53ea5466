/** The unigram language model of SentencePiece: of all ways to write a text, the likeliest (Kudo 2018). */
import { unsound, type Component } from '../component';
import { byteIds, unwritable, type Model } from './vocabulary';

/** How much less likely what is unknown is than the unlikeliest entry. */
const PENALTY = 10;

export class Unigram implements Model {
	readonly entries = new Map<string, number>();
	readonly #scores: number[] = [];
	readonly unknown: number | null;
	readonly #bytes: boolean;
	readonly #unknownScore: number;
	/** The id of each entry, and -1 for each other beginning of one. */
	readonly #beginnings = new Map<string, number>();

	/** Throws a Problem for a vocabulary that is none. */
	constructor(component: Component) {
		for (const item of component.list('vocab')) {
			const [entry, score] = Array.isArray(item) ? (item as unknown[]) : [];
			if (typeof entry !== 'string' || typeof score !== 'number')
				throw unsound('an entry of the vocabulary has no score');
			this.entries.set(entry, this.#scores.length);
			this.#scores.push(score);
		}
		if (this.#scores.length === 0) throw unsound('the vocabulary is empty');
		const unknown = component.any('unk_id');
		this.unknown = unknown == null ? null : component.count('unk_id');
		if (this.unknown !== null && this.unknown >= this.#scores.length)
			throw unsound('unk_id is no entry of the vocabulary');
		this.#bytes = component.flag('byte_fallback', false);
		this.#unknownScore = this.#scores.reduce((a, b) => Math.min(a, b), Infinity) - PENALTY;
		for (const [entry, id] of this.entries) this.#grow(entry, id);
	}

	#grow(entry: string, id: number): void {
		for (let n = 1; n < entry.length; n++) {
			const beginning = entry.slice(0, n);
			if (!this.#beginnings.has(beginning)) this.#beginnings.set(beginning, -1);
		}
		if (entry) this.#beginnings.set(entry, id);
	}

	ids(text: string): number[] {
		return this.#pieces(text).flatMap((piece) => {
			const id = this.entries.get(piece);
			if (id !== undefined) return id;
			const bytes = this.#bytes ? byteIds(piece, this.entries) : null;
			if (bytes) return bytes;
			if (this.unknown === null) throw unwritable(piece);
			return this.unknown;
		});
	}

	/** The likeliest way to write a text; what is unknown and stands together is one piece. */
	#pieces(text: string): string[] {
		const n = text.length;
		const best = new Float64Array(n + 1);
		const from = new Int32Array(n + 1).fill(-1);
		const unknown = new Uint8Array(n + 1);
		const offer = (start: number, end: number, score: number, known: boolean) => {
			const sum = score + best[start]!;
			if (from[end] !== -1 && sum <= best[end]!) return;
			if (!known && this.unknown === null) throw unwritable(text.slice(start, end));
			best[end] = sum;
			from[end] = start;
			unknown[end] = known ? 0 : 1;
		};
		for (let start = 0; start < n;) {
			const width = text.codePointAt(start)! > 0xffff ? 2 : 1;
			let lone = false;
			for (let end = start + 1; end <= n; end++) {
				const id = this.#beginnings.get(text.slice(start, end));
				if (id === undefined) break;
				if (id === -1) continue;
				offer(start, end, this.#scores[id]!, id !== this.unknown);
				lone ||= end === start + width;
			}
			if (!lone) offer(start, start + width, this.#unknownScore, false);
			start += width;
		}
		const pieces: string[] = [];
		for (let end = n, open = false; end > 0; end = from[end]!) {
			const piece = text.slice(from[end], end);
			if (unknown[end] && open) pieces.push(piece + pieces.pop()!);
			else pieces.push(piece);
			open = unknown[end] === 1;
		}
		return pieces.reverse();
	}
}
