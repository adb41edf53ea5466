/** Events of random graphs, each asked of every edge by its definition. */
import { expect, it } from 'vitest';
import { eventsOf, type EventGraph, type FlowEvent } from '../../../../src/core/flow/events';
import { attnOut, EMBEDDING, mlpOut, residPost } from '../../../../src/core/names/site';
import { Draws } from '../../../draws';

const draws = new Draws(909);
const LAST = 3;
type Node = EventGraph['nodes'][number];

/** Which residual site lies after each, as the model taps them. */
const STREAM = [EMBEDDING, ...[0, 1, 2, 3].map(residPost)];

function drawn(): EventGraph {
	const node = (site: string, layer: number, index: number): Node => {
		const origin = site === EMBEDDING || !site.includes('resid') ? null : 'translated';
		return { id: `${site}/${index}`, site, layer, origin };
	};
	const nodes = draws.shuffled([
		...draws.list(draws.integer(0, 2), (i) => node(EMBEDDING, 0, i)),
		...[0, 1, 2, 3].flatMap((layer) =>
			[attnOut(layer), mlpOut(layer), residPost(layer)].flatMap((site) =>
				draws.list(draws.integer(0, 3), (i) => node(site, layer, i))
			)
		)
	]);
	const ids = [...nodes.map(({ id }) => id), 'blocks.1.hook_resid_post/99'];
	const pairs = ids.flatMap((from) => ids.map((to) => ({ from, to })));
	// Whole cosines of tenths, so that some are equal.
	const edges = draws
		.shuffled(pairs)
		.filter(() => draws.chance(0.3))
		.map((pair) => ({ ...pair, cosine: draws.integer(1, 9) / 10, counts: draws.chance(0.7) }));
	return { nodes, edges };
}

function expected({ nodes, edges }: EventGraph, measured: (site: string) => boolean) {
	const at = new Map(nodes.map((node) => [node.id, node]));
	const known = edges.filter(({ from, to, counts }) => counts && at.has(from) && at.has(to));
	const place = (node: Node) => STREAM.indexOf(node.site);
	const streams = nodes.filter((node) => place(node) >= 0);
	const into = (node: Node) =>
		known.filter(
			({ from, to }) =>
				to === node.id && place(at.get(from)!) >= 0 && place(at.get(from)!) === place(node) - 1
		);
	/** The strongest predecessor; of equals the one whose edge is listed first. */
	const parent = (node: Node) =>
		into(node).reduce<(typeof known)[number] | null>(
			(best, edge) => (best === null || edge.cosine > best.cosine ? edge : best),
			null
		)?.from;
	const written = (node: Node) =>
		known.some(
			({ from, to }) =>
				to === node.id && [attnOut(node.layer), mlpOut(node.layer)].includes(at.get(from)!.site)
		);
	const out = new Map<string, FlowEvent[]>();
	for (const node of streams) {
		const predecessors = new Set(into(node).map(({ from }) => from));
		const heirs = streams.filter((other) => parent(other) === node.id);
		const goesOn = streams.some((other) => into(other).some(({ from }) => from === node.id));
		const [before, after] = [STREAM[place(node) - 1], STREAM[place(node) + 1]];
		const happens: [FlowEvent, boolean][] = [
			['birth', node.origin !== null && predecessors.size === 0 && measured(before!)],
			['change', predecessors.size > 0 && node.site !== EMBEDDING && written(node)],
			['split', heirs.length > 1],
			['merge', predecessors.size > 1],
			['end', after !== undefined && !goesOn && measured(after)]
		];
		const found = happens.filter(([, is]) => is).map(([event]) => event);
		if (found.length > 0) out.set(node.id, found);
	}
	return out;
}

const graphs = draws.list(200, drawn);

it('are those of their definitions, in every graph', () => {
	const seen = new Set<FlowEvent>();
	for (const graph of graphs) {
		const found = eventsOf(graph, LAST);
		expect(found).toEqual(expected(graph, () => true));
		for (const events of found.values()) events.forEach((event) => seen.add(event));
	}
	expect(seen).toEqual(new Set(['birth', 'change', 'split', 'merge', 'end']));
});

it('are not claimed beside sites that are not measured', () => {
	for (const graph of graphs.slice(0, 60)) {
		const some = STREAM.filter(() => draws.chance(0.5));
		const measured = (site: string) => some.includes(site);
		expect(eventsOf(graph, LAST, measured)).toEqual(expected(graph, measured));
	}
});

it('do not depend on the order in which nodes are listed', () => {
	for (const { nodes, edges } of graphs.slice(0, 40))
		expect(eventsOf({ nodes: draws.shuffled(nodes), edges }, LAST)).toEqual(
			eventsOf({ nodes, edges }, LAST)
		);
});

it('depend on edges that count alone', () => {
	for (const { nodes, edges } of graphs.slice(0, 40))
		expect(eventsOf({ nodes, edges: edges.filter((edge) => edge.counts) }, LAST)).toEqual(
			eventsOf({ nodes, edges }, LAST)
		);
});
