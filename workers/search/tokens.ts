/** Features by tokens: those that promote one, and those that read it. */
import type { SaeId } from '../../src/core/names/ids';
import { featureId, isInStream } from '../../src/core/names/site';
import { row, times, type Matrix } from '../../src/core/math/matrix';
import { largest } from '../../src/core/math/sampling';
import type { Hit } from '../../src/core/search/merging';
import { plainName } from '../../src/core/search/words';
import type { Tokenizer } from '../model/tokenizer';
import type { Sae } from '../sae/sae';
import type { Statistics } from '../packs/statistics';

/** Token ids by their text in lower case, without the spaces around it. */
export class TokenForms {
	readonly #forms = new Map<string, number[]>();

	static async of(
		tokenizer: Tokenizer,
		vocabSize: number,
		pause: () => Promise<unknown>
	): Promise<TokenForms> {
		const made = new TokenForms();
		for (let id = 0; id < vocabSize; id++) {
			const form = plainName(tokenizer.text(id)) || tokenizer.text(id);
			const own = made.#forms.get(form);
			if (own) own.push(id);
			else made.#forms.set(form, [id]);
			if (id % 1000 === 0) await pause();
		}
		return made;
	}

	/** “sea” is `sea`, ` sea`, `Sea` and ` Sea`, as far as the vocabulary has them. */
	of(text: string): number[] {
		return this.#forms.get(text) ?? this.#forms.get(plainName(text)) ?? [];
	}
}

/** Row `token` of a table less the mean over the vocabulary. */
export function centredRow(table: Matrix, mean: Float32Array, token: number): Float32Array {
	return row(table, token).map((x, c) => x - mean[c]!);
}

export function meanRow({ rows, columns, data }: Matrix): Float32Array {
	const sums = new Float64Array(columns);
	for (let i = 0; i < data.length; i++) sums[i % columns]! += data[i]!;
	return Float32Array.from(sums, (sum) => sum / rows);
}

/** Features that list one of `tokens` among those they promote, by its place there: the first scores 1. */
export function promoters(
	statistics: Statistics,
	tokens: ReadonlySet<number>,
	accepts: (index: number) => boolean
): { index: number; place: number; token: number }[] {
	const { listed, promoted } = statistics;
	const found: { index: number; place: number; token: number }[] = [];
	for (let i = 0; i < promoted.length; i++) {
		if (!tokens.has(promoted[i]!)) continue;
		const index = Math.floor(i / listed);
		// The first place of a feature counts.
		if (found.at(-1)?.index === index || !accepts(index)) continue;
		found.push({ index, place: i % listed, token: promoted[i]! });
	}
	return found;
}

/** The features of an SAE whose unit decoder rows add most along `direction`. */
export function strongestAlong(
	sae: Sae,
	direction: Float32Array,
	most: number,
	accepts: (index: number) => boolean
): { index: number; value: number }[] {
	if (sae.unit.columns !== direction.length) return [];
	return top(times(sae.unit, direction), most, accepts);
}

export function top(
	values: Float32Array,
	most: number,
	accepts: (index: number) => boolean
): { index: number; value: number }[] {
	const open = values.map((value, index) => (accepts(index) ? value : -Infinity));
	return largest(open, most)
		.filter((index) => open[index]! > -Infinity)
		.map((index) => ({ index, value: open[index]! }));
}

/** Features whose encoder points along one of some tokens' embeddings. */
export function readers(
	sae: Sae,
	embedded: readonly Float32Array[],
	most: number,
	accepts: (index: number) => boolean
): { index: number; value: number }[] {
	// What is read elsewhere than in the stream has no direction in common with the embedding.
	if (!isInStream(sae.tap)) return [];
	const each = sae.encoder.cosines(embedded);
	const largest = each[0]!.map((_, index) => Math.max(...each.map((values) => values[index]!)));
	return top(largest, most, accepts).filter(({ value }) => value > 0);
}

const ORDINAL = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];
export const placeInWords = (place: number): string => ORDINAL[place] ?? `${place + 1}th`;

export const hitOf = (
	sae: SaeId,
	index: number,
	score: number,
	confidence: number,
	why: string
): Hit => ({ id: featureId(sae, index), score, confidence, why });
