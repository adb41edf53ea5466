/** A language model at work: reads tokens in chunks, keeps its KV cache, taps sites, takes edits. */
import type { Site } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { attnOut, EMBEDDING, mlpOut, placeOf, residPost } from '../../src/core/names/site';
import type { Architecture } from '../graph/families/family';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';
import { maskFor } from '../graph/attention';
import { Graph, type Value } from '../graph/graph';
import { widthOf, type ModelShape } from '../graph/shape';
import { Stream } from '../graph/stream';
import { addSites, type CacheForm, type EditedSae, type Located } from '../graph/stream-inputs';
import { kvCache, type KvCache } from './kv-cache';
import { LazySession } from '../runtime/lazy-session';
import { SessionCache } from '../runtime/session-cache';
import {
	breathe,
	cacheForm,
	Session,
	type HostTensor,
	type DeviceTensor,
	type SessionFiles
} from '../runtime/session';

/** Tokens of a prompt read in one run: short enough that a newer prompt need not wait long. */
const CHUNK = 32;
/** Graphs with edits inside that are kept ready. */
const EDITED_SESSIONS = 2;
/** Most variants of a token that are run at once: attention's past is repeated for each. */
const BATCH = 48;

/** Where each of the model's tensors lies, and the files they lie in. */
export interface ModelWeights extends Located {
	/** A tensor as numbers, row-major. */
	read(name: string): { shape: number[]; data: Float32Array };
	/** Rows `from` up to `to` of a matrix. */
	rows(name: string, from: number, to: number): Float32Array;
	files: SessionFiles;
	/** Whether graphs multiply by some of them in blocks. */
	readonly hasBlocks: boolean;
	/** The most bytes of the weights that were in memory at a time outside the runtime, so far. */
	held(): number;
}

/** Edits ready for the graph. */
export interface Steering {
	/** Vectors added at every position where a site is written, `[dModel]` each. */
	adds: Map<Site, Float32Array>;
	/** SAEs whose edits depend on their activations. */
	edited: EditedSae[];
	/** Their inputs, by the graph's names. */
	feeds: Record<string, HostTensor>;
}

/** What the model has read so far, under one steering. */
export interface Cache {
	readonly kv: KvCache;
	/** null reads without any. */
	readonly steering: Steering | null;
	/** What the steering feeds to every run. */
	readonly feeds: Record<string, HostTensor>;
}

export interface Step {
	/** [vocab] after the last token. */
	logits: Float32Array;
	/** [tokens × width] for each tap asked for: dModel at a site, that of all heads before W_O. */
	taps: Map<Site, Float32Array>;
}

/** Where the graph adds what is to be added at a site: for a residual it does so with the MLP's output. */
export function writtenAt(site: Site): Site {
	const place = placeOf(site)!;
	if (place.kind === 'mid') return attnOut(place.layer);
	return place.kind === 'resid' ? mlpOut(place.layer) : site;
}

function addTo(all: Float32Array, at: number, vector: Float32Array): void {
	for (let c = 0; c < vector.length; c++) all[at + c]! += vector[c]!;
}

export class LanguageModel {
	readonly architecture: Architecture;
	readonly shape: ModelShape;
	readonly #form: 'whole' | 'rows';
	readonly #plain = new LazySession(() => this.#create(null));
	/** Sessions whose graph holds SAEs' edits, by those SAEs. */
	readonly #edited = new SessionCache(EDITED_SESSIONS);
	readonly #batch = new LazySession(() =>
		Session.create(this.#graph([], 'batch'), this.weights.files)
	);
	/** The session of `texts`, by the sites that its graph reaches. */
	readonly #texts = new SessionCache(1);

	constructor(
		readonly config: Config,
		readonly weights: ModelWeights,
		form = cacheForm(),
		/** What can be read beside `sites` and the heads: taps that cost a little wherever the model runs. */
		readonly more: readonly Site[] = []
	) {
		this.#form = form;
		this.architecture = architectureOf(config);
		this.shape = this.architecture.shape(config);
	}

	/** Every site that flow knows, in the order of computation. */
	get sites(): Site[] {
		const blocks = Array.from({ length: this.shape.layers }, (_, l) => [
			attnOut(l),
			mlpOut(l),
			residPost(l)
		]);
		return [EMBEDDING, ...blocks.flat()];
	}

	/** Numbers a token has at a site, or before W_O. */
	width(tap: Site): number {
		return widthOf(this.shape, tap);
	}

