import { describe, expect, it } from 'vitest';
import {
	directionFor,
	layoutFlow,
	type FlowKind,
	type FlowLayout,
	type FlowLink,
	type FlowMark
} from '../../../src/flow-graph/layout/flow';
import { trace, nodeAfterKey, adjacencyOf } from '../../../src/flow-graph/layout/paths';

const mark = (kind: FlowKind, layer: number, index = 0): FlowMark => ({
	id: `${kind}${layer}/${index}`,
	layer,
	kind
});

/** A chain over `layers` layers with `wide` features at every site, all steps linked. */
function chain(layers: number, wide = 1): { marks: FlowMark[]; links: FlowLink[] } {
	const marks: FlowMark[] = [];
	const links: FlowLink[] = [];
	for (let l = 0; l < layers; l++)
		for (let i = 0; i < wide; i++) {
			marks.push(mark('attn', l, i), mark('mlp', l, i), mark('resid', l, i));
			const to = `resid${l}/${i}`;
			links.push({ from: `attn${l}/${i}`, to, cosine: 0.4 });
			links.push({ from: `mlp${l}/${i}`, to, cosine: 0.7 });
			links.push({ from: `attn${l}/${i}`, to: `mlp${l}/${i}`, cosine: 0.2 });
			if (l > 0) links.push({ from: `resid${l - 1}/${i}`, to, cosine: 0.9 });
		}
	return { marks, links };
}

const SCREENS = [
	{ name: 'a phone', width: 328 },
	{ name: 'a laptop', width: 1180 },
	{ name: 'a large screen', width: 2400 }
];

const lay = (layers: number, wide: number, width: number): FlowLayout => {
	const { marks, links } = chain(layers, wide);
	return layoutFlow(marks, links, { direction: directionFor(width), width, layers });
};

const ends = (path: string): [number, number, number, number] => {
	const numbers = path.match(/-?\d+(\.\d+)?/g)!.map(Number);
	return [numbers[0]!, numbers[1]!, numbers.at(-2)!, numbers.at(-1)!];
};

describe.each(SCREENS)('a flow graph on $name', ({ width }) => {
	it.each([
		[6, 1],
		[6, 3],
		[12, 2]
	])('keeps the marks of %i layers, %i a site, apart and inside', (layers, wide) => {
		const { nodes, width: w, height: h, radius } = lay(layers, wide, width);
		expect(nodes).toHaveLength(layers * wide * 3);
		for (const [i, a] of nodes.entries()) {
			expect(a.x).toBeGreaterThanOrEqual(radius);
			expect(a.x).toBeLessThanOrEqual(w - radius);
			expect(a.y).toBeGreaterThanOrEqual(radius);
			expect(a.y).toBeLessThanOrEqual(h - radius);
			for (const b of nodes.slice(i + 1))
				expect(Math.hypot(a.x - b.x, a.y - b.y), `${a.id} ${b.id}`).toBeGreaterThan(2 * radius);
		}
	});

	it('ends every edge at the rim of its two nodes', () => {
		const { nodes, edges, radius } = lay(6, 2, width);
		expect(edges.length).toBeGreaterThan(0);
		for (const edge of edges) {
			const [x1, y1, x2, y2] = ends(edge.path);
			const a = nodes.find((n) => n.id === edge.from)!;
			const b = nodes.find((n) => n.id === edge.to)!;
			expect(Math.hypot(x1 - a.x, y1 - a.y)).toBeCloseTo(radius, 1);
			expect(Math.hypot(x2 - b.x, y2 - b.y)).toBeCloseTo(radius, 1);
		}
	});

	it('runs along the order of computation', () => {
		const { nodes, direction } = lay(4, 1, width);
		const along = (id: string) => {
			const node = nodes.find((n) => n.id === id)!;
			return direction === 'across' ? node.x : node.y;
		};
		const order = ['attn0/0', 'mlp0/0', 'resid0/0', 'attn1/0', 'mlp1/0', 'resid1/0'];
		const places = order.map(along);
		expect(places).toEqual(places.toSorted((a, b) => a - b));
	});
});

