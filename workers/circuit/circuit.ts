/** Sparse feature circuits of a prompt: the steps stand in `src/core/circuit/circuit.ts`. */
import type { Run } from '../../src/core/calls';
import type {
	Circuit,
	CircuitPart,
	CircuitNodeKey,
	CircuitRequest,
	Completeness,
	Faithfulness,
	Intervention,
	InterventionRequest,
	Prediction
} from '../../src/core/circuit/circuit';
import { seeded } from '../../src/core/math/random';
import { largest, softmax } from '../../src/core/math/sampling';
import { Problem } from '../../src/core/names/errors';
import type { Site } from '../../src/core/names/ids';
import type { FeatureWeights, WeightsRequest } from '../../src/core/prompt/weights';
import { unknownFeature, type Workbench } from '../packs/open-pack';
import { tapsOf } from '../sae/sae';
import { dot } from '../../src/core/math/dot';
import { estimate, measure, nodesOf, slopes, type Node } from './effects';
import { directions } from '../experiments/causal';
import { metricOf, ModelGradients, type Metric } from './model-gradients';
import { keyOfNode, Paths } from './paths';
import { nodeSaes, siteNodes, whyNoNode, type SiteNodes } from './reading';
import { SplicedModel, type NodeSet } from './spliced';
import { oneToken } from './token-wish';
import { Trees } from './tree/tree';

/** Random sets of nodes behind each point of a curve. */
const DRAWS = 3;
/** Edges that are answered for each node. */
const EDGES = 20;
/** For each node that is asked for, nodes whose exact effect is measured: those of the largest estimates. */
const MEASURED = 3;
/** Random controls of an intervention. */
const CONTROLS = 5;
/** Next tokens that are answered. */
const SAID = 10;
/** Prompts whose reading is kept. */
const KEPT = 2;
/** Steps between the sizes of sets. */
const RATIO = 4;

/** What there is of nodes on a prompt, and m. */
interface Read {
	sites: SiteNodes[];
	leftOut: Circuit['leftOut'];
	metric: number;
	logits: Float32Array;
}

/** The graphs of a pack's circuits, each made when it is first needed. */
export class Circuits {
	readonly #gradients: ModelGradients;
	readonly #paths: Paths;
	#spliced: SplicedModel | null = null;
	readonly trees: Trees;
	readonly #readings = new Map<string, Read>();

	constructor(readonly bench: Workbench) {
		this.#gradients = new ModelGradients(bench.model);
		this.#paths = new Paths(bench.model);
		this.trees = new Trees(bench);
	}

	async circuit(request: CircuitRequest, run: Run<CircuitPart>): Promise<Circuit> {
		const { bench } = this;
		const { signal } = run;
		const target = oneToken(bench, request.target);
		const against = request.against === undefined ? null : oneToken(bench, request.against);
		const { tokens } = bench.tokenize(request.text);
		const ids = tokens.map(({ id }) => id);
		const patch = request.patch === undefined ? null : this.#alike(request.patch, ids);
		const metric = metricFor(target.id, against?.id ?? null);
		run.progress({ phase: 'read', what: 'prompt', done: 0, total: 0 });
		const { sites, leftOut, metric: clean, logits } = await this.#read(ids, metric, signal);
		const other = patch && (await this.#read(patch, metric, signal));

		const told = (what: string) => (done: number, total: number) =>
			run.progress({ phase: 'measure', what, done, total });
		const all = nodesOf(sites, other?.sites ?? null);
		const slope = await slopes(
			request.method === 'ig' ? 'ig' : 'grad',
			this.#gradients,
			ids,
			metric,
			sites,
			other?.sites ?? null,
			told('effects'),
			signal
		);
		estimate(all, slope);
		const byEffect = (a: Node, b: Node) => Math.abs(b.effect) - Math.abs(a.effect);
		let ranked = all.toSorted(byEffect);
		if (request.method === 'exact') {
			ranked = ranked.slice(0, MEASURED * request.top);
			await measure(ranked, this.#gradients, ids, metric, clean, told('exact effects'), signal);
			ranked.sort(byEffect);
		}
		const chosen = ranked.slice(0, request.top);
		const spliced = (this.#spliced ??= new SplicedModel(
			bench.model,
			sites.map(({ sae }) => sae)
		));
		const sets = (of: NodeSet[], what: string) =>
			spliced.run(ids, metric, sites, other?.sites ?? null, of, told(what), signal);
		const [empty] = await sets([{ rest: false, errors: false, nodes: [] }], 'nothing');
		const part: CircuitPart = {
			tokens: tokens.map(({ id, text, special }) => ({ id, text, special })),
			target: { id: target.id, text: target.text, p: softmax(logits)[target.id]! },
			against: against && { id: against.id, text: against.text },
			metric: { clean, empty: empty!, patched: other?.metric ?? null },
			nodes: chosen.map((node) => ({
				...keyOfNode(node),
				activation: node.activation,
				effect: node.effect
			})),
			candidates: all.length,
			total: all.reduce((sum, { effect }) => sum + effect, 0)
		};
		run.part(part);
		const edges = await this.#paths.edges(chosen, sites, slope, ids, told('edges'), signal);
		const kept = edges.slice(0, EDGES * request.top);
		const direct = await this.#paths.direct(metric, sites, ids, signal);
		const curves = request.curves
			? await this.#curves(ranked, all, clean, empty!, request.seed ?? 0, (of) =>
					sets(of, 'curves')
				)
			: { faithfulness: [], completeness: [] };
		return {
			...part,
			method: request.method,
			edges: kept,
			edgesLeftOut: edges.length - kept.length,
			outputs: outputsOf(chosen, direct),
			...curves,
			draws: DRAWS,
			leftOut
		};
	}

