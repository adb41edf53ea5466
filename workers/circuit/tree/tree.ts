/** Contribution trees: the steps stand in `src/core/circuit/tree.ts`. */
import type { Run } from '../../../src/core/calls';
import type {
	ContributionTree,
	TreeNode,
	TreeRequest,
	TreeRoot,
	TreeWay
} from '../../../src/core/circuit/tree';
import { Problem } from '../../../src/core/names/errors';
import {
	isMain,
	parseFeatureId,
	placeOf,
	residMid,
	residPost,
	siteOf
} from '../../../src/core/names/site';
import { activationAt } from '../../../src/core/math/sparse';
import { unknownFeature, type Workbench } from '../../packs/open-pack';
import { SaeGradients } from '../sae-gradients';
import { siteNodes, whyNoNode, type SiteNodes } from '../reading';
import { less, logitDirection } from '../readout-direction';
import { oneToken } from '../token-wish';
import { Frozen } from './frozen';
import {
	byFeatures,
	byHeads,
	byWriters,
	canOpen,
	throughGates,
	valueOf,
	waysOf,
	withBias,
	type Functional,
	type TreePart,
	type Prompt,
	type Score
} from './functional';
import { byPairs } from './pairs';

interface Reading extends Prompt {
	text: string;
	/** Parts by the path and way of the node that was opened. */
	opened: Map<string, TreePart[]>;
}

interface Start {
	key: string;
	title: string;
	value: number;
	opens: Functional | Score;
}

export class Trees {
	readonly frozen: Frozen;
	readonly #encoders = new Map<string, SaeGradients>();
	#reading: Reading | null = null;

	constructor(readonly bench: Workbench) {
		this.frozen = new Frozen(bench.model);
	}

