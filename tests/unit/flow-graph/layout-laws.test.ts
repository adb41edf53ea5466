/** Laws of the flow graph's layout, over random graphs of every size on every screen. */
import { describe, expect, it } from 'vitest';
import { edgeKey, thin } from '../../../src/flow-graph/layout/edges';
import {
	layoutFlow,
	type FlowFrame,
	type FlowKind,
	type FlowLink,
	type FlowMark
} from '../../../src/flow-graph/layout/flow';
import { orderStacks } from '../../../src/flow-graph/layout/order';
import { adjacencyOf, nodeAfterKey, trace } from '../../../src/flow-graph/layout/paths';
import { rowsOf } from '../../../src/flow-graph/layout/place';
import { Draws } from '../../draws';

const draws = new Draws(500);
const DEPTH: Record<FlowKind, number> = { embed: -1, attn: 0, mlp: 1, resid: 2 };
const depthOf = ({ kind, layer }: FlowMark) => 3 * layer + DEPTH[kind];

/** Marks in no order, and links from shallow to deep ones, some of them to what is not there. */
function drawn(layers: number, wide: number) {
	const first: FlowMark = { id: 'resid0/x', layer: 0, kind: 'resid' };
	const marks = draws.shuffled([
		...draws.list(draws.integer(0, wide), (i): FlowMark => ({
			id: `e/${i}`,
			layer: 0,
			kind: 'embed'
		})),
		...Array.from({ length: layers }, (_, layer) =>
			(['attn', 'mlp', 'resid'] as const).flatMap((kind) =>
				draws.list(draws.integer(0, wide), (i): FlowMark => ({
					id: `${kind}${layer}/${i}`,
					layer,
					kind
				}))
			)
		).flat(),
		first
	]);
	const links: FlowLink[] = draws.list(2 * marks.length, () => {
		const [a, b] = [draws.pick(marks), draws.pick(marks)].sort((x, y) => depthOf(x) - depthOf(y));
		return { from: a!.id, to: draws.chance(0.05) ? 'gone' : b!.id, cosine: draws.uniform() };
	});
	return { marks, links: links.filter(({ from, to }) => from !== to) };
}

const cases = draws.list(60, (i) => {
	const layers = draws.integer(1, 8);
	const graph = drawn(layers, i % 3 === 0 ? 25 : 3);
	const frame: FlowFrame = draws.chance(0.5)
		? {
				direction: 'across',
				width: draws.integer(720, 2000),
				height: draws.integer(400, 900),
				layers
			}
		: { direction: 'down', width: draws.integer(320, 719), layers };
	return { ...graph, frame, layout: layoutFlow(graph.marks, graph.links, frame) };
});

