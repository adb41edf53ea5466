/**
 * Reads an attribution graph as its text comes, and lets go on the way what will not be shown: of nodes those of least
 * influence, of links those between nodes that are gone and the weakest. A file of a gigabyte leaves a few thousand nodes.
 */
import { DESCRIPTION, invalid } from '../../files/json';
import { JsonStream } from '../../files/json-stream';
import { Problem } from '../../names/errors';
import { placeOf, siteOf } from '../../names/site';
import type { AttributionGraph, AttributionNode } from './graph-file';
import { graphLink, graphMetadata, graphNode, graphView, type RawNode } from './graph-parts';
import { influences, orderOf, sharesReached } from './influence';
import { LinkList } from './link-list';

/** Nodes that are kept unless somebody asks for another number. */
const KEPT_NODES = 2000;
/** More than any published graph has: names are kept until the end. */
const MOST_NODES = 300_000;
/** Links in memory while a file is read, and links of the answer. */
const LINKS_READ = 1 << 23;
const LINKS_KEPT = 200_000;

export class GraphReader {
	readonly #stream = new JsonStream({
		lists: new Set(['nodes', 'links']),
		item: (list, value) => (list === 'nodes' ? this.#node(value) : this.#link(value)),
		field: (name, value) => this.#fields.set(name, value)
	});
	readonly #fields = new Map<string, unknown>();
	readonly #nodes: RawNode[] = [];
	/** Of every id that a node or a link has named: a number. */
	readonly #numbers = new Map<string, number>();
	/** By those numbers: the node's index, once it has come. */
	readonly #nodeOf: (number | undefined)[] = [];
	readonly #links = new LinkList(LINKS_READ);
	#isPruned = false;
	#found = { nodes: 0, links: 0 };
	#leftOut = { nodes: 0, links: 0 };

	constructor(readonly most = KEPT_NODES) {}

	push(text: string): void {
		this.#careful(() => this.#stream.push(text));
	}

	finish(): AttributionGraph {
		return this.#careful(() => {
			this.#stream.end();
			return this.#graph();
		});
	}

	/** Whatever is wrong becomes a sentence about the file. */
	#careful<T>(work: () => T): T {
		try {
			return work();
		} catch (cause) {
			if (cause instanceof SyntaxError)
				throw badFile('The graph file is damaged or cut off: it is not whole JSON.', cause);
			if (!(cause instanceof Problem)) throw cause;
			throw badFile(cause.sentence.replace(DESCRIPTION, 'The graph file'), cause);
		}
	}

	#node(value: unknown): void {
		const node = graphNode(value, `nodes[${this.#found.nodes++}]`);
		const number = this.#numberOf(node.id);
		if (this.#nodeOf[number] !== undefined) return void this.#leftOut.nodes++;
		this.#nodeOf[number] = this.#nodes.push(node) - 1;
	}

	#link(value: unknown): void {
		const link = graphLink(value);
		if (!link) throw invalid(`has no usable links[${this.#found.links}]`);
		this.#found.links++;
		// Nodes come first in all files that are known; then what leads to no node that stays need not be kept.
		if (this.#nodes.length > 0 && !this.#isPruned) this.#prune();
		if (this.#isPruned) {
			const [from, to] = [this.#numbers.get(link.source), this.#numbers.get(link.target)];
			if (from === undefined || to === undefined) return void this.#leftOut.links++;
			if (this.#nodeOf[from] === undefined || this.#nodeOf[to] === undefined) return;
			return this.#links.add(from, to, link.weight);
		}
		this.#links.add(this.#numberOf(link.source), this.#numberOf(link.target), link.weight);
	}

	#numberOf(id: string): number {
		const known = this.#numbers.get(id);
		if (known !== undefined) return known;
		if (this.#numbers.size >= MOST_NODES)
			throw invalid(`has more than ${MOST_NODES} nodes, which is more than can be read`);
		this.#numbers.set(id, this.#numbers.size);
		return this.#numbers.size - 1;
	}

	/** Lets go the nodes of least influence, where the file tells it. */
	#prune(): void {
		this.#isPruned = true;
		const inner = this.#nodes.filter(isInner);
		if (inner.length <= this.most || inner.some(({ reached }) => reached === null)) return;
		const limit = inner.map(({ reached }) => reached!).sort((a, b) => a - b)[this.most - 1]!;
		this.#nodes.forEach((node, i) => {
			if (isInner(node) && node.reached! > limit) {
				const number = this.#numbers.get(node.id)!;
				if (this.#nodeOf[number] === i) this.#nodeOf[number] = undefined;
			}
		});
	}

	#graph(): AttributionGraph {
		if (this.#nodes.length === 0) throw invalid('has no nodes: it is no attribution graph');
		const meta = graphMetadata(this.#fields.get('metadata'), 'metadata');
		const view = graphView(this.#fields.get('qParams') ?? {}, 'qParams');
		const beyond = this.#nodes.find(({ position }) => position >= meta.tokens.length);
		if (beyond)
			throw invalid(
				`has a node at token ${beyond.position}, and its prompt has ${meta.tokens.length} tokens`
			);
		const raw = this.#nodes.filter((node, i) => this.#nodeOf[this.#numbers.get(node.id)!] === i);
		const place = new Map(raw.map(({ id }, i) => [this.#numbers.get(id)!, i]));
		const links = this.#links.renumbered((number) => place.get(number));
		const ordered = orderOf(raw.length, links);
		if ('circle' in ordered)
			throw invalid(
				`is no attribution graph: its links go round in a circle through node “${raw[ordered.circle]!.id.slice(0, 60)}”`
			);
		const isWorkedOut = raw.every((node) => !isInner(node) || node.reached === null);
		const outputs = new Map(
			raw.flatMap(({ kind, p }, i) => (kind === 'logit' ? [[i, p || 1]] : []))
		);
		const reached = isWorkedOut
			? sharesReached(influences(raw.length, links, outputs, ordered.order))
			: raw.map((node) => node.reached ?? 1);
		const kept = raw
			.map((_, i) => i)
			.sort(
				(a, b) => Number(isInner(raw[a]!)) - Number(isInner(raw[b]!)) || reached[a]! - reached[b]!
			);
		const outer = raw.filter((node) => !isInner(node)).length;
		kept.length = Math.min(kept.length, outer + this.most);
		const layers = layersOf(kept.map((i) => raw[i]!));
		const index = new Map(kept.map((i, at) => [i, at]));
		const number = (key: number) => {
			const at = place.get(key);
			return at === undefined ? undefined : index.get(at);
		};
		return {
			slug: meta.slug,
			model: meta.scan,
			prompt: meta.prompt,
			tokens: meta.tokens,
			layers: layers.map((name) => ({ name, sae: saeOf(meta.saes[Number(name)]) })),
			nodes: kept.map((i): AttributionNode => ({
				...raw[i]!,
				layer: layers.indexOf(raw[i]!.layer),
				reached: reached[i]!
			})),
			links: this.#links.renumbered(number, LINKS_KEPT),
			pins: view.pins,
			supernodes: view.supernodes,
			note: meta.info?.description ?? '',
			found: this.#found,
			leftOut: this.#leftOut,
			isWorkedOut
		};
	}
}

/** Inputs and outputs always stay. */
const isInner = ({ kind }: Pick<RawNode, 'kind'>): boolean =>
	kind === 'feature' || kind === 'error';

/** From the embedding up. */
function layersOf(nodes: RawNode[]): string[] {
	const rank = (layer: string) => (layer === 'E' ? -1 : Number(layer));
	return [...new Set(nodes.map(({ layer }) => layer))].sort((a, b) => rank(a) - rank(b));
}

const saeOf = (text: string | undefined) =>
	text !== undefined && placeOf(siteOf(text)) ? text : null;

const badFile = (sentence: string, cause: unknown) =>
	new Problem('pack-damaged', sentence, 'Choose a graph of circuit-tracer or Neuronpedia, whole.', {
		cause
	});