	/** The model with some nodes scaled. */
	async intervene(request: InterventionRequest, signal?: AbortSignal): Promise<Intervention> {
		const { bench } = this;
		const target = oneToken(bench, request.target);
		const against = request.against === undefined ? null : oneToken(bench, request.against);
		const ids = bench.tokenize(request.text).tokens.map(({ id }) => id);
		const metric = metricFor(target.id, against?.id ?? null);
		const { sites } = await this.#read(ids, metric, signal);
		const nodes = nodesOf(sites, null);
		const random = directions(seeded(request.seed ?? 0));
		const adds = [false, ...Array.from({ length: CONTROLS }, () => true)].map((isRandom) => {
			const all = new Map<Site, Float32Array>();
			for (const { node: wanted, factor } of request.changes) {
				const node = nodes.find((one) => isNode(one, wanted));
				if (!node) throw unknownNode();
				// A node's own change sets it to 0.
				const change = node.change.map((v) => (1 - factor) * v);
				const sum = all.get(node.at.site) ?? new Float32Array(node.at.x.length);
				const added = isRandom ? random(change) : change;
				added.forEach((v, c) => (sum[node.position * added.length + c]! += v));
				all.set(node.at.site, sum);
			}
			return all;
		});
		const rows = await this.#gradients.logits(ids, [new Map(), ...adds], signal);
		const [before, after, ...controls] = rows.map((logits): Prediction => {
			const p = softmax(logits);
			return {
				metric: metricOf(logits, 0, metric, bench.model),
				p: p[target.id]!,
				next: largest(p, SAID).map((id) => ({ token: bench.tokenizer.text(id), id, p: p[id]! }))
			};
		});
		return { before: before!, after: after!, random: controls };
	}

	async release(): Promise<void> {
		await this.#gradients.release();
		await this.#paths.release();
		await this.trees.release();
		await this.#spliced?.release();
	}