	/** Nothing read yet. */
	begin(steering: Steering | null = null): Cache {
		return {
			kv: kvCache(this.#form, this.shape),
			steering,
			feeds: steering ? this.#steeringFeeds(steering) : {}
		};
	}

	/** Reads more tokens; the cache grows in place. Aborts between chunks. */
	async read(cache: Cache, ids: number[], sites: Site[], signal?: AbortSignal): Promise<Step> {
		if (cache.kv.length + ids.length > this.shape.context)
			throw new Problem(
				'unsupported',
				`The model reads at most ${this.shape.context} tokens.`,
				'Shorten the prompt.'
			);
		const taps = new Map(sites.map((s) => [s, new Float32Array(ids.length * this.width(s))]));
		let logits = new Float32Array(0);
		for (let at = 0; at < ids.length; at += CHUNK) {
			const chunk = ids.slice(at, at + CHUNK);
			const step = await this.#run(cache, chunk, sites, signal);
			for (const site of sites)
				taps.get(site)!.set(step.data[site] as Float32Array, at * this.width(site));
			logits = step.data.logits as Float32Array<ArrayBuffer>;
			if (ids.length > 1) await breathe();
			signal?.throwIfAborted();
		}
		return { logits, taps };
	}

	/** Reads a text from its start, under a steering if given, and keeps nothing of it. */
	async readOnce(
		ids: number[],
		sites: Site[],
		signal?: AbortSignal,
		steering: Steering | null = null
	): Promise<Step> {
		const cache = this.begin(steering);
		try {
			return await this.read(cache, ids, sites, signal);
		} finally {
			this.forget(cache);
		}
	}

	/**
	 * Runs one more token in several variants, after what `cache` holds and leaving it as it is: in variant v,
	 * `adds[v]` says which vector is added at which site. One step for each. A site's own tap includes what was
	 * added to it only if it is residual.
	 */
	async readVariants(
		cache: Cache,
		id: number,
		adds: Map<Site, Float32Array>[],
		sites: Site[],
		signal?: AbortSignal
	): Promise<Step[]> {
		const { dModel, layers, vocabSize } = this.shape;
		const session = await this.#batch.get();
		const places = addSites(layers, []);
		const out: Step[] = [];
		for (let at = 0; at < adds.length; at += BATCH) {
			const part = adds.slice(at, at + BATCH);
			const all = new Float32Array(part.length * places.length * dModel);
			part.forEach((of, w) => {
				for (const [site, vector] of of) {
					const place = places.indexOf(writtenAt(site));
					addTo(all, (w * places.length + place) * dModel, vector);
				}
			});
			const feeds = {
				...this.#inputs(session, [id], cache.kv, part.length),
				adds: { data: all, dims: [part.length, places.length, dModel] }
			};
			const { data } = await session.run(feeds, ['logits', ...sites], signal);
			const rows = (name: string, width: number, w: number) =>
				(data[name] as Float32Array).subarray(w * width, (w + 1) * width);
			part.forEach((_, w) =>
				out.push({
					logits: rows('logits', vocabSize, w),
					taps: new Map(sites.map((site) => [site, rows(site, this.width(site), w)]))
				})
			);
			await breathe();
			signal?.throwIfAborted();
		}
		return out;
	}

	/**
	 * Texts of one length, each read from its start and all in one run: the sites, `[texts × length × dModel]`
	 * each. Reads no deeper than these sites. Faster than `readOnce` where nothing waits for the thread.
	 */
	async texts(
		ids: number[][],
		sites: Site[],
		signal?: AbortSignal
	): Promise<Map<Site, Float32Array>> {
		const dims = [ids.length, addSites(this.shape.layers, []).length, this.shape.dModel];
		const adds = { data: new Float32Array(dims.reduce((a, b) => a * b)), dims };
		// It computes these sites and nothing that they do not need.
		const create = () => Session.create(this.#graph([], 'batch', sites), this.weights.files);
		const { data } = await this.#texts.use(sites.toSorted().join(' '), create, (session) =>
			session.run({ ...this.textFeeds(session, ids), adds }, sites, signal)
		);
		return new Map(sites.map((site) => [site, data[site] as Float32Array]));
	}

	/** Texts of one length, each from its start, as a graph of many rows takes them. */
	textFeeds(session: Session, ids: number[][]): Record<string, HostTensor | DeviceTensor> {
		const [rows, length] = [ids.length, ids[0]?.length ?? 0];
		return {
			...this.#inputs(session, ids[0] ?? [], kvCache(this.#form, this.shape), rows),
			ids: { data: BigInt64Array.from(ids.flat(), BigInt), dims: [rows, length] }
		};
	}

	/**
	 * The model in a graph that somebody goes on with: whole texts, with vectors of their own for each of their tokens added
	 * at `addSites`; or instead the value of one site given, or of any of them changed.
	 */
	plainStream(
		graph: Graph,
		instead: {
			replaced?: Site | null;
			spliced?: ReadonlyMap<Site, (x: Value) => Value>;
		} | null = null
	): Stream {
		const { replaced = null, spliced } = instead ?? {};
		const edited = instead === null ? [] : null;
		const { shape, more } = this;
		const stream = new Stream(graph, shape, this.weights, 'plain', edited, replaced, more, spliced);
		this.architecture.build(stream, this.config);
		return stream;
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
		const stream = new Stream(graph, this.shape, this.weights, this.#form, null, site);
		this.architecture.build(stream, this.config);
		const last = residPost(this.shape.layers - 1);
		const session = await Session.create(graph.finish([last]), this.weights.files, []);
		return {
			run: async (ids, value) => {
				// The last residual's own tap lies before its replacement.
				if (site === last) return value;
				const feeds = {
					...this.#inputs(session, ids, kvCache(this.#form, this.shape)),
					replace: { data: value, dims: [1, ids.length, this.width(site)] }
				};
				return (await session.run(feeds, [last])).data[last] as Float32Array;
			},
			release: () => session.release()
		};
	}

	/** Frees what a cache keeps; needed on a GPU, harmless elsewhere. */
	forget(cache: Cache): void {
		cache.kv.forget();
	}

	async release(): Promise<void> {
		await this.#plain.release();
		await this.#edited.release();
		await this.#batch.release();
		await this.#texts.release();
	}

	async #run(cache: Cache, ids: number[], sites: Site[], signal?: AbortSignal) {
		const { kv } = cache;
		const edited = cache.steering?.edited ?? null;
		const run = (session: Session) => {
			const feeds = { ...this.#inputs(session, ids, kv), ...cache.feeds };
			return session.run(feeds, ['logits', ...kv.outputs, ...sites], signal);
		};
		const out = await (edited
			? this.#edited.use(edited.map(({ id }) => id).join(' '), () => this.#create(edited), run)
			: run(await this.#plain.get()));
		kv.take(out, ids.length);
		return out;
	}

	/** Tokens, their places and the KV cache as the graph takes them, the same in every row. */
	#inputs(
		session: Session,
		ids: number[],
		kv: KvCache,
		rows = 1
	): Record<string, HostTensor | DeviceTensor> {
		const total = kv.length + ids.length;
		const every = Array.from({ length: rows }, () => ids).flat();
		const feeds: Record<string, HostTensor | DeviceTensor> = {
			ids: { data: BigInt64Array.from(every, BigInt), dims: [rows, ids.length] },
			seqlens_k: { data: new Int32Array(rows).fill(total - 1), dims: [rows] },
			total_sequence_length: { data: Int32Array.of(total), dims: [1] },
			...kv.feeds(session, ids.length)
		};
		for (const name of session.inputs) {
			const mask = maskFor(name, kv.length, ids.length);
			if (mask) feeds[name] = { data: mask, dims: [ids.length, total] };
			if (name === 'positions') {
				const places = BigInt64Array.from(ids, (_, i) => BigInt(kv.length + i));
				feeds[name] = { data: places, dims: [ids.length] };
			}
		}
		return feeds;
	}

	#steeringFeeds({ adds, edited, feeds }: Steering): Record<string, HostTensor> {
		const { dModel, layers } = this.shape;
		const sites = addSites(layers, edited);
		const all = new Float32Array(sites.length * dModel);
		sites.forEach((site, i) => all.set(adds.get(site) ?? [], i * dModel));
		return { ...feeds, adds: { data: all, dims: [all.length] } };
	}

	/** A session whose graph holds these SAEs' edits. */
	#create(edited: EditedSae[] | null): Promise<Session> {
		const onDevice = this.#form === 'whole' ? this.begin().kv.outputs : [];
		return Session.create(this.#graph(edited), this.#files(edited), onDevice);
	}

	#graph(edited: EditedSae[] | null, form: CacheForm = this.#form, wanted?: Site[]): Uint8Array {
		const graph = new Graph();
		const more = [...this.more, ...(wanted ?? [])];
		const stream = new Stream(graph, this.shape, this.weights, form, edited, null, more);
		this.architecture.build(stream, this.config);
		return graph.finish(wanted);
	}

	#files(edited: EditedSae[] | null): SessionFiles {
		return Object.assign(
			{},
			this.weights.files,
			...(edited ?? []).map((e) => e.files)
		) as SessionFiles;
	}
}
