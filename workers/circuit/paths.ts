/** How nodes act on one another: gradients by the paths that pass no site with an SAE between two others. */
import type { CircuitEdge, CircuitNodeKey } from '../../src/core/circuit/circuit';
import type { Site } from '../../src/core/names/ids';
import { depthOf, featureId, placeOf } from '../../src/core/names/site';
import { gradients } from '../graph/gradient';
import { Graph, type Value } from '../graph/graph';
import type { LanguageModel } from '../model/language-model';
import { breathe, Session } from '../runtime/session';
import { LazySession } from '../runtime/lazy-session';
import type { Sae } from '../sae/sae';
import type { Node } from './effects';
import { seedOf, type Metric } from './model-gradients';
import { dot } from '../../src/core/math/dot';
import type { SiteNodes } from './reading';
import { SaeGradients } from './sae-gradients';

/** Nodes of one site whose paths are found in one run. */
const ROWS = 24;

const wayFrom = (site: Site): string => `from.${site}`;

export const keyOfNode = ({ at, index, position }: Node): CircuitNodeKey =>
	index === null ? { error: at.sae.id, position } : { id: featureId(at.sae.id, index), position };

/** The direct paths that lead to one site, or to the logits. */
class PathsTo {
	/** Sites before it that no other shuts off; known once the session is. */
	#reached: Site[] = [];
	readonly #session = new LazySession(() => this.#open());
	readonly #start: Site | null;

	/** `above`: the sites with SAEs before `site`, in the order of computation; null is the logits after the last token. */
	constructor(
		readonly model: LanguageModel,
		readonly site: Site | null,
		readonly above: Site[]
	) {
		const isWhole = (site: Site) => ['resid', 'embed'].includes(placeOf(site)!.kind);
		this.#start = above.findLast(isWhole) ?? null;
	}

