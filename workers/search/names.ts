/** Names of features, of all SAEs: whole names at once, words of names by their index. */
import type { FeatureId, SaeId } from '../../src/core/names/ids';
import { featureId } from '../../src/core/names/site';
import type { Label } from '../../src/core/features/feature';
import type { Hit } from '../../src/core/search/merging';
import { plainName } from '../../src/core/search/words';
import { NameIndex } from './name-index';

interface Holder {
	id: FeatureId;
	sae: SaeId;
	score: number;
}

export class Names {
	readonly #texts: string[] = [];
	/** By the place of the name. */
	readonly #holders: Holder[][] = [];
	readonly #places = new Map<string, number>();
	#index!: NameIndex;

	/** Each name is one entry, however many features have it. */
	static async of(
		labels: ReadonlyMap<SaeId, ReadonlyMap<number, Label>>,
		pause: () => Promise<unknown>
	): Promise<Names> {
		const made = new Names();
		for (const [sae, own] of labels) {
			for (const [index, label] of own) made.#add(featureId(sae, index), sae, label);
			await pause();
		}
		for (const holders of made.#holders) holders.sort((a, b) => b.score - a.score);
		made.#index = await NameIndex.of(made.#texts, pause);
		return made;
	}

	/** `accepts`: of a feature, whether it may be found. */
	find(text: string, accepts: (id: FeatureId) => boolean, most: number): Hit[] {
		const exact = this.#places.get(plainName(text));
		const hits: Hit[] = [];
		const take = (place: number, confidence: number) => {
			for (const { id, score } of this.#holders[place]!) {
				if (hits.length >= most) return;
				if (!accepts(id)) continue;
				// Among those of one name the one whose name holds best comes first.
				const own = confidence * (0.9 + 0.1 * score);
				hits.push({ id, score: own, confidence: own, why: `named “${this.#texts[place]!}”` });
			}
		};
		if (exact !== undefined) take(exact, 0.95);
		for (const { place, share } of this.#index.find(text))
			if (place !== exact) take(place, 0.2 + 0.55 * share);
		return hits;
	}

	#add(id: FeatureId, sae: SaeId, { text, score }: Label): void {
		const plain = plainName(text);
		let place = this.#places.get(plain);
		if (place === undefined) {
			place = this.#texts.push(bare(text)) - 1;
			this.#places.set(plain, place);
			this.#holders.push([]);
		}
		this.#holders[place]!.push({ id, sae, score: score ?? 0.5 });
	}
}

/** Without quotation marks around all of it: the sentence has its own. */
const bare = (text: string): string => text.trim().replace(/^“([^“”]+)”$/u, '$1');
