/** Paths through a placed flow graph: what is on the path of a node, and where an arrow key leads. */
import { group } from 'd3-array';
import type { Direction, FlowLink, PlacedNode } from './flow';
import { edgeKey } from './edges';

export interface Trace {
	nodes: Set<string>;
	/** Keys `from→to`. */
	edges: Set<string>;
}

/** Links by the node that they leave and by the one that they enter. */
export interface Adjacency {
	outgoing: Map<string, FlowLink[]>;
	incoming: Map<string, FlowLink[]>;
}

export const adjacencyOf = (links: FlowLink[]): Adjacency => ({
	outgoing: group(links, (link) => link.from),
	incoming: group(links, (link) => link.to)
});

/** Everything upstream and downstream of a node, itself included. */
export function trace(id: string, { outgoing, incoming }: Adjacency): Trace {
	const nodes = new Set([id]);
	const edges = new Set<string>();
	for (const [links, far] of [
		[incoming, 'from'],
		[outgoing, 'to']
	] as const) {
		const seen = new Set([id]);
		for (const here of seen)
			for (const link of links.get(here) ?? []) {
				edges.add(edgeKey(link));
				nodes.add(link[far]);
				seen.add(link[far]);
			}
	}
	return { nodes, edges };
}

const ARROWS: Record<Direction, [back: string, on: string, before: string, after: string]> = {
	across: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
	down: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']
};

/** The node a key leads to from `id`; null when the key leads nowhere or is not one of ours. */
export function nodeAfterKey(
	id: string,
	key: string,
	nodes: PlacedNode[],
	adjacency: Adjacency,
	direction: Direction
): string | null {
	const [back, on, before, after] = ARROWS[direction];
	const ids = new Set(nodes.map((n) => n.id));
	const strongest = (links: FlowLink[] = [], far: 'from' | 'to') =>
		links.filter((l) => ids.has(l[far])).toSorted((a, b) => b.cosine - a.cosine)[0]?.[far] ?? null;
	if (key === back) return strongest(adjacency.incoming.get(id), 'from');
	if (key === on) return strongest(adjacency.outgoing.get(id), 'to');
	if (key === before) return beside(id, -1, nodes, direction);
	if (key === after) return beside(id, 1, nodes, direction);
	if (key === 'Home') return nodes[0]?.id ?? null;
	if (key === 'End') return nodes.at(-1)?.id ?? null;
	return null;
}

/** The next node on one side, across the lanes; those of the same layer come first. */
function beside(
	id: string,
	side: -1 | 1,
	nodes: PlacedNode[],
	direction: Direction
): string | null {
	const across = (n: PlacedNode) => (direction === 'across' ? n.y : n.x);
	const along = (n: PlacedNode) => (direction === 'across' ? n.x : n.y);
	const here = nodes.find((n) => n.id === id);
	if (!here) return null;
	const distance = (n: PlacedNode) =>
		Math.abs(n.layer - here.layer) * 1e6 +
		Math.abs(across(n) - across(here)) * 1e3 +
		Math.abs(along(n) - along(here));
	const there = nodes
		.filter((n) => (across(n) - across(here)) * side > 1)
		.toSorted((a, b) => distance(a) - distance(b));
	return there[0]?.id ?? null;
}
