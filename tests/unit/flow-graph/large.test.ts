/** Flow graphs of many features: few crossings, nothing touches, fast. */
import { describe, expect, it } from 'vitest';
import {
	directionFor,
	layoutFlow,
	type FlowLayout,
	type FlowLink,
	type FlowMark
} from '../../../src/flow-graph/layout/flow';
import { thin } from '../../../src/flow-graph/layout/edges';
import { pickNames } from '../../../src/flow-graph/layout/names';
import { orderStacks } from '../../../src/flow-graph/layout/order';
import { widthOfText } from '../../../src/charts/layout/text';
import { plantedFlow, shuffledChains } from '../../planted-flow';

const lay = (marks: FlowMark[], links: FlowLink[], width = 1180, height = 800): FlowLayout =>
	layoutFlow(marks, links, { direction: directionFor(width), width, height, layers: 7 });

/** Pairs of straight lines between placed nodes that cross, ends apart. */
function crossings({ nodes }: FlowLayout, links: FlowLink[]): number {
	const at = new Map(nodes.map((n) => [n.id, n]));
	const lines = links.map((l) => [at.get(l.from)!, at.get(l.to)!] as const);
	type Point = { x: number; y: number };
	const side = (a: Point, b: Point, p: Point) =>
		Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));
	let found = 0;
	for (const [i, [a, b]] of lines.entries())
		for (const [p, q] of lines.slice(i + 1)) {
			if (a === p || a === q || b === p || b === q) continue;
			if (side(a, b, p) * side(a, b, q) < 0 && side(p, q, a) * side(p, q, b) < 0) found++;
		}
	return found;
}

const SCREENS = [
	{ name: 'a phone', width: 328, height: 640 },
	{ name: 'a laptop', width: 1180, height: 640 },
	{ name: 'a large screen', width: 1880, height: 1000 }
];

describe.each(SCREENS)('500 nodes and 1,500 edges on $name', ({ width, height }) => {
	const { marks, links } = plantedFlow(500, 1500);
	const layout = lay(marks, links, width, height);

	it('are all placed, inside, and touch nowhere', () => {
		const { nodes, radius } = layout;
		expect(nodes).toHaveLength(marks.length);
		expect(layout.edges).toHaveLength(links.length);
		expect(layout.dense).toBe(true);
		let [nearest, rim] = [Infinity, Infinity];
		for (const [i, a] of nodes.entries()) {
			rim = Math.min(rim, a.x, a.y, layout.width - a.x, layout.height - a.y);
			for (const b of nodes.slice(i + 1))
				nearest = Math.min(nearest, Math.hypot(a.x - b.x, a.y - b.y));
		}
		expect(rim).toBeGreaterThan(radius);
		expect(nearest).toBeGreaterThan(2 * radius);
		expect(radius).toBeGreaterThanOrEqual(3.5);
	});

	it('stay in their lanes, in the order of computation', () => {
		const { nodes, lanes, columns, direction } = layout;
		const astray = nodes.filter((node) => {
			const [along, across] = direction === 'across' ? [node.x, node.y] : [node.y, node.x];
			const lane = lanes.find((l) => l.lane === node.lane)!;
			const column = columns.find((c) => c.name === `${node.layer}`)!;
			const inLane = across > lane.start && across < lane.end;
			return !inLane || along <= column.start || along >= column.end + layout.radius;
		});
		expect(astray).toEqual([]);
	});

	it('fit the room without scrolling sideways', () => {
		expect(layout.width).toBeLessThanOrEqual(width);
		if (layout.direction === 'across') expect(layout.height).toBeLessThanOrEqual(height);
	});

	it('are placed alike again', () => {
		const shorter = lay(marks, links, width, height);
		expect(shorter).toEqual(layout);
	});
});

