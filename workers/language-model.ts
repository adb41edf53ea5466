/** A language model at work: reads tokens in chunks, keeps its KV cache, taps sites, takes edits. */
import type { Site } from '../src/core/contract';
import { Problem } from '../src/core/errors';
import { attnOut, EMBEDDING, mlpOut, placeOf, residPost } from '../src/core/site';
import type { Architecture, Config } from './graph/architecture';
import { architectureOf } from './graph/architectures';
import { Graph, type Weight } from './graph/graph';
import { addInput, Stream, type EditedSae, type ModelShape } from './graph/stream';
import { breathe, Session, type Feed, type Kept, type SessionFiles } from './session';

/** Tokens of a prompt read in one run: short enough that a newer prompt need not wait long. */
const CHUNK = 32;
/** Graphs with edits inside that are kept ready. */
const VARIANTS = 3;

/** Where each of the model's tensors lies, and the files they lie in. */
export interface ModelWeights {
	weight(name: string): Weight;
	files: SessionFiles;
}

/** Edits ready for the graph. */
export interface Steering {
	/** Vectors added at every position where a site is written, `[dModel]` each. */
	adds: Map<Site, Float32Array>;
	/** SAEs whose edits depend on their activations. */
	edited: EditedSae[];
	/** Their inputs, by the graph's names. */
	feeds: Record<string, Feed>;
}

/** What the model has read so far, under one steering. */
export interface Cache {
	length: number;
	kept: Record<string, Kept>;
	/** null reads without any. */
	steering: Steering | null;
}

export interface Step {
	/** [vocab] after the last token. */
	logits: Float32Array;
	/** [tokens × dModel] for each site asked for. */
	taps: Map<Site, Float32Array>;
}

export class LanguageModel {
	readonly architecture: Architecture;
	readonly shape: ModelShape;
	readonly #variants = new Map<string, Promise<Session>>();

	constructor(
		readonly config: Config,
		readonly weights: ModelWeights
	) {
		this.architecture = architectureOf(config);
		this.shape = this.architecture.shape(config);
	}

	/** Every site that can be read, in the order of computation. */
	get sites(): Site[] {
		const blocks = Array.from({ length: this.shape.layers }, (_, l) => [
			attnOut(l),
			mlpOut(l),
			residPost(l)
		]);
		return [EMBEDDING, ...blocks.flat()];
	}

	/** Nothing read yet. */
	begin(steering: Steering | null = null): Cache {
		return { length: 0, kept: {}, steering };
	}

	/** Reads more tokens; the cache grows in place. Aborts between chunks. */
	async read(cache: Cache, ids: number[], sites: Site[], signal?: AbortSignal): Promise<Step> {
		if (cache.length + ids.length > this.shape.context)
			throw new Problem(
				'unsupported',
				`The model reads at most ${this.shape.context} tokens.`,
				'Shorten the prompt.'
			);
		const { dModel } = this.shape;
		const taps = new Map(sites.map((s) => [s, new Float32Array(ids.length * dModel)]));
		let logits = new Float32Array(0);
		for (let at = 0; at < ids.length; at += CHUNK) {
			const chunk = ids.slice(at, at + CHUNK);
			const step = await this.#run(cache, chunk, sites, signal);
			for (const site of sites) taps.get(site)!.set(step.data[site] as Float32Array, at * dModel);
			logits = step.data.logits as Float32Array<ArrayBuffer>;
			if (ids.length > 1) await breathe();
			signal?.throwIfAborted();
		}
		return { logits, taps };
	}

	/**
	 * A model in which the value of one site is given, not computed: what splicing an SAE's
	 * reconstruction in, or ablating a site, takes. Reads whole texts from their start; returns the last
	 * residual, `[tokens × dModel]`.
	 */
	async splice(site: Site): Promise<{
		run(ids: number[], value: Float32Array): Promise<Float32Array>;
		release(): Promise<void>;
	}> {
		const graph = new Graph();
		const weight = (name: string) => this.weights.weight(name);
		this.architecture.build(new Stream(graph, this.shape, weight, null, site), this.config);
		const session = await Session.create(graph.finish(), this.weights.files, []);
		const last = residPost(this.shape.layers - 1);
		return {
			run: async (ids, value) => {
				const { dModel } = this.shape;
				const feeds = {
					...this.#inputs(session, ids, 0, {}),
					replace: { data: value, dims: [1, ids.length, dModel] }
				};
				// The last residual's own tap lies before its replacement.
				if (site === last) return value;
				return (await session.run(feeds, [last])).data[last] as Float32Array;
			},
			release: () => session.release()
		};
	}

