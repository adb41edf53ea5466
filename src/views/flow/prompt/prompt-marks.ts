/** The flow of a prompt, or of two, as marks, links and tables. */
import type { Table } from '../../../charts/frame/export';
import type { Cell } from '../../../core/names/numbers';
import type { FlowEdgeMark, FlowNodeMark, Which } from '../../../flow-graph/marks/flow-marks';
import { edgeKey } from '../../../flow-graph/layout/edges';
import { visible } from '../../../charts/layout/text';
import type { Active, OnPrompts, PromptFlow } from '../../../core/flow/prompt';
import type { Thresholds } from '../../../core/flow/flow';
import { difference } from '../../../core/flow/prompt-flow';
import { edgeMarks, flowTables, markOf, peakInWords, type Known } from '../graph-marks';

type PromptNode = PromptFlow['nodes'][number];

const NAMES = ['first', 'second'] as const satisfies Which[];

/** The prompt on which alone something is to be found; undefined for both, or where there is one prompt. */
function onlyOf(on: boolean[]): Which | undefined {
	return on.length < 2 || on.every(Boolean) ? undefined : NAMES[on.indexOf(true)];
}

const tokenOf = (here: Active, { prompts }: PromptFlow, i: number): string =>
	prompts[i]?.tokens[here.at]?.text ?? '';

export function promptMark(
	node: PromptNode,
	flow: PromptFlow,
	known: Pick<Known, 'line' | 'href'>
): FlowNodeMark {
	const max = known.line(node.id)?.max ?? null;
	const lines = node.on.map((here, i) => {
		const said = here ? peakInWords(here.peak, tokenOf(here, flow, i), max) : 'silent';
		return `on ${node.on.length > 1 ? `the ${NAMES[i]}` : 'this'} prompt ${said}`;
	});
	const [share, beside] = node.on.map((here) => here?.share ?? 0);
	return markOf(node, known, {
		share: share!,
		...(beside !== undefined && { beside }),
		lines
	});
}

export function promptLinks(flow: PromptFlow, at: Thresholds): FlowEdgeMark[] {
	const on = new Map(flow.edges.map((edge) => [edgeKey(edge), edge.on]));
	return edgeMarks(flow, at).map((link) => {
		const only = onlyOf(on.get(edgeKey(link))!);
		return only ? { ...link, only } : link;
	});
}

/** Without the nodes that no edge reaches; all of them where there is no edge. */
export function linkedOf<T extends { id: string }>(
	nodes: T[],
	links: { from: string; to: string }[]
): T[] {
	const ends = new Set(links.flatMap(({ from, to }) => [from, to]));
	return ends.size === 0 ? nodes : nodes.filter(({ id }) => ends.has(id));
}

const onWhich = (on: boolean[]): string => onlyOf(on) ?? 'both';

/** Token, position, activation and share of a feature on each prompt; of two also which, and the difference. */
function strengthColumns({ prompts }: PromptFlow): string[] {
	const names = prompts.length > 1 ? NAMES.map((name) => `${name} prompt: `) : [''];
	return [
		...names.flatMap((name) => [`${name}token`, `${name}position`, `${name}activation`]),
		...(prompts.length > 1
			? [...names.map((name) => `${name}share of maximum`), 'fires on', 'difference of shares']
			: [])
	];
}

function strengthCells(on: OnPrompts, flow: PromptFlow): Cell[] {
	return [
		...on.flatMap((here, i): Cell[] =>
			here ? [tokenOf(here, flow, i), here.at, here.peak] : [null, null, 0]
		),
		...(on.length > 1
			? [
					...on.map((here) => here?.share ?? 0),
					onWhich(on.map((here) => here !== null)),
					difference(on)
				]
			: [])
	];
}

/** The tables of the graph; of two prompts with a column for each. */
export function promptTables(
	flow: PromptFlow,
	marks: FlowNodeMark[],
	links: FlowEdgeMark[]
): Table[] {
	const [nodes, edges, chance] = flowTables(flow, marks, links);
	const compared = flow.prompts.length > 1;
	// Each prompt has a column of shares of its own then.
	const shared = compared ? nodes.columns.indexOf('share of its maximum') : -1;
	const without = <T>(cells: T[]) => cells.filter((_, i) => i !== shared);
	return [
		{
			name: nodes.name,
			columns: [...without(nodes.columns), ...strengthColumns(flow)],
			rows: nodes.rows.map((row, i) => [...without(row), ...strengthCells(flow.nodes[i]!.on, flow)])
		},
		compared
			? {
					name: edges.name,
					columns: [...edges.columns, 'on'],
					rows: edges.rows.map((row, i) => [...row, links.at(-1 - i)!.only ?? 'both'])
				}
			: edges,
		chance
	];
}

/** What differs most, drawn or not. */
export function differenceTable(flow: PromptFlow): Table {
	return {
		name: 'Differences',
		columns: ['feature', ...strengthColumns(flow)],
		rows: flow.differences.map(({ id, on }) => [id, ...strengthCells(on, flow)])
	};
}

/** Where a feature is strongest on each prompt: `·he / ·she`. */
export function placesOf(on: OnPrompts, flow: PromptFlow): string {
	const places = on.map((here, i) => (here ? visible(tokenOf(here, flow, i)) : 'silent'));
	return new Set(places).size === 1 ? places[0]! : places.join(' / ');
}