	async tree(request: TreeRequest, { signal }: Run): Promise<ContributionTree> {
		const { tokens } = this.bench.tokenize(request.text);
		const ids = tokens.map(({ id }) => id);
		if (this.#reading?.text !== request.text)
			this.#reading = await this.read(request.text, ids, signal);
		const reading = this.#reading;
		const start = await this.#start(request.root, reading);
		const open = new Map(Object.entries(request.open));
		let root: TreeNode;
		for (let left = request.expand ?? 0; ; left--) {
			const used = new Set<string>();
			root = await this.#grown(start, open, used, request.top, reading, signal);
			const unused = [...open.keys()].find((path) => !used.has(path));
			if (unused !== undefined) throw noNode(unused);
			const next = left > 0 ? largestClosed(root) : null;
			if (next === null) break;
			open.set(next.path, next.way);
			signal.throwIfAborted();
		}
		return {
			tokens: tokens.map(({ id, text }) => ({ id, text })),
			title: start.title,
			value: start.value,
			root,
			gap: leavesOf(root) - start.value
		};
	}

	async release(): Promise<void> {
		await this.frozen.release();
		for (const one of this.#encoders.values()) await one.release();
	}

	/** One pass of the model; everything else goes from here. */
	async read(text: string, ids: number[], signal?: AbortSignal): Promise<Reading> {
		const { model } = this.bench;
		const streams = (await model.readOnce(ids, model.sites, signal)).taps;
		for (let layer = 0; layer < model.shape.layers; layer++) {
			const before = streams.get(layer === 0 ? model.sites[0]! : residPost(layer - 1))!;
			const out = streams.get(`blocks.${layer}.hook_attn_out`)!;
			streams.set(
				residMid(layer),
				before.map((v, i) => v + out[i]!)
			);
		}
		const known = new Map<string, Promise<SiteNodes | null>>();
		const nodes = async (site: string) => {
			const id = this.bench.saeAt(site);
			const info = id === null ? null : this.bench.info(id);
			if (id === null || !info || !isMain(id) || whyNoNode(info) !== null) return null;
			return siteNodes(await this.bench.sae(id, signal), streams.get(site)!, signal);
		};
		return {
			text,
			ids,
			streams,
			opened: new Map(),
			nodes: (site) => {
				const found = known.get(site) ?? nodes(site);
				known.set(site, found);
				found.catch(() => known.delete(site));
				return found;
			},
			encoder: (at, position, index) => this.#encoder(at, position, index, signal)
		};
	}

	/** A feature's activation by what its SAE reads, with norms and gates frozen. */
	async #encoder(at: SiteNodes, position: number, index: number, signal?: AbortSignal) {
		const { dIn, dSae } = at.sae.spec;
		const own = this.#encoders.get(at.sae.id) ?? new SaeGradients(at.sae, true);
		this.#encoders.set(at.sae.id, own);
		const codes = new Float32Array(dSae);
		codes[index] = 1;
		const x = at.x.slice(position * dIn, (position + 1) * dIn);
		return Float64Array.from(await own.run(x, { codes, decoded: new Float32Array(dIn) }, signal));
	}

	async #start(root: TreeRoot, reading: Reading): Promise<Start> {
		const { bench } = this;
		const { ids, streams } = reading;
		const last = ids.length - 1;
		if ('target' in root) {
			const [token, other] = [root.target, root.against].map((wish) =>
				wish === undefined ? null : oneToken(bench, wish)
			);
			const site = residPost(bench.model.shape.layers - 1);
			const d = bench.model.shape.dModel;
			const x = streams.get(site)!.slice(last * d, (last + 1) * d);
			const one = logitDirection(bench, x, token!.id);
			const { vector, bias } = other ? less(one, logitDirection(bench, x, other.id)) : one;
			const opens = { site, position: last, vector, feature: null };
			const title = `logit of “${token!.text}”${other ? ` less that of “${other.text}”` : ''}`;
			return {
				key: `logit ${token!.id} ${other?.id}`,
				title,
				value: valueOf(opens, reading) + bias,
				opens
			};
		}
		if ('id' in root) {
			const { sae, index } = parseFeatureId(root.id) ?? {};
			const at = sae === undefined ? null : await this.#nodesOf(sae, reading);
			if (!at || index === undefined) throw unknownFeature(root.id);
			const value = root.position in ids ? activationAt(at.codes, root.position, index) : 0;
			if (value === 0)
				throw wrong(
					`The feature ${root.id} is not active at token ${root.position}.`,
					'Choose a token where it is.'
				);
			if (!canOpen(at.sae))
				throw wrong(
					`What ${root.id} adds up is not linear: its SAE multiplies codes.`,
					'Choose a feature of another SAE.'
				);
			const vector = await reading.encoder(at, root.position, index);
			const opens = { site: at.site, position: root.position, vector, feature: root.id };
			return {
				key: `${root.id} ${root.position}`,
				title: `activation of ${root.id}`,
				value,
				opens
			};
		}
		const { layers, heads } = bench.model.shape;
		const { layer, head, query, key } = root;
		const isThere = layer in Array(layers).fill(0) && head in Array(heads).fill(0);
		if (!isThere || !(query in ids) || !(key in ids) || key > query)
			throw wrong(
				`There is no score of head ${layer}.${head} from token ${query} to token ${key}.`,
				`The model has ${layers} layers of ${heads} heads, and looks back only.`
			);
		const { value } = await byPairs(root, 'pairs', reading, this.frozen);
		const title = `score of head ${layer}.${head}, from token ${query} to token ${key}`;
		return { key: `score ${layer} ${head} ${query} ${key}`, title, value, opens: root };
	}

