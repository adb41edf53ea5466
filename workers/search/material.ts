/** What searching needs of a pack, read in short pieces of work when first needed, and kept while the pack is open. */
import type { SaeId } from '../../src/core/names/ids';
import type { Label } from '../../src/core/features/feature';
import { parseFeatureId } from '../../src/core/names/site';
import type { Matrix } from '../../src/core/math/matrix';
import { once } from '../calls/once';
import { timeSlices } from '../runtime/time-slices';
import type { Workbench } from '../packs/open-pack';
import type { Statistics } from '../packs/statistics';
import { ExampleWords } from './example-words';
import { Names } from './names';
import { centredRow, meanRow, TokenForms } from './tokens';

/** Milliseconds of work after which other work is let in. */
const SLICE = 8;

export class Material {
	readonly #kept = new Map<string, Promise<unknown>>();
	#ownOf: Workbench['own'] | null = null;

	constructor(readonly bench: Workbench) {}

	/** A reader's own names; those of before are forgotten when they change. */
	own(): Promise<Names> {
		const { own } = this.bench;
		if (own !== this.#ownOf) this.#kept.delete('own');
		this.#ownOf = own;
		return this.#keep('own', (pause) => {
			const labels = new Map<SaeId, Map<number, Label>>();
			for (const [id, label] of own) {
				const { sae, index } = parseFeatureId(id)!;
				labels.set(sae, (labels.get(sae) ?? new Map<number, Label>()).set(index, label));
			}
			return Names.of(labels, pause);
		});
	}

	names(): Promise<Names> {
		return this.#keep('names', async (pause) => {
			const labels = new Map<SaeId, NonNullable<Awaited<ReturnType<Workbench['labels']>>>>();
			for (const id of this.bench.saeIds) {
				const own = await this.bench.labels(id);
				if (own) labels.set(id, own);
				await pause();
			}
			return Names.of(labels, pause);
		});
	}

	tokens(): Promise<TokenForms> {
		const { tokenizer, model } = this.bench;
		return this.#keep('tokens', (pause) => TokenForms.of(tokenizer, model.shape.vocabSize, pause));
	}

	/** Of the SAEs that have them. */
	statistics(): Promise<Map<SaeId, Statistics>> {
		return this.#keep('statistics', async (pause) => {
			const found = new Map<SaeId, Statistics>();
			for (const id of this.bench.saeIds) {
				const own = await this.bench.statistics(id);
				if (own) found.set(id, own);
				await pause();
			}
			return found;
		});
	}

	/** null for a pack without texts. */
	examples(): Promise<ExampleWords | null> {
		return this.#keep('examples', async (pause) => {
			const texts = await this.bench.texts();
			return texts && ExampleWords.of(texts, await this.statistics(), this.bench.tokenizer, pause);
		});
	}

	/** Embedding of a token, centred over the vocabulary. */
	async embedded(token: number): Promise<Float32Array> {
		const table = this.bench.embedding;
		return centredRow(table, await this.#mean('embedding', table), token);
	}

	/** What adds to the logit of a token: gain × unembedding, centred over the vocabulary. */
	async writes(token: number): Promise<Float32Array> {
		const table = this.bench.unembedding;
		const { finalGain } = this.bench;
		const row = centredRow(table, await this.#mean('unembedding', table), token);
		return row.map((x, c) => x * finalGain[c]!);
	}

	#mean(name: string, table: Matrix): Promise<Float32Array> {
		return this.#keep(`mean ${name}`, () => Promise.resolve(meanRow(table)));
	}

	#keep<T>(name: string, make: (pause: () => Promise<boolean>) => Promise<T>): Promise<T> {
		return once(this.#kept as Map<string, Promise<T>>, name, () => make(timeSlices(SLICE)));
	}
}