	/**
	 * Of `seeds` on the prompt, `[rows × tokens × dModel]` or `[rows × vocab]` of the logits: the gradient at each site that
	 * has a path, `[rows × tokens × dModel]`.
	 */
	async run(
		ids: number[],
		streams: ReadonlyMap<Site, Float32Array>,
		seeds: Float32Array,
		signal?: AbortSignal
	): Promise<Map<Site, Float32Array>> {
		const session = await this.#session.get();
		if (this.#reached.length === 0) return new Map();
		const { dModel, vocabSize } = this.model.shape;
		const each = this.site === null ? [1, vocabSize] : [ids.length, dModel];
		const rows = seeds.length / (each[0]! * each[1]!);
		const texts = Array.from({ length: rows }, () => ids);
		const seed = { data: seeds, dims: [rows, ...each] };
		const feeds = { ...this.model.textFeeds(session, texts), seed };
		if (this.#start !== null) {
			const stream = streams.get(this.#start)!;
			const data = new Float32Array(rows * stream.length);
			for (let r = 0; r < rows; r++) data.set(stream, r * stream.length);
			Object.assign(feeds, { replace: { data, dims: [rows, ids.length, dModel] } });
		}
		const { data } = await session.run(feeds, this.#reached.map(wayFrom), signal);
		return new Map(this.#reached.map((site) => [site, data[wayFrom(site)] as Float32Array]));
	}

	release(): Promise<void> {
		return this.#session.release();
	}

	#open(): Promise<Session> {
		const { model, above } = this;
		const g = new Graph();
		const stream = model.plainStream(g, { replaced: this.#start });
		const { dModel, vocabSize } = model.shape;
		const seed = g.input('seed', 'float32', this.site ? ['B', 'S', dModel] : ['B', 1, vocabSize]);
		const from = this.#start === null ? 0 : above.indexOf(this.#start);
		const values = new Map<Site, Value>(
			above.slice(from).map((site) => [site, site === this.#start ? 'replace' : stream.at(site)!])
		);
		const wanted = [...values.values()];
		const target = this.site === null ? stream.logits : stream.at(this.site)!;
		const found = gradients(g, new Map([[target, seed]]), wanted, new Set(wanted));
		this.#reached = [...values.keys()].filter((site) => found.has(values.get(site)!));
		for (const site of this.#reached) {
			const gradient = found.get(values.get(site)!)!;
			g.output(wayFrom(site), gradient, 'float32', ['B', 'S', dModel]);
		}
		return Session.create(g.finish(this.#reached.map(wayFrom)), model.weights.files);
	}
}

/** Edges of a pack's circuits; keeps its graphs ready. */
export class Paths {
	readonly #saes = new Map<string, SaeGradients>();
	readonly #to = new Map<Site | null, PathsTo>();

	constructor(readonly model: LanguageModel) {}

	/**
	 * The edges between `nodes`, of the largest weight first. `slope`: the gradients of m that gave the effects, `[tokens ×
	 * dModel]` by site. `sites`: all sites whose nodes there are, in the order of computation.
	 */
	async edges(
		nodes: Node[],
		sites: SiteNodes[],
		slope: ReadonlyMap<Site, Float32Array>,
		ids: number[],
		told: (done: number, total: number) => void,
		signal?: AbortSignal
	): Promise<CircuitEdge[]> {
		const order = sites.map(({ site }) => site).sort((a, b) => depthOf(a) - depthOf(b));
		const streams = new Map(sites.map(({ site, x }) => [site, x]));
		const edges: CircuitEdge[] = [];
		for (const [s, at] of sites.entries()) {
			told(s, sites.length);
			const above = order.slice(0, order.indexOf(at.site));
			const here = nodes.filter((node) => node.at === at);
			if (above.length === 0 || here.length === 0) continue;
			for (let from = 0; from < here.length; from += ROWS) {
				const part = here.slice(from, from + ROWS);
				const seeds = await this.#seeds(part, at, slope.get(at.site)!, signal);
				const ways = await this.#pathsTo(at.site, above).run(ids, streams, seeds, signal);
				edges.push(...joined(part, nodes, ways, at));
				await breathe();
				signal?.throwIfAborted();
			}
		}
		return edges.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
	}

	/** What m changes by through one node with the stream at each site before it, by direct paths, `[tokens × dModel]`. */
	async ways(
		node: Pick<Node, 'at' | 'position' | 'index'>,
		sites: SiteNodes[],
		slope: ReadonlyMap<Site, Float32Array>,
		ids: number[],
		signal?: AbortSignal
	): Promise<{ slope: number; at: Map<Site, Float32Array> }> {
		const { at, position, index } = node;
		const order = sites.map(({ site }) => site);
		const above = order.slice(0, order.indexOf(at.site));
		const streams = new Map(sites.map(({ site, x }) => [site, x]));
		const own = slope.get(at.site)!;
		const seeds = await this.#seeds([node], at, own, signal);
		const d = at.sae.spec.dIn;
		const pull = own.subarray(position * d, (position + 1) * d);
		return {
			slope: index === null ? 1 : dot(pull, at.write(position, index)),
			at: await this.#pathsTo(at.site, above).run(ids, streams, seeds, signal)
		};
	}

	/** What m changes by with the stream at each site by paths that pass no other site, `[tokens × dModel]`. */
	direct(
		metric: Metric,
		sites: SiteNodes[],
		ids: number[],
		signal?: AbortSignal
	): Promise<Map<Site, Float32Array>> {
		const order = sites.map(({ site }) => site).sort((a, b) => depthOf(a) - depthOf(b));
		const streams = new Map(sites.map(({ site, x }) => [site, x]));
		return this.#pathsTo(null, order).run(ids, streams, seedOf(metric, this.model), signal);
	}

	async release(): Promise<void> {
		for (const one of [...this.#saes.values(), ...this.#to.values()]) await one.release();
	}

	/** For each node of one site: what m changes by through it with the stream there, `[rows × tokens × dModel]`. */
	async #seeds(
		part: Pick<Node, 'position' | 'index'>[],
		at: SiteNodes,
		slope: Float32Array,
		signal?: AbortSignal
	): Promise<Float32Array> {
		const { dIn, dSae } = at.sae.spec;
		const x = new Float32Array(part.length * dIn);
		const codes = new Float32Array(part.length * dSae);
		const decoded = new Float32Array(part.length * dIn);
		const pulls = part.map(({ position }) => slope.subarray(position * dIn, (position + 1) * dIn));
		part.forEach(({ position, index }, r) => {
			x.set(at.x.subarray(position * dIn, (position + 1) * dIn), r * dIn);
			if (index === null) decoded.set(pulls[r]!, r * dIn);
			else codes[r * dSae + index] = dot(pulls[r]!, at.write(position, index));
		});
		const found = await this.#gradientsOf(at.sae).run(x, { codes, decoded }, signal);
		const seeds = new Float32Array(part.length * at.x.length);
		part.forEach(({ position, index }, r) => {
			const own = found.subarray(r * dIn, (r + 1) * dIn);
			// The error is the stream less what the SAE makes of it.
			const seed = index === null ? pulls[r]!.map((v, c) => v - own[c]!) : own;
			seeds.set(seed, r * at.x.length + position * dIn);
		});
		return seeds;
	}

	#gradientsOf(sae: Sae): SaeGradients {
		const known = this.#saes.get(sae.id) ?? new SaeGradients(sae);
		this.#saes.set(sae.id, known);
		return known;
	}

	#pathsTo(site: Site | null, above: Site[]): PathsTo {
		const known = this.#to.get(site) ?? new PathsTo(this.model, site, above);
		this.#to.set(site, known);
		return known;
	}
}

function joined(
	part: Node[],
	nodes: Node[],
	ways: ReadonlyMap<Site, Float32Array>,
	at: SiteNodes
): CircuitEdge[] {
	const edges: CircuitEdge[] = [];
	const size = at.x.length;
	for (const from of nodes) {
		const way = ways.get(from.at.site);
		if (!way) continue;
		const d = from.change.length;
		part.forEach((to, r) => {
			if (from.position > to.position) return;
			const begin = r * size + from.position * d;
			const weight = dot(way.subarray(begin, begin + d), from.change);
			if (weight !== 0) edges.push({ from: keyOfNode(from), to: keyOfNode(to), weight });
		});
	}
	return edges;
}