	/** Frees what a cache keeps; needed on a GPU, harmless elsewhere. */
	forget(cache: Cache): void {
		for (const tensor of Object.values(cache.kept)) tensor.dispose();
		cache.kept = {};
		cache.length = 0;
	}

	async release(): Promise<void> {
		for (const session of this.#variants.values()) await (await session).release();
		this.#variants.clear();
	}

	async #run(cache: Cache, ids: number[], sites: Site[], signal?: AbortSignal) {
		const { steering } = cache;
		const session = await this.#session(steering?.edited ?? null, signal);
		const feeds: Record<string, Feed | Kept> = {
			...this.#inputs(session, ids, cache.length, cache.kept),
			...(steering && this.#steeringFeeds(steering))
		};
		const presents = this.#presents();
		const out = await session.run(feeds, ['logits', ...presents, ...sites], signal);
		for (const tensor of Object.values(cache.kept)) tensor.dispose();
		cache.kept = out.kept;
		cache.length += ids.length;
		return out;
	}

	/** Tokens and KV cache as the graph takes them. */
	#inputs(session: Session, ids: number[], past: number, kept: Record<string, Kept>) {
		const total = past + ids.length;
		const feeds: Record<string, Feed | Kept> = {
			ids: { data: BigInt64Array.from(ids, BigInt), dims: [1, ids.length] },
			seqlens_k: { data: Int32Array.of(total - 1), dims: [1] },
			total_sequence_length: { data: Int32Array.of(total), dims: [1] }
		};
		const { layers, kvHeads, dHead } = this.shape;
		for (let l = 0; l < layers; l++)
			for (const part of ['key', 'value'])
				feeds[`past.${l}.${part}`] =
					kept[`present.${l}.${part}`] ?? session.empty([1, kvHeads, 0, dHead]);
		return feeds;
	}

	#steeringFeeds({ adds, edited, feeds }: Steering): Record<string, Feed> {
		const { dModel } = this.shape;
		const all: Record<string, Feed> = { ...feeds };
		for (const site of this.sites) {
			// After the MLP the graph adds once, but where it must look at the residual before it adds to it.
			if (placeOf(site)!.kind === 'resid' && !edited.some((e) => e.site === site)) continue;
			all[addInput(site)] = { data: adds.get(site) ?? new Float32Array(dModel), dims: [dModel] };
		}
		return all;
	}

	#presents(): string[] {
		const layers = Array.from({ length: this.shape.layers }, (_, l) => l);
		return layers.flatMap((l) => [`present.${l}.key`, `present.${l}.value`]);
	}

	/** The session whose graph holds these SAEs' edits; made when first needed. */
	#session(edited: EditedSae[] | null, signal?: AbortSignal): Promise<Session> {
		const key = edited ? `steered ${edited.map((e) => e.id).join(' ')}` : '';
		const ready = this.#variants.get(key);
		if (ready) return ready;
		const session = Session.create(
			this.#graph(edited),
			this.#files(edited),
			this.#presents(),
			signal
		);
		this.#variants.set(key, session);
		session.catch(() => this.#variants.delete(key));
		const spare = [...this.#variants.keys()].filter((k) => k !== '' && k !== key);
		for (const old of spare.slice(0, Math.max(0, spare.length + 2 - VARIANTS))) {
			const stale = this.#variants.get(old)!;
			this.#variants.delete(old);
			void stale.then((s) => s.release()).catch(() => undefined);
		}
		return session;
	}

	#graph(edited: EditedSae[] | null): Uint8Array {
		const graph = new Graph();
		const weight = (name: string) => this.weights.weight(name);
		this.architecture.build(new Stream(graph, this.shape, weight, edited), this.config);
		return graph.finish();
	}

	#files(edited: EditedSae[] | null): SessionFiles {
		return Object.assign(
			{},
			this.weights.files,
			...(edited ?? []).map((e) => e.files)
		) as SessionFiles;
	}
}
