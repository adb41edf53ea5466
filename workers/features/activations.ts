/** Codes of SAEs over the texts that a pack brings, read when first needed and kept. */
import type { SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import type { Run } from '../../src/core/calls';
import { largest } from '../../src/core/math/sampling';
import { correlations, momentsOf, overlaps, type Moments } from '../../src/core/flow/coactivation';
import { once } from '../calls/once';
import { codesOfTexts, type TextCodes } from '../sae/encode-texts';
import type { Codes } from '../sae/codes';
import { timeSlices } from '../runtime/time-slices';
import type { Workbench } from '../packs/open-pack';

/** Tokens of the pack's texts on which activations are compared. */
const TOKENS = 20_000;
/** Milliseconds of work after which other work is let in. */
const SLICE = 20;

/** Of each feature, the `k` features of another SAE with the highest scores, best first. */
export interface Alike {
	/** [features × k]; −1 where no score is above 0. */
	indices: Int32Array;
	/** [features × k]; 0 where no score is above 0. */
	scores: Float32Array;
	tokens: number;
}

/** Codes of an SAE over the texts, special tokens left out. */
export interface SaeActivity extends TextCodes {
	moments: Moments[];
	tokens: number;
}

/** Scores of one feature with every feature of another SAE. */
const SCORES = {
	pearson: ({ columns, tokens }: SaeActivity, feature: number, { rows, moments }: SaeActivity) =>
		correlations(columns, feature, rows, moments, tokens),
	coactivation: ({ columns }: SaeActivity, feature: number, { rows, moments }: SaeActivity) =>
		overlaps(columns, feature, rows, moments)
};
type Together = keyof typeof SCORES;

export class Activity {
	readonly #activity = new Map<SaeId, SaeActivity>();
	readonly #best = new Map<string, Promise<Alike>>();
	#documents: Promise<number[][]> | null = null;

	/** `most`: how many tokens are read at most, in whole documents. */
	constructor(
		readonly bench: Workbench,
		readonly most = TOKENS
	) {}

	/** The documents read, each from its special token on. Throws a Problem for a pack without texts. */
	documents(): Promise<number[][]> {
		this.#documents ??= this.#choose();
		this.#documents.catch(() => (this.#documents = null));
		return this.#documents;
	}

	/** What is known already of an SAE, without reading. */
	known(sae: SaeId): SaeActivity | null {
		return this.#activity.get(sae) ?? null;
	}

	/**
	 * What is not known yet is read. Ask for all SAEs at once: the model then reads the texts only once. `onCodes` is told of
	 * each text that is read, in order.
	 */
	async of(
		saes: SaeId[],
		run: Run,
		onCodes?: (codes: Map<SaeId, Codes>) => void
	): Promise<Map<SaeId, SaeActivity>> {
		const missing = [...new Set(saes)].filter((id) => !this.#activity.has(id));
		if (missing.length > 0) await this.#read(missing, run, onCodes);
		return new Map(saes.map((id) => [id, this.#activity.get(id)!]));
	}

	/** How alike the activations of one feature and of all of `target` are over the texts. */
	async alike(
		measure: Together,
		feature: { sae: SaeId; index: number },
		target: SaeId,
		run: Run
	): Promise<{ scores: Float32Array; tokens: number }> {
		const active = await this.of([feature.sae, target], run);
		const [own, other] = [active.get(feature.sae)!, active.get(target)!];
		return { scores: SCORES[measure](own, feature.index, other), tokens: own.tokens };
	}

	/** For each feature of `from` the `k` of `target` that are most alike. */
	best(
		measure: Together,
		{ from, target, k }: { from: SaeId; target: SaeId; k: number },
		run: Run
	): Promise<Alike> {
		const make = async () => {
			const active = await this.of([from, target], run);
			const [own, other] = [active.get(from)!, active.get(target)!];
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

	async #read(
		ids: SaeId[],
		{ signal, progress }: Run,
		onCodes: (codes: Map<SaeId, Codes>) => void = () => undefined
	) {
		const documents = await this.documents();
		const saes = await this.bench.saes(ids, signal);
		const tokens = (texts: number[][]) => texts.reduce((n, { length }) => n + length, 0);
		const total = tokens(documents);
		const onText = (done: number, codes: Map<SaeId, Codes>) => {
			progress({
				...{ phase: 'read', what: 'texts of the pack' },
				...{ done: tokens(documents.slice(0, done)), total }
			});
			if (codes.size > 0) onCodes(codes);
		};
		const reading = { chunks: true, signal };
		for (const [id, codes] of await codesOfTexts(this.bench, saes, documents, reading, onText)) {
			const { rows, columns } = codes;
			const features = columns.offsets.length - 1;
			const moments = Array.from({ length: features }, (_, f) => momentsOf(columns, f));
			this.#activity.set(id, { rows, columns, moments, tokens: rows.offsets.length - 1 });
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
	own: SaeActivity,
	other: SaeActivity,
	k: number,
	report: (done: number) => void,
	signal?: AbortSignal
): Promise<Alike> {
	const features = own.moments.length;
	const indices = new Int32Array(features * k).fill(-1);
	const scores = new Float32Array(features * k);
	const pause = timeSlices(SLICE, signal);
	for (let f = 0; f < features; f++) {
		if (own.moments[f]!.count === 0) continue;
		const found = SCORES[measure](own, f, other);
		const alike = largest(found, k).filter((feature) => found[feature]! > 0);
		indices.set(alike, f * k);
		scores.set(
			alike.map((feature) => found[feature]!),
			f * k
		);
		if (await pause()) report(f);
	}
	return { indices, scores, tokens: own.tokens };
}