describe('the order of stacks', () => {
	it('untangles parallel chains that come shuffled', () => {
		for (const seed of [1, 2, 3]) {
			const { marks, links } = shuffledChains(12, 7, seed);
			const stream = links.filter((l) => l.from.includes('resid'));
			const before = crossings(lay(marks, []), stream);
			expect(before).toBeGreaterThan(100);
			expect(crossings(lay(marks, links), stream)).toBe(0);
		}
	});

	it('takes out more than a quarter of the crossings of a graph in which everything crosses', () => {
		const { marks, links } = plantedFlow(500, 1500);
		const before = crossings(lay(marks, []), links);
		expect(crossings(lay(marks, links), links)).toBeLessThan(0.75 * before);
	});

	it('leaves what crosses nothing as it came', () => {
		const stacks = [
			['a', 'b', 'c'],
			['d', 'e', 'f']
		];
		const links = ['ad', 'be', 'cf'].map(([from, to]) => ({ from: from!, to: to!, cosine: 0.5 }));
		const across = (_: number, place: number) => place;
		expect(orderStacks(stacks, links, across)).toEqual(stacks);
		expect(orderStacks(stacks, [], across)).toEqual(stacks);
		expect(orderStacks([['a']], [{ from: 'a', to: 'gone', cosine: 1 }], across)).toEqual([['a']]);
	});

	it('finds the one crossing-free order by exchange where a barycentre ties', () => {
		const stacks = [
			['a', 'b'],
			['c', 'd']
		];
		const links = [
			{ from: 'a', to: 'd', cosine: 0.9 },
			{ from: 'b', to: 'c', cosine: 0.9 }
		];
		const found = orderStacks(stacks, links, (_, place) => place);
		expect([found[0]!.indexOf('a'), found[0]!.indexOf('b')]).toEqual([
			found[1]!.indexOf('d'),
			found[1]!.indexOf('c')
		]);
	});

	it('takes under 50 ms of one core for 500 nodes and 1,500 edges, placing included', () => {
		const { marks, links } = plantedFlow(500, 1500);
		// Time of this process, not of the clock: a busy machine is no failure.
		const times = Array.from({ length: 8 }, () => {
			const start = process.cpuUsage();
			lay(marks, links);
			const { user, system } = process.cpuUsage(start);
			return (user + system) / 1000;
		});
		expect(Math.min(...times)).toBeLessThan(50);
	});
});

describe('edges beyond what can be drawn', () => {
	const links = [0.3, 0.9, 0.3, 0.5, 0.1].map((cosine, i) => ({ from: `a${i}`, to: 'b', cosine }));

	it('are the weakest, and are counted', () => {
		const { drawn, left, least } = thin(links, 3);
		expect(drawn.map((l) => l.from)).toEqual(['a0', 'a1', 'a3']);
		expect([left, least]).toEqual([2, 0.3]);
	});

	it('are none when all fit', () => {
		expect(thin(links, 5)).toEqual({ drawn: links, left: 0, least: null });
	});
});

describe('names on a dense graph', () => {
	const { marks, links } = plantedFlow(500, 1500);
	const layout = lay(marks, links);

	const boxes = (k: number) =>
		pickNames(layout, marks, { k, most: Infinity }).map(({ id, text, x, y, anchor }) => {
			const width = widthOfText(text, 12.5) / k;
			const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
			return { id, left, right: left + width, top: y - 10 / k, bottom: y + 2 / k };
		});

	it.each([1, 1.6, 2.5, 4])('cover neither a mark nor each other at %f', (k) => {
		const found = boxes(k);
		const wrong: string[] = [];
		for (const [i, a] of found.entries()) {
			for (const b of found.slice(i + 1))
				if (a.right > b.left && b.right > a.left && a.bottom > b.top && b.bottom > a.top)
					wrong.push(`${a.id} over ${b.id}`);
			for (const { id, x, y } of layout.nodes) {
				const dx = Math.max(a.left - x, 0, x - a.right);
				const dy = Math.max(a.top - y, 0, y - a.bottom);
				if (Math.hypot(dx, dy) < 0.9 * layout.radius) wrong.push(`${a.id} over the mark of ${id}`);
			}
			if (a.left < 0 || a.right > layout.width) wrong.push(`${a.id} outside`);
		}
		expect(wrong).toEqual([]);
	});

	it('are more the closer one looks, until all have one', () => {
		const counts = [1, 1.6, 2.5, 4, 6].map((k) => boxes(k).length);
		expect(counts).toEqual(counts.toSorted((a, b) => a - b));
		expect(counts.at(-1)).toBeGreaterThan(0.95 * marks.length);
		expect(counts[0]).toBeGreaterThan(20);
	});

	it('go to the first candidates, and to no more than asked for', () => {
		const few = pickNames(layout, marks, { k: 2, most: 12 });
		expect(few).toHaveLength(12);
		expect(few[0]!.id).toBe(marks[0]!.id);
		expect(pickNames(layout, [{ id: 'gone', label: 'x' }], { k: 1, most: 9 })).toEqual([]);
	});
});