describe('a placed flow graph', () => {
	it('has every mark once, inside, and none on another', () => {
		expect(new Set(cases.map(({ layout }) => layout.dense)).size).toBe(2);
		for (const { marks, layout } of cases) {
			const { nodes, radius, width, height } = layout;
			expect(nodes.map(({ id, layer, kind }) => ({ id, layer, kind }))).toEqual(marks);
			let nearest = Infinity;
			nodes.forEach((a, i) => {
				expect(a.x > radius && a.x < width - radius).toBe(true);
				expect(a.y > radius && a.y < height - radius).toBe(true);
				for (const b of nodes.slice(i + 1))
					nearest = Math.min(nearest, Math.hypot(a.x - b.x, a.y - b.y));
			});
			expect(nearest).toBeGreaterThan(2 * radius);
		}
	});

	it('has bands that follow one another without a gap, each mark in its own', () => {
		for (const { layout } of cases) {
			const { columns, lanes, nodes, direction } = layout;
			for (const bands of [columns, lanes])
				bands.forEach((band, i) => {
					expect(band.centre).toBeCloseTo((band.start + band.end) / 2, 9);
					if (i > 0) expect(band.start).toBeCloseTo(bands[i - 1]!.end, 9);
				});
			for (const { x, y, lane, kind, layer } of nodes) {
				const [along, across] = direction === 'across' ? [x, y] : [y, x];
				expect(lane).toBe(kind === 'embed' ? 'resid' : kind);
				const band = lanes.find((one) => one.lane === lane)!;
				expect(across > band.start && across < band.end).toBe(true);
				const column = columns.find(
					({ name }) => name === (kind === 'embed' ? 'embed' : `${layer}`)
				)!;
				expect(along > column.start - layout.radius && along < column.end + layout.radius).toBe(
					true
				);
			}
		}
	});

	it('is deeper along its direction for what is computed later', () => {
		for (const { layout } of cases) {
			const middles = new Map<number, number[]>();
			for (const node of layout.nodes) {
				const along = layout.direction === 'across' ? node.x : node.y;
				middles.set(depthOf(node), [...(middles.get(depthOf(node)) ?? []), along]);
			}
			// Of crowded stacks the rows lie around the place of their site.
			const places = [...middles]
				.sort(([a], [b]) => a - b)
				.map(([, all]) => (Math.min(...all) + Math.max(...all)) / 2);
			if (!layout.dense) expect(places).toEqual(places.toSorted((a, b) => a - b));
		}
	});

	it('has an edge for each link whose ends are there, wider for the higher cosine', () => {
		for (const { marks, links, layout } of cases) {
			const ids = new Set(marks.map(({ id }) => id));
			const known = links.filter(({ from, to }) => ids.has(from) && ids.has(to));
			expect(layout.edges.map(({ key }) => key)).toEqual(known.map(edgeKey));
			const node = new Map(layout.nodes.map((one) => [one.id, one]));
			layout.edges.forEach(({ from, to, lane, path }) => {
				const [a, b] = [node.get(from)!, node.get(to)!];
				const [dx, dy] = layout.direction === 'across' ? [layout.radius, 0] : [0, layout.radius];
				const numbers = path.match(/-?\d+(\.\d+)?(e-?\d+)?/g)!.map(Number);
				const ends = [...numbers.slice(0, 2), ...numbers.slice(-2)];
				[a.x + dx, a.y + dy, b.x - dx, b.y - dy].forEach((v, i) =>
					expect(ends[i]).toBeCloseTo(v, 2)
				);
				expect(lane).toBe(a.lane);
			});
			const widths = known
				.map(({ cosine }, i) => [cosine, layout.edges[i]!.width] as const)
				.sort(([a], [b]) => a - b);
			widths.forEach(([, width], i) => {
				if (i > 0) expect(width).toBeGreaterThan(widths[i - 1]![1]);
			});
		}
	});

	it('is the same again', () => {
		for (const { marks, links, frame, layout } of cases.slice(0, 10))
			expect(layoutFlow(structuredClone(marks), structuredClone(links), frame)).toEqual(layout);
	});
});

describe('the order within stacks', () => {
	/** Pairs of links between the same two stacks whose ends swap sides. */
	function crossings(stacks: string[][], links: FlowLink[]): number {
		const at = new Map(stacks.flatMap((stack, s) => stack.map((id, place) => [id, { s, place }])));
		const known = links.filter(({ from, to }) => at.has(from) && at.has(to));
		let found = 0;
		known.forEach((one, i) => {
			for (const other of known.slice(i + 1)) {
				const [a, b, c, d] = [one.from, one.to, other.from, other.to].map((id) => at.get(id)!);
				if (a!.s !== c!.s || b!.s !== d!.s) continue;
				if ((a!.place - c!.place) * (b!.place - d!.place) < 0) found++;
			}
		});
		return found;
	}

	it('holds the same marks, and never crosses more links than before', () => {
		let [before, after] = [0, 0];
		for (let trial = 0; trial < 40; trial++) {
			const stacks = draws.list(draws.integer(2, 5), (s) =>
				draws.list(draws.integer(1, 8), (i) => `${s}/${i}`)
			);
			// Only from one stack to the next, where crossings are what is seen.
			const links = draws.list(20, () => {
				const s = draws.integer(0, stacks.length - 2);
				return {
					from: draws.pick(stacks[s]!),
					to: draws.pick(stacks[s + 1]!),
					cosine: draws.real(0.1, 1)
				};
			});
			const found = orderStacks(stacks, links, (_, place) => place);
			expect(found.map((stack) => stack.toSorted())).toEqual(
				stacks.map((stack) => stack.toSorted())
			);
			const [was, is] = [crossings(stacks, links), crossings(found, links)];
			expect(is).toBeLessThanOrEqual(was);
			before += was;
			after += is;
		}
		expect(after).toBeLessThan(0.5 * before);
	});
});

