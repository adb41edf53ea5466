/** A circuit as marks of a grid, and as tables. */
import type { GridLinkMark, GridNodeMark } from '../../charts/layout/grid-graph';
import {
	nodeKey,
	saeOf,
	type Circuit,
	type CircuitNode,
	type CircuitNodeKey
} from '../../core/circuit/circuit';
import type { Cell } from '../../core/names/numbers';
import { short } from '../../core/names/numbers';
import { shortFeature, shortSite, siteInWords } from '../../core/names/site-words';
import { metricInWords, quotedToken, type Found } from './circuit-words';
import { byDepth, placeOf, siteOf, toneOf } from '../../core/names/site';

export const isWhole = (found: Found): found is Circuit => 'edges' in found;

/** SAEs with a node, from the embedding up. */
const levelsOf = ({ nodes }: Found): string[] => [...new Set(nodes.map(saeOf))].sort(byDepth);

export const rowOf = (sae: string) => ({
	text: shortSite(sae),
	title: siteInWords(sae),
	tone: toneOf(placeOf(siteOf(sae))!.kind) as string
});

/** Of SAEs, and on top that of what is said. */
export const rowsOf = (found: Found) => [
	...levelsOf(found).map(rowOf),
	{ text: 'next', title: 'what is said next', tone: 'resid' }
];

/** The key of the mark that stands for what is said. */
const SAID = 'said';

/** `R3 · 812` or `what R3 leaves`. */
export const shortNode = (node: CircuitNodeKey): string =>
	'id' in node ? shortFeature(node.id) : `error of ${shortSite(node.error)}`;

export function marksOf(
	found: Found,
	name: (id: string) => string | undefined,
	factors: ReadonlyMap<string, number>
): GridNodeMark[] {
	const levels = levelsOf(found);
	const most = Math.max(...found.nodes.map(({ effect }) => Math.abs(effect)), 1e-12);
	const said = quotedToken(found.target.text);
	const output: GridNodeMark = {
		key: SAID,
		column: found.tokens.length - 1,
		row: levels.length,
		size: 1,
		sign: 1,
		shape: 'square',
		label: said,
		spoken: `What is explained: ${metricInWords(found)}`,
		factor: 1
	};
	const marks = found.nodes.map((node): GridNodeMark => {
		const key = nodeKey(node);
		const called = 'id' in node ? name(node.id) : undefined;
		const label = called ? `${shortNode(node)} ${called}` : shortNode(node);
		const id = 'id' in node ? node.id : `error ${node.error}`;
		const token = found.tokens[node.position]!.text;
		return {
			key,
			column: node.position,
			row: levels.indexOf(saeOf(node)),
			size: Math.abs(node.effect) / most,
			sign: pushes(node) > 0 ? 1 : -1,
			shape: 'id' in node ? 'circle' : 'diamond',
			label,
			spoken: `${id} at token ${node.position} “${token.trim()}”${called ? `, ${called}` : ''}; ${pushInWords(node)}`,
			factor: factors.get(key) ?? 1
		};
	});
	return [...marks, output];
}

/** What the node adds to the metric as it is: setting it aside takes that away. */
const pushes = ({ effect }: CircuitNode): number => -effect;

export const pushInWords = (node: CircuitNode): string =>
	`${pushes(node) > 0 ? 'pushes towards the token' : 'pushes away from it'} by ${short(Math.abs(node.effect))}`;

export function linksOf(found: Found, most: number): GridLinkMark[] {
	if (!isWhole(found)) return [];
	const edges = [
		...found.edges.map(({ from, to, weight }) => ({ from, to: nodeKey(to), weight })),
		...found.outputs.map(({ from, weight }) => ({ from, to: SAID, weight }))
	]
		.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
		.slice(0, most);
	const largest = Math.abs(edges[0]?.weight ?? 1);
	return edges.map(({ from, to, weight }) => ({
		from: nodeKey(from),
		to,
		size: Math.abs(weight) / largest,
		sign: weight < 0 ? 1 : -1
	}));
}

const cellsOf = (node: CircuitNodeKey): Cell[] => [
	'id' in node ? node.id : `error ${node.error}`,
	node.position
];

export function tablesOf(found: Found, name: (id: string) => string | undefined) {
	const { nodes, tokens } = found;
	const tables: { name: string; columns: string[]; rows: Cell[][] }[] = [
		{
			name: 'Nodes',
			columns: ['node', 'token index', 'token', 'name', 'activation', 'effect of setting it aside'],
			rows: nodes.map((node) => [
				...cellsOf(node),
				tokens[node.position]!.text,
				('id' in node && name(node.id)) || null,
				node.activation,
				node.effect
			])
		}
	];
	if (isWhole(found))
		tables.push({
			name: 'Edges',
			columns: ['from', 'token index', 'to', 'at token index', 'weight'],
			rows: [
				...found.edges.map(({ from, to, weight }) => [...cellsOf(from), ...cellsOf(to), weight]),
				...found.outputs.map(({ from, weight }) => [
					...cellsOf(from),
					metricInWords(found),
					tokens.length - 1,
					weight
				])
			]
		});
	return tables;
}
