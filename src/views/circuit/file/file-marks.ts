/** A graph from a file as marks of a grid, and as tables. */
import type { GridLinkMark, GridNodeMark } from '../../../charts/layout/grid-graph';
import type {
	AttributionGraph,
	AttributionNode
} from '../../../core/circuit/graph-file/graph-file';
import type { Cell } from '../../../core/names/numbers';
import { rowOf } from '../circuit-marks';

/** Tokens that all have a column; of a longer prompt only those at which something is shown. */
const MOST_COLUMNS = 80;

export interface ShownGraph {
	nodes: GridNodeMark[];
	links: GridLinkMark[];
	columns: string[];
	rows: { text: string; title: string; tone: string }[];
	/** Features and errors among the nodes. */
	inner: number;
}

const isInner = ({ kind }: AttributionNode) => kind === 'feature' || kind === 'error';

/** What its mark is called. */
export const fileNodeName = (node: AttributionNode): string => node.name || node.id;

/** So many features and errors, those of most influence and all pinned; the inputs and outputs that they touch; so many links. */
export function shownGraph(
	graph: AttributionGraph,
	{ most, links: mostLinks, pins }: { most: number; links: number; pins: string[] }
): ShownGraph {
	const { nodes, links, layers, tokens } = graph;
	const pinned = new Set(pins);
	let room = most;
	const isIn = nodes.map((node) =>
		isInner(node) ? room-- > 0 || pinned.has(node.id) : node.kind === 'logit'
	);
	const count = links.weight.length;
	for (let i = 0; i < count; i++) {
		const from = links.from[i]!;
		if (nodes[from]!.kind === 'token' && isIn[links.to[i]!]) isIn[from] = true;
	}
	const chosen = nodes.filter((_, i) => isIn[i]);
	const used = new Set(chosen.map(({ position }) => position));
	const places = tokens
		.map((_, t) => t)
		.filter((t) => tokens.length <= MOST_COLUMNS || used.has(t));
	const levels = layers.map((_, l) => l).filter((l) => chosen.some(({ layer }) => layer === l));
	const shown: GridLinkMark[] = [];
	const largest = Math.abs(links.weight[0] ?? 1) || 1;
	for (let i = 0; i < count && shown.length < mostLinks; i++) {
		const [from, to, weight] = [links.from[i]!, links.to[i]!, links.weight[i]!];
		if (!isIn[from] || !isIn[to]) continue;
		shown.push({
			from: nodes[from]!.id,
			to: nodes[to]!.id,
			size: Math.abs(weight) / largest,
			sign: weight < 0 ? -1 : 1
		});
	}
	return {
		nodes: chosen.map((node) => ({
			key: node.id,
			column: places.indexOf(node.position),
			row: levels.indexOf(node.layer),
			size: node.kind === 'logit' ? (node.p ?? 1) : Math.max(0, 1 - node.reached),
			sign: 1,
			shape: node.kind === 'error' ? 'diamond' : isInner(node) ? 'circle' : 'square',
			label: fileNodeName(node),
			spoken: `${fileNodeName(node)}, ${KINDS[node.kind]} ${node.id} at token ${node.position} “${(tokens[node.position] ?? '').trim()}”`,
			factor: 1
		})),
		links: shown,
		columns: places.map((t) => tokens[t]!),
		rows: levels.map((l) => rowOfLayer(graph, l)),
		inner: chosen.filter(isInner).length
	};
}

export const KINDS = {
	feature: 'feature',
	error: 'error',
	token: 'input',
	logit: 'output'
} as const;

function rowOfLayer({ layers, nodes }: AttributionGraph, layer: number) {
	const { name, sae } = layers[layer]!;
	if (sae !== null) return rowOf(sae);
	if (name === 'E') return { text: 'E', title: 'embedding', tone: 'embed' };
	const isOutput = nodes.some((node) => node.layer === layer && node.kind === 'logit');
	if (isOutput) return { text: 'next', title: 'what is said next', tone: 'resid' };
	return { text: name, title: `layer ${name}`, tone: 'mlp' };
}

export function fileTables({ nodes, links, tokens, layers }: AttributionGraph) {
	return [
		{
			name: 'Nodes',
			columns: [
				'node',
				'kind',
				'layer',
				'token index',
				'token',
				'name',
				'activation',
				'influence reached'
			],
			rows: nodes.map((node): Cell[] => [
				node.id,
				KINDS[node.kind],
				layers[node.layer]!.name,
				node.position,
				tokens[node.position] ?? null,
				node.name || null,
				node.activation,
				node.reached
			])
		},
		{
			name: 'Edges',
			columns: ['from', 'to', 'weight'],
			rows: Array.from(links.weight.subarray(0, MOST_ROWS), (weight, i): Cell[] => [
				nodes[links.from[i]!]!.id,
				nodes[links.to[i]!]!.id,
				weight
			])
		}
	];
}

/** Rows of the table of links: those of the largest weight. */
const MOST_ROWS = 20_000;