describe('rows for marks that would touch', () => {
	it('keep each row clear, and are as few as can be', () => {
		for (let trial = 0; trial < 100; trial++) {
			const size = draws.real(1, 9);
			const positions = draws
				.list(draws.integer(1, 30), () => draws.real(0, 60))
				.sort((a, b) => a - b);
			const rows = rowsOf(positions, size);
			const last = new Map<number, number>();
			positions.forEach((position, i) => {
				const before = last.get(rows[i]!) ?? -Infinity;
				expect(position - before).toBeGreaterThanOrEqual(size - 1e-6);
				last.set(rows[i]!, position);
			});
			// As many as lie within one size of a mark at the most.
			const crowd = positions.map(
				(position) =>
					positions.filter((other) => other <= position && position - other < size - 1e-6).length
			);
			expect(last.size).toBe(Math.max(...crowd));
		}
	});
});

describe('thinning', () => {
	it('keeps the strongest, in the order in which they came', () => {
		for (let trial = 0; trial < 60; trial++) {
			const links = draws.list(draws.integer(0, 20), (i) => ({
				from: `${i}`,
				to: 'x',
				cosine: draws.integer(0, 8) / 8
			}));
			const most = draws.integer(1, 20);
			const { drawn, left, least } = thin(links, most);
			expect(drawn).toEqual(links.filter((link) => drawn.includes(link)));
			expect(drawn.length + left).toBe(links.length);
			expect(drawn).toHaveLength(Math.min(most, links.length));
			const weakest = Math.min(...drawn.map(({ cosine }) => cosine));
			expect(least).toBe(left > 0 ? weakest : null);
			for (const link of links)
				if (!drawn.includes(link)) {
					expect(link.cosine).toBeLessThanOrEqual(weakest);
					// Of equals those that came first.
					for (const kept of drawn)
						if (kept.cosine === link.cosine)
							expect(links.indexOf(kept)).toBeLessThan(links.indexOf(link));
				}
		}
	});
});

describe('paths through a graph', () => {
	it('lead to all that is reached upstream or downstream, by every link on the way', () => {
		for (const { marks, links } of cases.slice(0, 30)) {
			const start = draws.pick(marks).id;
			const reached = (from: 'from' | 'to', to: 'from' | 'to') => {
				const found = new Set([start]);
				for (let size = 0; size < found.size;) {
					size = found.size;
					for (const link of links) if (found.has(link[from])) found.add(link[to]);
				}
				return found;
			};
			const [on, back] = [reached('from', 'to'), reached('to', 'from')];
			const { nodes, edges } = trace(start, adjacencyOf(links));
			expect(nodes).toEqual(new Set([...on, ...back]));
			const passed = links.filter(({ from, to }) => on.has(from) || back.has(to));
			expect(edges).toEqual(new Set(passed.map(edgeKey)));
		}
	});

	it('by arrow keys go to the strongest neighbour, and to the side to which the key points', () => {
		for (const { links, layout } of cases.slice(0, 30)) {
			const { nodes, direction } = layout;
			const adjacency = adjacencyOf(links);
			const here = draws.pick(nodes);
			const node = new Map(nodes.map((one) => [one.id, one]));
			const go = (key: string) => nodeAfterKey(here.id, key, nodes, adjacency, direction);
			const [back, on, before, after] =
				direction === 'across'
					? ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']
					: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];
			for (const [key, near, far] of [
				[back, 'to', 'from'],
				[on, 'from', 'to']
			] as const) {
				const own = links.filter((link) => link[near] === here.id && node.has(link[far]));
				const most = Math.max(...own.map(({ cosine }) => cosine));
				const expected = own.find(({ cosine }) => cosine === most)?.[far] ?? null;
				expect(go(key)).toBe(expected);
			}
			const across = ({ x, y }: { x: number; y: number }) => (direction === 'across' ? y : x);
			for (const [key, side] of [
				[before, -1],
				[after, 1]
			] as const) {
				const to = go(key);
				const candidates = nodes.filter((one) => side * (across(one) - across(here)) > 1);
				expect(to === null).toBe(candidates.length === 0);
				if (to === null) continue;
				expect(candidates.map(({ id }) => id)).toContain(to);
				const off = (layer: number) => Math.abs(layer - here.layer);
				const nearest = Math.min(...candidates.map(({ layer }) => off(layer)));
				expect(off(node.get(to)!.layer)).toBe(nearest);
			}
			expect([go('Home'), go('End')]).toEqual([nodes[0]!.id, nodes.at(-1)!.id]);
			expect([go('Enter'), go('a')]).toEqual([null, null]);
		}
	});
});