describe('layoutFlow', () => {
	it('stays inside a phone and fills a wide screen', () => {
		expect(lay(6, 1, 328)).toMatchObject({ direction: 'down', width: 328 });
		expect(lay(6, 1, 1180)).toMatchObject({ direction: 'across', width: 1180 });
	});

	it('grows sideways rather than squeezing many layers', () => {
		expect(lay(24, 1, 1180).width).toBeGreaterThan(24 * 120);
	});

	it('keeps a chain straight, and edges wider with the cosine', () => {
		const { nodes, edges } = lay(6, 1, 1180);
		const stream = nodes.filter((n) => n.kind === 'resid');
		expect(new Set(stream.map((n) => n.y)).size).toBe(1);
		const width = (from: string) =>
			edges.find((e) => e.from === from && e.to === 'resid1/0')!.width;
		expect(width('resid0/0')).toBeGreaterThan(width('mlp1/0'));
		expect(width('mlp1/0')).toBeGreaterThan(width('attn1/0'));
	});

	it('draws parallel chains in parallel, in the order they came', () => {
		const { nodes } = lay(5, 2, 1180);
		for (let l = 0; l < 5; l++) {
			const [a, b] = [0, 1].map((i) => nodes.find((n) => n.id === `resid${l}/${i}`)!);
			expect(a!.y).toBeLessThan(b!.y);
		}
	});

	it('gives the same places again, and the nodes in the order given', () => {
		const { marks, links } = chain(6, 3);
		const frame = { direction: 'across', width: 1180, layers: 6 } as const;
		const first = layoutFlow(marks, links, frame);
		expect(first.nodes.map((n) => n.id)).toEqual(marks.map((m) => m.id));
		expect(layoutFlow(marks, links, frame)).toEqual(first);
	});

	it('shows layers without a node, and the embedding before the first', () => {
		const marks = [mark('embed', 0), mark('resid', 0)];
		const { columns, nodes } = layoutFlow(marks, [], {
			direction: 'across',
			width: 1180,
			layers: 6
		});
		expect(columns.map((c) => c.name)).toEqual(['embed', '0', '1', '2', '3', '4', '5']);
		expect(nodes[0]!.x).toBeLessThan(nodes[1]!.x);
	});

	it('leaves out edges whose node is not there', () => {
		const links = [{ from: 'resid0/0', to: 'resid1/9', cosine: 0.5 }];
		const { edges } = layoutFlow([mark('resid', 0)], links, {
			direction: 'across',
			width: 900,
			layers: 2
		});
		expect(edges).toEqual([]);
	});
});

describe('trace', () => {
	it('follows links up and down, not back down another branch', () => {
		const { links } = chain(3);
		const { nodes, edges } = trace('resid1/0', adjacencyOf(links));
		expect([...nodes].toSorted()).toEqual(
			['attn0/0', 'attn1/0', 'mlp0/0', 'mlp1/0', 'resid0/0', 'resid1/0', 'resid2/0'].toSorted()
		);
		expect(edges).toContain('resid0/0→resid1/0');
		expect(edges).not.toContain('attn2/0→resid2/0');
	});
});

describe('nodeAfterKey', () => {
	const { marks, links } = chain(3);
	const { nodes } = layoutFlow(marks, links, { direction: 'across', width: 900, layers: 3 });
	const step = (id: string, key: string) =>
		nodeAfterKey(id, key, nodes, adjacencyOf(links), 'across');

	it('goes along the strongest edge', () => {
		expect(step('resid0/0', 'ArrowRight')).toBe('resid1/0');
		expect(step('resid1/0', 'ArrowLeft')).toBe('resid0/0');
		expect(step('attn0/0', 'ArrowRight')).toBe('resid0/0');
	});

	it('goes between the lanes of a layer', () => {
		expect(step('resid1/0', 'ArrowDown')).toBe('mlp1/0');
		expect(step('mlp1/0', 'ArrowUp')).toBe('resid1/0');
		expect(step('attn1/0', 'ArrowDown')).toBe('resid1/0');
		expect(step('attn1/0', 'ArrowUp')).toBeNull();
	});

	it('stops at the ends and leaves other keys alone', () => {
		expect(step('resid2/0', 'ArrowRight')).toBeNull();
		expect(step('resid2/0', 'Home')).toBe('attn0/0');
		expect(step('resid2/0', 'a')).toBeNull();
	});

	it('turns with the graph', () => {
		const down = layoutFlow(marks, links, { direction: 'down', width: 328, layers: 3 });
		expect(nodeAfterKey('resid0/0', 'ArrowDown', down.nodes, adjacencyOf(links), 'down')).toBe(
			'resid1/0'
		);
		expect(nodeAfterKey('resid1/0', 'ArrowLeft', down.nodes, adjacencyOf(links), 'down')).toBe(
			'attn1/0'
		);
	});
});