	async #nodesOf(sae: string, reading: Reading): Promise<SiteNodes | null> {
		return isMain(sae) && placeOf(siteOf(sae)) ? reading.nodes(siteOf(sae)) : null;
	}

	/** The tree from its root, opened as `open` says; paths that there were go into `used`. */
	async #grown(
		start: Start,
		open: ReadonlyMap<string, TreeWay>,
		used: Set<string>,
		top: number,
		reading: Reading,
		signal?: AbortSignal
	): Promise<TreeNode> {
		const whole = { key: '', label: start.title, position: null, value: start.value };
		const grow = async (
			part: Omit<TreePart, 'opens'>,
			opens: TreePart['opens'] | Score,
			path: string
		) => {
			const ways: TreeWay[] =
				opens === null
					? []
					: 'site' in opens
						? await waysOf(opens, reading)
						: ['pairs', 'features'];
			const way = open.get(path) ?? null;
			const { key, label, position, value } = part;
			const node: TreeNode = {
				key,
				label,
				position,
				value,
				score: part.score ?? null,
				ways,
				way,
				parts: [],
				rest: { count: 0, value: 0 }
			};
			if (way === null) return node;
			if (!ways.includes(way)) throw noNode(`${path} by ${way}`);
			used.add(path);
			const at = `${start.key} ${path} ${way}`;
			const parts =
				reading.opened.get(at) ?? (await this.#parts(opens!, way, value, reading, signal));
			reading.opened.set(at, parts);
			const ranked = parts.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
			const isNamed = (one: TreePart) =>
				open.has(joined(path, one.key)) || /^(bias|error)/.test(one.key);
			const shown = ranked.filter((one, i) => i < top || isNamed(one));
			for (const one of shown) node.parts.push(await grow(one, one.opens, joined(path, one.key)));
			const rest = ranked.filter((one) => !shown.includes(one));
			node.rest = { count: rest.length, value: sum(rest) };
			return node;
		};
		return grow(whole, start.opens, '');
	}

	async #parts(
		opens: Functional | Score,
		way: TreeWay,
		value: number,
		reading: Reading,
		signal?: AbortSignal
	): Promise<TreePart[]> {
		if (!('site' in opens))
			return (
				await byPairs(
					opens,
					way === 'features' ? 'features' : 'writers',
					reading,
					this.frozen,
					signal
				)
			).parts;
		// Of a feature its encoder's bias, of a logit the norm's.
		const bias = value - valueOf(opens, reading);
		const own = (parts: TreePart[], more = 0) => {
			const known = parts.find(({ key }) => key === 'bias');
			if (known) known.value += bias + more;
			else if (bias + more !== 0) return withBias(parts, sum(parts) + bias + more);
			return parts;
		};
		if (way === 'writers') return own(byWriters(opens, reading));
		if (way === 'features') return own(await byFeatures(opens, reading));
		if (way === 'heads') return own(await byHeads(opens, reading, this.frozen, signal));
		const through = await throughGates(opens, reading, this.frozen, signal);
		return own(byWriters(through.inner, reading), through.bias);
	}
}

const sum = (parts: { value: number }[]): number =>
	parts.reduce((total, { value }) => total + value, 0);

const joined = (path: string, key: string): string => (path === '' ? key : `${path}/${key}`);

function leavesOf(node: TreeNode): number {
	if (node.way === null) return node.value;
	return node.parts.reduce((total, part) => total + leavesOf(part), node.rest.value);
}

/** The node of the largest value that could be opened and is not. */
function largestClosed(root: TreeNode): { path: string; way: TreeWay } | null {
	let best: { path: string; way: TreeWay; size: number } | null = null;
	const visit = (node: TreeNode, path: string) => {
		const size = path === '' ? Infinity : Math.abs(node.value);
		if (node.way === null && node.ways[0] && !(best && best.size >= size))
			best = { path, way: node.ways[0], size };
		for (const part of node.parts) visit(part, joined(path, part.key));
	};
	visit(root, '');
	return best;
}

const wrong = (sentence: string, advice: string) => new Problem('usage', sentence, advice);
const noNode = (path: string) =>
	wrong(
		`The tree has nothing to open at “${path.slice(0, 120)}”.`,
		'Open one of the parts that are shown.'
	);
