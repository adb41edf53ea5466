/** Codes of SAEs over the texts that a pack brings, walked when first needed and kept. */
import type { Progress, SaeId } from '../src/core/contract';
import { Problem } from '../src/core/errors';
import { byFeature, joined, type SparseColumns, type SparseRows } from '../src/core/sparse';
import { momentsOf, type Moments } from '../src/core/together';
import { tapOf } from '../src/core/site';
import { breathe } from './session';
import type { Workbench } from './workbench';

/** One SAE over the walked tokens, special ones left out. */
export interface Walked {
	rows: SparseRows;
	columns: SparseColumns;
	moments: Moments[];
	tokens: number;
}

export type OnProgress = (progress: Progress) => void;

export class Activity {
	readonly #walked = new Map<SaeId, Walked>();
	#documents: Promise<number[][]> | null = null;

	/** `most`: how many tokens are walked at most, whole documents. */
	constructor(
		readonly bench: Workbench,
		readonly most: number
	) {}

	/** The documents walked, each from its special token on. Throws a Problem for a pack without texts. */
	documents(): Promise<number[][]> {
		this.#documents ??= this.#choose();
		this.#documents.catch(() => (this.#documents = null));
		return this.#documents;
	}

	/** Walks the texts for those of the SAEs that have not been walked. */
	async of(
		saes: SaeId[],
		signal?: AbortSignal,
		onProgress: OnProgress = () => undefined
	): Promise<Map<SaeId, Walked>> {
		const missing = [...new Set(saes)].filter((id) => !this.#walked.has(id));
		if (missing.length > 0) await this.#walk(missing, signal, onProgress);
		return new Map(saes.map((id) => [id, this.#walked.get(id)!]));
	}

	async #walk(ids: SaeId[], signal: AbortSignal | undefined, onProgress: OnProgress) {
		const { model, tokenizer } = this.bench;
		const documents = await this.documents();
		const saes = await this.bench.saes(ids, signal);
		const sites = [...new Set([...saes.values()].map((sae) => tapOf(sae.info.site)))];
		const parts = new Map<SaeId, SparseRows[]>(ids.map((id) => [id, []]));
		const total = documents.reduce((n, document) => n + document.length, 0);
		const { dModel } = model.shape;
		let done = 0;
		for (const document of documents) {
			onProgress({ phase: 'read', what: 'texts of the pack', done, total });
			const cache = model.begin();
			const { taps } = await model.read(cache, document, sites, signal);
			model.forget(cache);
			const start = tokenizer.isSpecial(document[0]!) ? 1 : 0;
			for (const [id, sae] of saes) {
				const x = taps.get(tapOf(sae.info.site))!.subarray(start * dModel);
				if (x.length > 0) parts.get(id)!.push(await sae.encode(x, signal));
			}
			done += document.length;
			await breathe();
			signal?.throwIfAborted();
		}
		for (const [id, sae] of saes) {
			const rows = joined(parts.get(id)!);
			const features = sae.wDec.rows;
			const columns = byFeature(rows, features);
			const moments = Array.from({ length: features }, (_, f) => momentsOf(columns, f));
			this.#walked.set(id, { rows, columns, moments, tokens: rows.offsets.length - 1 });
		}
	}

	async #choose(): Promise<number[][]> {
		const texts = await this.bench.texts();
		if (!texts)
			throw new Problem(
				'unsupported',
				'This pack brings no texts on which features could be watched.',
				'Use a pack with example texts.'
			);
		const chosen: number[][] = [];
		let tokens = 0;
		for (const document of texts.documents()) {
			const fitting = document.slice(0, this.bench.model.shape.context);
			if (fitting.length < 2) continue;
			if (tokens + fitting.length > this.most && chosen.length > 0) break;
			chosen.push(fitting);
			tokens += fitting.length;
		}
		return chosen;
	}
}
