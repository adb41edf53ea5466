/** The lines of a flow graph, and which of them are drawn when there are very many. */
import { scaleLinear } from 'd3-scale';
import { linkHorizontal, linkVertical } from 'd3-shape';
import type { Sizes } from './bands';
import type { Direction, FlowLink, Lane, PlacedNode } from './flow';

export interface PlacedEdge {
	key: string;
	from: string;
	to: string;
	/** Of its start. */
	lane: Lane;
	path: string;
	/** Line width in pixels. */
	width: number;
}

export const edgeKey = ({ from, to }: { from: string; to: string }): string => `${from}→${to}`;

export function placeEdges(
	nodes: PlacedNode[],
	links: FlowLink[],
	direction: Direction,
	{ radius, thinnest, widest }: Sizes
): PlacedEdge[] {
	const at = new Map(nodes.map((n) => [n.id, n]));
	const widthOf = scaleLinear([0, 1], [thinnest, widest]).clamp(true);
	const line = direction === 'across' ? linkHorizontal() : linkVertical();
	const [dx, dy] = direction === 'across' ? [radius, 0] : [0, radius];
	return links.flatMap((link) => {
		const [a, b] = [at.get(link.from), at.get(link.to)];
		if (!a || !b) return [];
		const path = line({ source: [a.x + dx, a.y + dy], target: [b.x - dx, b.y - dy] }) ?? '';
		const { from, to } = link;
		return [{ key: edgeKey(link), from, to, lane: a.lane, path, width: widthOf(link.cosine) }];
	});
}

export interface Thinned<L> {
	/** In their given order. */
	drawn: L[];
	/** How many are not drawn. */
	left: number;
	/** The lowest cosine that is drawn; null when all are. */
	least: number | null;
}

/** The `most` strongest links; of equal ones, those given first. */
export function thin<L extends FlowLink>(links: L[], most: number): Thinned<L> {
	if (links.length <= most) return { drawn: links, left: 0, least: null };
	const strongest = links.toSorted((a, b) => b.cosine - a.cosine).slice(0, most);
	const kept = new Set(strongest);
	return {
		drawn: links.filter((link) => kept.has(link)),
		left: links.length - most,
		least: strongest.at(-1)!.cosine
	};
}