	async #curves(
		ranked: Node[],
		all: Node[],
		clean: number,
		empty: number,
		seed: number,
		run: (sets: NodeSet[]) => Promise<number[]>
	): Promise<{ faithfulness: Faithfulness[]; completeness: Completeness[] }> {
		const uniform = seeded(seed);
		const sizes: number[] = [];
		for (let size = 1; size < ranked.length; size *= RATIO) sizes.push(size);
		sizes.push(ranked.length);
		const sets = sizes.flatMap((size): NodeSet[] => {
			const nodes = ranked.slice(0, size);
			return [
				{ rest: false, errors: false, nodes },
				{ rest: false, errors: true, nodes },
				{ rest: true, errors: false, nodes },
				...Array.from({ length: DRAWS }, () => ({
					rest: false,
					errors: false,
					nodes: drawn(all, size, uniform)
				}))
			];
		});
		const share = (m: number) => (m - empty) / (clean - empty);
		const found = (await run(sets)).map(share);
		const each = 3 + DRAWS;
		const rows = sizes.map((nodes, i) => {
			const [value, errorsKept, without, ...random] = found.slice(i * each, (i + 1) * each);
			return { nodes, value: value!, errorsKept: errorsKept!, without: without!, random };
		});
		return {
			faithfulness: rows.map(({ nodes, value, errorsKept, random }) => ({
				nodes,
				value,
				random: random.reduce((sum, v) => sum + v, 0) / DRAWS,
				range: [Math.min(...random), Math.max(...random)],
				errorsKept
			})),
			completeness: rows.map(({ nodes, without }) => ({ nodes, value: without }))
		};
	}

	/** How unusual the features of an SAE are on a prompt, and what they do to its likeliest next token. */
	async weights({ text, sae: id }: WeightsRequest, signal?: AbortSignal): Promise<FeatureWeights> {
		const { bench } = this;
		const info = bench.info(id);
		if (!info) throw unknownFeature(id);
		const ids = bench.tokenize(text).tokens.map((token) => token.id);
		const sae = await bench.sae(id, signal);
		const { taps, logits } = await bench.model.readOnce(ids, [...tapsOf([sae])], signal);
		const p = softmax(logits);
		const target = largest(p, 1)[0]!;
		const nodes =
			whyNoNode(info) === null ? await siteNodes(sae, taps.get(sae.target)!, signal) : null;
		const codes = nodes?.codes ?? (await sae.encode(taps.get(sae.tap)!, signal));
		const statistics = await bench.statistics(id);
		const tails =
			statistics &&
			Float32Array.from(codes.features, (feature, i) =>
				statistics.tail(feature, codes.activations[i]!)
			);
		return {
			sae: id,
			tails,
			effects: nodes && (await this.#effects(ids, target, nodes, signal)),
			target: { token: bench.tokenizer.text(target), id: target, p: p[target]! }
		};
	}

	/** What the logit of a token loses with each feature of a prompt, by its gradient, `[nnz]`. */
	async #effects(
		ids: number[],
		target: number,
		{ sae, codes, write }: SiteNodes,
		signal?: AbortSignal
	): Promise<Float32Array> {
		const metric = metricFor(target, null);
		const found = await this.#gradients.run(ids, metric, [new Map()], [sae.target], signal);
		const slope = found.at.get(sae.target)!;
		const d = sae.wDec.columns;
		const effects = new Float32Array(codes.features.length);
		for (let t = 0; t < ids.length; t++)
			for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++) {
				const own = write(t, codes.features[i]!);
				effects[i] = codes.activations[i]! * dot(slope.subarray(t * d, (t + 1) * d), own);
			}
		return effects;
	}

	/** What there is of nodes on a prompt; the last two prompts are kept, for one change after another. */
	async #read(ids: number[], metric: Metric, signal?: AbortSignal): Promise<Read> {
		const key = JSON.stringify([ids, [...metric]]);
		const found = this.#readings.get(key) ?? (await this.#nodesOn(ids, metric, signal));
		this.#readings.delete(key);
		this.#readings.set(key, found);
		for (const old of [...this.#readings.keys()].slice(0, -KEPT)) this.#readings.delete(old);
		return found;
	}

	async #nodesOn(ids: number[], metric: Metric, signal?: AbortSignal): Promise<Read> {
		const { saes, leftOut } = await nodeSaes(this.bench, signal);
		const places = saes.map(({ target }) => target);
		const found = await this.#gradients.run(ids, metric, [new Map()], places, signal);
		const sites: SiteNodes[] = [];
		for (const sae of saes) sites.push(await siteNodes(sae, found.taps.get(sae.target)!, signal));
		return { sites, leftOut, metric: found.metric[0]!, logits: found.logits[0]! };
	}

	/** The ids of another prompt of as many tokens. */
	#alike(text: string, ids: number[]): number[] {
		const other = this.bench.tokenize(text).tokens.map(({ id }) => id);
		if (other.length === ids.length) return other;
		throw new Problem(
			'usage',
			`The two prompts differ in length: ${ids.length} tokens and ${other.length}.`,
			'Choose words of as many tokens, so that each token has its counterpart.'
		);
	}
}

function metricFor(target: number, against: number | null): Metric {
	const metric = new Map([[target, 1]]);
	if (against !== null && against !== target) metric.set(against, -1);
	return metric;
}

/** What each node does to m directly, of the largest first. */
function outputsOf(nodes: Node[], direct: ReadonlyMap<Site, Float32Array>): Circuit['outputs'] {
	return nodes
		.flatMap((node) => {
			const d = node.change.length;
			const at = direct.get(node.at.site)?.subarray(node.position * d, (node.position + 1) * d);
			const weight = at ? dot(at, node.change) : 0;
			return weight === 0 ? [] : [{ from: keyOfNode(node), weight }];
		})
		.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

function isNode(node: Node, key: CircuitNodeKey): boolean {
	const own = keyOfNode(node);
	if (own.position !== key.position) return false;
	return 'id' in key ? 'id' in own && own.id === key.id : 'error' in own && own.error === key.error;
}

const unknownNode = () =>
	new Problem(
		'usage',
		'This node is not active on this prompt.',
		'Choose one of the nodes that are shown.'
	);

/** So many of them, each at most once. */
function drawn(all: Node[], size: number, uniform: () => number): Node[] {
	const left = [...all];
	for (let i = 0; i < size; i++) {
		const j = i + Math.floor(uniform() * (left.length - i));
		[left[i], left[j]] = [left[j]!, left[i]!];
	}
	return left.slice(0, size);
}
