/** How a logit, or a difference of two, changes with the stream: its gradient at every site and token. */
import type { Site } from '../../src/core/names/ids';
import { Graph } from '../graph/graph';
import { gradients } from '../graph/gradient';
import { addSites } from '../graph/stream-inputs';
import { writtenAt, type LanguageModel } from '../model/language-model';
import { LazySession } from '../runtime/lazy-session';
import { breathe, Session } from '../runtime/session';

/** Weights of the logits after the last token, by token: m = Σ weight · logit. */
export type Metric = ReadonlyMap<number, number>;

export interface Gradients {
	/** m of each text, and its logits after the last token, `[vocab]`. */
	metric: number[];
	logits: Float32Array[];
	/** ∂m/∂x at each site, `[texts × tokens × dModel]`. */
	at: Map<Site, Float32Array>;
	/** x itself, of the same shape, with what was added there. */
	taps: Map<Site, Float32Array>;
}

/** What is added to the stream of each text: by site, `[tokens × dModel]`. */
export type Adds = ReadonlyMap<Site, Float32Array>;

const gradientAt = (site: Site): string => `gradient.${site}`;

/** Numbers that one run may take and give at its sites: more texts are read one after the other. */
const NUMBERS = 2e7;

export class ModelGradients {
	readonly #session = new LazySession(() => this.#open());
	readonly #forward = new LazySession(() => {
		const g = new Graph();
		this.model.plainStream(g);
		return Session.create(g.finish(['logits']), this.model.weights.files);
	});

	constructor(readonly model: LanguageModel) {}

	/** Of the text `ids`, once for each of `adds`, at `sites`. */
	async run(
		ids: number[],
		metric: Metric,
		adds: Adds[],
		sites: Site[],
		signal?: AbortSignal
	): Promise<Gradients> {
		const { dModel } = this.model.shape;
		const size = ids.length * dModel;
		const all = addSites(this.model.shape.layers, []);
		const rows = this.#rows(ids.length, all.length + 2 * sites.length);
		const whole = () =>
			new Map(sites.map((site) => [site, new Float32Array(adds.length * size)] as const));
		const found: Gradients = { metric: [], logits: [], at: whole(), taps: whole() };
		const session = await this.#session.get();
		for (let from = 0; from < adds.length; from += rows) {
			const part = adds.slice(from, from + rows);
			const { data } = await session.run(
				{
					...this.model.textFeeds(
						session,
						part.map(() => ids)
					),
					adds: this.#added(part, ids.length, all),
					seed: { data: seedOf(metric, this.model), dims: [1, 1, this.model.shape.vocabSize] }
				},
				['logits', ...sites, ...sites.map(gradientAt)],
				signal
			);
			const logits = data.logits as Float32Array;
			const { vocabSize } = this.model.shape;
			for (let r = 0; r < part.length; r++) {
				found.metric.push(metricOf(logits, r, metric, this.model));
				found.logits.push(logits.subarray(r * vocabSize, (r + 1) * vocabSize));
			}
			for (const site of sites) {
				found.taps.get(site)!.set(data[site] as Float32Array, from * size);
				found.at.get(site)!.set(data[gradientAt(site)] as Float32Array, from * size);
			}
			await breathe();
			signal?.throwIfAborted();
		}
		return found;
	}

	/** m alone, of the text once for each of `adds`. */
	async metrics(
		ids: number[],
		metric: Metric,
		adds: Adds[],
		signal?: AbortSignal
	): Promise<number[]> {
		const rows = await this.logits(ids, adds, signal);
		return rows.map((logits) => metricOf(logits, 0, metric, this.model));
	}

	/** Logits after the last token, `[vocab]`, of the text once for each of `adds`. */
	async logits(ids: number[], adds: Adds[], signal?: AbortSignal): Promise<Float32Array[]> {
		const session = await this.#forward.get();
		const all = addSites(this.model.shape.layers, []);
		const rows = this.#rows(ids.length, all.length);
		const found: Float32Array[] = [];
		const { vocabSize } = this.model.shape;
		for (let from = 0; from < adds.length; from += rows) {
			const part = adds.slice(from, from + rows);
			const texts = part.map(() => ids);
			const feeds = {
				...this.model.textFeeds(session, texts),
				adds: this.#added(part, ids.length, all)
			};
			const { data } = await session.run(feeds, ['logits'], signal);
			const logits = data.logits as Float32Array;
			for (let r = 0; r < part.length; r++)
				found.push(logits.subarray(r * vocabSize, (r + 1) * vocabSize));
			await breathe();
			signal?.throwIfAborted();
		}
		return found;
	}

	async release(): Promise<void> {
		await this.#session.release();
		await this.#forward.release();
	}

	/** Texts that one run takes. */
	#rows(tokens: number, sites: number): number {
		return Math.max(1, Math.floor(NUMBERS / (tokens * this.model.shape.dModel * sites)));
	}

	#added(adds: Adds[], tokens: number, sites: Site[]) {
		const { dModel } = this.model.shape;
		const size = tokens * dModel;
		const data = new Float32Array(adds.length * sites.length * size);
		adds.forEach((of, r) => {
			for (const [site, values] of of) {
				const at = (r * sites.length + sites.indexOf(writtenAt(site))) * size;
				for (let i = 0; i < size; i++) data[at + i]! += values[i]!;
			}
		});
		return { data, dims: [adds.length, sites.length, tokens, dModel] };
	}

	async #open(): Promise<Session> {
		const { model } = this;
		const g = new Graph();
		const stream = model.plainStream(g);
		const seed = g.input('seed', 'float32', [1, 1, model.shape.vocabSize]);
		const values = new Map(model.sites.map((site) => [site, stream.at(site)!]));
		const found = gradients(g, new Map([[stream.logits, seed]]), [...values.values()]);
		for (const [site, value] of values)
			g.output(gradientAt(site), found.get(value)!, 'float32', ['B', 'S', model.shape.dModel]);
		const wanted = ['logits', ...model.sites, ...model.sites.map(gradientAt)];
		return Session.create(g.finish(wanted), model.weights.files);
	}
}

/** m as weights of all logits, `[vocab]`. */
export function seedOf(metric: Metric, { shape }: LanguageModel): Float32Array {
	const seed = new Float32Array(shape.vocabSize);
	for (const [token, weight] of metric) seed[token]! += weight;
	return seed;
}

/** m of a row of logits after the last token, `[rows × vocab]`. */
export function metricOf(
	logits: Float32Array,
	row: number,
	metric: Metric,
	{ shape }: LanguageModel
): number {
	const at = row * shape.vocabSize;
	return [...metric].reduce((sum, [token, weight]) => sum + weight * logits[at + token]!, 0);
}
