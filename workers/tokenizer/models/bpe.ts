/** Byte-pair encoding: pairs are joined, the earliest merge of the list first (Sennrich et al. 2016). */
import { unsound, type Component } from '../component';
import { Heap } from './heap';
import { byteIds, entriesOf, unwritable, type Model } from './vocabulary';

/** Words whose tokens are kept, and how long they may be. */
const KEPT = 20_000;
const LONGEST_KEPT = 64;
/** Ids, merges and positions are parts of one whole number that a float64 holds exactly. */
const IDS = 2 ** 26;
const POSITIONS = 2 ** 30;

export class Bpe implements Model {
	readonly entries: Map<string, number>;
	/** The place in the list of merges, by pair of ids. */
	readonly #ranks = new Map<number, number>();
	/** The id that a merge makes, by its place. */
	readonly #made: number[] = [];
	readonly #unknown: string | null;
	readonly #fuses: boolean;
	readonly #bytes: boolean;
	readonly #whole: boolean;
	readonly #prefix: string;
	readonly #suffix: string;
	readonly #kept = new Map<string, number[]>();

	/** Throws a Problem for a merge that makes no entry, and for dropout, which draws tokens at random. */
	constructor(component: Component) {
		const dropout = component.any('dropout');
		if (dropout != null && dropout !== 0) throw component.refuse('the option dropout');
		this.entries = entriesOf(component.any('vocab'));
		const unknown = component.any('unk_token');
		this.#unknown = unknown == null ? null : component.text('unk_token');
		this.#fuses = component.flag('fuse_unk', false);
		this.#bytes = component.flag('byte_fallback', false);
		this.#whole = component.flag('ignore_merges', false);
		this.#prefix = component.text('continuing_subword_prefix', '');
		this.#suffix = component.text('end_of_word_suffix', '');
		this.#read(component.list('merges'));
	}

	get unknown(): number | null {
		return this.#unknown === null ? null : (this.entries.get(this.#unknown) ?? null);
	}

	ids(word: string): number[] {
		const whole = this.#whole ? this.entries.get(word) : undefined;
		if (whole !== undefined) return [whole];
		const kept = this.#kept.get(word);
		if (kept) return kept;
		const ids = this.#merged(this.#symbols(word));
		if (word.length <= LONGEST_KEPT) {
			if (this.#kept.size >= KEPT) this.#kept.clear();
			this.#kept.set(word, ids);
		}
		return ids;
	}

	#read(merges: unknown[]): void {
		for (const merge of merges) {
			if (typeof merge === 'string' && merge.startsWith('#version')) continue;
			const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
			if (!Array.isArray(pair) || pair.length !== 2) throw unsound('a merge is no pair');
			const [left, right] = pair.map(String) as [string, string];
			const made = left + right.slice(this.#prefix.length);
			const ids = [left, right, made].map((entry) => {
				const id = this.entries.get(entry);
				if (id === undefined || id >= IDS)
					throw unsound(`a merge uses “${entry}”, which is no entry of the vocabulary`);
				return id;
			});
			this.#ranks.set(ids[0]! * IDS + ids[1]!, this.#made.length);
			this.#made.push(ids[2]!);
		}
	}

	/** The ids of the characters; of those that are no entry, of their bytes, or of what is unknown. */
	#symbols(word: string): number[] {
		const ids: number[] = [];
		// What is unknown waits for the next entry, in case more of it follows.
		let waiting: number | null = null;
		const characters = Array.from(word);
		characters.forEach((character, i) => {
			let entry = i === 0 ? character : this.#prefix + character;
			if (i === characters.length - 1) entry += this.#suffix;
			const id = this.entries.get(entry);
			if (id !== undefined) {
				if (waiting !== null) ids.push(waiting);
				waiting = null;
				ids.push(id);
				return;
			}
			const bytes = this.#bytes ? byteIds(entry, this.entries) : null;
			if (bytes) {
				ids.push(...bytes);
				return;
			}
			if (this.#unknown === null) return;
			if (waiting !== null && this.#fuses) return;
			if (waiting !== null) ids.push(waiting);
			waiting = this.entries.get(this.#unknown) ?? null;
			if (waiting === null) throw unwritable(character);
		});
		if (waiting !== null) ids.push(waiting);
		return ids;
	}

	/** The ids after all merges. */
	#merged(ids: number[]): number[] {
		const last = ids.length - 1;
		if (last < 1 || this.#made.length === 0) return ids;
		const before = Int32Array.from(ids, (_, i) => i - 1);
		const after = Int32Array.from(ids, (_, i) => (i < last ? i + 1 : -1));
		const gone = new Uint8Array(ids.length);
		const heap = new Heap();
		const offer = (at: number, next: number) => {
			const rank = this.#ranks.get(ids[at]! * IDS + ids[next]!);
			if (rank !== undefined) heap.push(rank * POSITIONS + at);
		};
		for (let i = 0; i < last; i++) offer(i, i + 1);
		while (heap.size > 0) {
			const top = heap.pop();
			const at = top % POSITIONS;
			const made = this.#made[(top - at) / POSITIONS]!;
			const next = after[at]!;
			if (gone[at] || next === -1) continue;
			// Another merge may have changed the pair since.
			const rank = this.#ranks.get(ids[at]! * IDS + ids[next]!);
			if (rank === undefined || this.#made[rank] !== made) continue;
			ids[at] = made;
			gone[next] = 1;
			const beyond = after[next]!;
			after[at] = beyond;
			if (beyond !== -1) before[beyond] = at;
			if (before[at]! >= 0) offer(before[at]!, at);
			if (beyond !== -1) offer(at, beyond);
		}
		return ids.filter((_, i) => !gone[i]);
	}
}
