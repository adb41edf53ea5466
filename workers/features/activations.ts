/** Codes of SAEs over the texts that a pack brings, walked when first needed and kept. */
import type { SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import type { Run } from '../../src/core/calls';
import { largest } from '../../src/core/math/sampling';
import { byFeature, joined, type SparseColumns, type SparseRows } from '../../src/core/math/sparse';
import { correlations, momentsOf, overlaps, type Moments } from '../../src/core/flow/coactivation';
import { once } from '../calls/once';
import { tapsOf } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';

/** Tokens of the pack's texts on which activations are compared. */
const TOKENS = 20_000;
/** How often the thread lets messages in while features are compared. */
const BREATH_MS = 20;

/** The `k` features of another dictionary that are most alike, of each feature, best first. */
export interface Alike {
	/** [features × k]; −1 where no other is alike at all. */
	indices: Int32Array;
	/** [features × k]; 0 where no other is alike at all. */
	scores: Float32Array;
	tokens: number;
}

/** One SAE over the walked tokens, special ones left out. */
export interface Walked {
	rows: SparseRows;
	columns: SparseColumns;
	moments: Moments[];
	tokens: number;
}

/** Measures of activations, of one feature with every feature of another dictionary. */
const SCORES = {
	pearson: ({ columns, tokens }: Walked, feature: number, { rows, moments }: Walked) =>
		correlations(columns, feature, rows, moments, tokens),
	coactivation: ({ columns }: Walked, feature: number, { rows, moments }: Walked) =>
		overlaps(columns, feature, rows, moments)
};
type Together = keyof typeof SCORES;

export class Activity {
	readonly #walked = new Map<SaeId, Walked>();
	readonly #best = new Map<string, Promise<Alike>>();
	#documents: Promise<number[][]> | null = null;

	/** `most`: how many tokens are walked at most, whole documents. */
	constructor(
		readonly bench: Workbench,
		readonly most = TOKENS
	) {}

	/** The documents walked, each from its special token on. Throws a Problem for a pack without texts. */
	documents(): Promise<number[][]> {
		this.#documents ??= this.#choose();
		this.#documents.catch(() => (this.#documents = null));
		return this.#documents;
	}

	/**
	 * Walks the texts for those of the SAEs that have not been walked. Who needs several asks for all of them first:
	 * the model then reads the texts only once.
	 */
	async of(saes: SaeId[], run: Run): Promise<Map<SaeId, Walked>> {
		const missing = [...new Set(saes)].filter((id) => !this.#walked.has(id));
		if (missing.length > 0) await this.#walk(missing, run);
		return new Map(saes.map((id) => [id, this.#walked.get(id)!]));
	}

	/** How alike the activations of one feature and of all of `target` are over the texts. */
	async alike(
		measure: Together,
		feature: { sae: SaeId; index: number },
		target: SaeId,
		run: Run
	): Promise<{ scores: Float32Array; tokens: number }> {
		const walked = await this.of([feature.sae, target], run);
		const [own, other] = [walked.get(feature.sae)!, walked.get(target)!];
		return { scores: SCORES[measure](own, feature.index, other), tokens: own.tokens };
	}

	/** For each feature of `from` the `k` of `target` that are most alike. */
	best(
		measure: Together,
		{ from, target, k }: { from: SaeId; target: SaeId; k: number },
		run: Run
	): Promise<Alike> {
		const make = async () => {
			const walked = await this.of([from, target], run);
			const [own, other] = [walked.get(from)!, walked.get(target)!];
			const report = (done: number) =>
				run.progress({ phase: 'match', what: from, done, total: own.moments.length });
			return mostAlike(measure, own, other, k, report, run.signal);
		};
		return once(this.#best, `${measure} ${k} ${from} ${target}`, make, run.signal);
	}

	/** For each feature of `from` the feature of `target` that correlates most with it; −1 where none does. */
	async correlated(from: SaeId, target: SaeId, run: Run): Promise<Int32Array> {
		return (await this.best('pearson', { from, target, k: 1 }, run)).indices;
	}

	async #walk(ids: SaeId[], run: Run) {
		const { model, tokenizer } = this.bench;
		const documents = await this.documents();
		const saes = await this.bench.saes(ids, run.signal);
		const sites = tapsOf(saes.values());
		const parts = new Map<SaeId, SparseRows[]>(ids.map((id) => [id, []]));
		const total = documents.reduce((n, document) => n + document.length, 0);
		let done = 0;
		for (const document of documents) {
			run.progress({ phase: 'read', what: 'texts of the pack', done, total });
			const { taps } = await model.readOnce(document, sites, run.signal);
			const start = tokenizer.isSpecial(document[0]!) ? 1 : 0;
			for (const [id, sae] of saes) {
				const x = taps.get(sae.tap)!.subarray(start * model.width(sae.tap));
				if (x.length > 0) parts.get(id)!.push(await sae.encode(x, run.signal));
			}
			done += document.length;
			await breathe();
			run.signal.throwIfAborted();
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

async function mostAlike(
	measure: Together,
	own: Walked,
	other: Walked,
	k: number,
	report: (done: number) => void,
	signal?: AbortSignal
): Promise<Alike> {
	const features = own.moments.length;
	const indices = new Int32Array(features * k).fill(-1);
	const scores = new Float32Array(features * k);
	let breath = Date.now();
	for (let f = 0; f < features; f++) {
		if (own.moments[f]!.count === 0) continue;
		const found = SCORES[measure](own, f, other);
		const alike = largest(found, k).filter((feature) => found[feature]! > 0);
		indices.set(alike, f * k);
		scores.set(
			alike.map((feature) => found[feature]!),
			f * k
		);
		if (Date.now() - breath < BREATH_MS) continue;
		report(f);
		await breathe();
		signal?.throwIfAborted();
		breath = Date.now();
	}
	return { indices, scores, tokens: own.tokens };
}
