/** Attribution graphs read in pieces: what is in them, what is let go, and what is refused. */
import { describe, expect, it } from 'vitest';
import { GraphReader } from '../../../../src/core/circuit/graph-file/graph-reader';
import { influences, orderOf } from '../../../../src/core/circuit/graph-file/influence';
import { LinkList } from '../../../../src/core/circuit/graph-file/link-list';
import { Problem } from '../../../../src/core/names/errors';
import { rawGraph, type RawGraph } from '../../../attribution-graph';

function read(text: string, most?: number, piece = text.length) {
	const reader = new GraphReader(most);
	for (let at = 0; at < text.length; at += piece) reader.push(text.slice(at, at + piece));
	return reader.finish();
}
const readRaw = (raw: unknown, most?: number) => read(JSON.stringify(raw), most);

describe('an attribution graph', () => {
	it('is the same in pieces of any length, indented or not', () => {
		const raw = rawGraph();
		const whole = readRaw(raw);
		expect(whole.nodes).toHaveLength(raw.nodes.length);
		expect(whole.links.weight).toHaveLength(raw.links.length);
		for (const piece of [1, 7, 64, 1000]) {
			expect(read(JSON.stringify(raw), undefined, piece)).toEqual(whole);
			expect(read(`\ufeff${JSON.stringify(raw, null, 2)}\n`, undefined, piece)).toEqual(whole);
		}
	});

	it('has its links between the nodes that the file names, with their weights', () => {
		const raw = rawGraph();
		const { nodes, links } = readRaw(raw);
		const ours = Array.from(
			links.weight,
			(w, i) => `${nodes[links.from[i]!]!.id} ${nodes[links.to[i]!]!.id} ${w.toFixed(4)}`
		);
		const theirs = raw.links.map(
			({ source, target, weight }) => `${source} ${target} ${Math.fround(weight).toFixed(4)}`
		);
		expect(ours.sort()).toEqual(theirs.sort());
	});

	it('has its names, pins and supernodes, also as addresses of Neuronpedia have them', () => {
		const raw = rawGraph();
		const graph = readRaw(raw);
		const named = graph.nodes.find(({ name }) => name === 'says sea')!;
		expect(graph.pins).toEqual([named.id]);
		expect(graph.supernodes[0]).toEqual({
			name: 'the sea',
			members: [named.id, expect.any(String)]
		});
		const { pinnedIds, supernodes } = raw.qParams as {
			pinnedIds: string[];
			supernodes: string[][];
		};
		const asText = { pinnedIds: `${pinnedIds.join(',')},`, supernodes: JSON.stringify(supernodes) };
		expect(readRaw({ ...raw, qParams: asText }).supernodes).toEqual(graph.supernodes);
		expect(readRaw({ ...raw, qParams: asText }).pins).toEqual(graph.pins);
		expect(readRaw({ ...raw, qParams: {} }).supernodes).toEqual([]);
	});

	it('may have its parts in any order', () => {
		const { metadata, qParams, nodes, links } = rawGraph();
		const whole = readRaw({ metadata, qParams, nodes, links });
		expect(readRaw({ links, nodes, more: [[1], {}], qParams, metadata })).toEqual(whole);
	});

	it('keeps the nodes of most influence, all inputs and outputs, and the links between them', () => {
		const raw = rawGraph({ features: 200, tokens: 6, layers: 5 });
		const graph = readRaw(raw, 20);
		const inner = graph.nodes.filter(({ kind }) => kind === 'feature' || kind === 'error');
		const best = raw.nodes
			.filter(({ feature_type: type }) => !['embedding', 'logit'].includes(type as string))
			.sort((a, b) => (a.influence as number) - (b.influence as number))
			.slice(0, 20);
		expect(inner.map(({ id }) => id).sort()).toEqual(best.map((n) => n.node_id as string).sort());
		expect(graph.nodes).toHaveLength(20 + 6 + 2);
		const kept = new Set(graph.nodes.map(({ id }) => id));
		const between = raw.links.filter(({ source, target }) => kept.has(source) && kept.has(target));
		expect(graph.links.weight).toHaveLength(between.length);
		expect(graph.found).toEqual({ nodes: raw.nodes.length, links: raw.links.length });
	});

	it('has its influence worked out where the file does not tell it, as by powers of the matrix', () => {
		const raw = rawGraph({ features: 40, influence: false });
		const graph = readRaw(raw);
		expect(graph.isWorkedOut).toBe(true);
		const ids = raw.nodes.map((node) => node.node_id as string);
		const a = ids.map(() => ids.map(() => 0));
		for (const { source, target, weight } of raw.links)
			a[ids.indexOf(target)]![ids.indexOf(source)]! += Math.abs(Math.fround(weight));
		for (const row of a) {
			const sum = row.reduce((x, y) => x + y, 0);
			if (sum > 0) row.forEach((w, i) => (row[i] = w / sum));
		}
		let now = raw.nodes.map((node) =>
			node.feature_type === 'logit' ? (node.token_prob as number) : 0
		);
		const total = ids.map(() => 0);
		for (let step = 0; step < 10; step++) {
			now = ids.map((_, j) => now.reduce((sum, v, i) => sum + v * a[i]![j]!, 0));
			now.forEach((v, i) => (total[i]! += v));
		}
		const sum = total.reduce((x, y) => x + y, 0);
		for (const node of graph.nodes) {
			const own = total[ids.indexOf(node.id)]!;
			const reached = total.filter((v) => v >= own).reduce((x, y) => x + y, 0) / sum;
			if (own > 0) expect(node.reached).toBeCloseTo(reached, 5);
		}
	});

	it('leaves out a node of the id of another, and links to nodes that are not there, and says so', () => {
		const raw = rawGraph();
		raw.nodes.push({ ...raw.nodes[5]! });
		raw.links.push({ source: 'E_99_0', target: raw.nodes[5]!.node_id as string, weight: 1 });
		expect(readRaw(raw).leftOut).toEqual({ nodes: 1, links: 1 });
	});

	it('shows HTML in names as text, and takes out what turns the text around it', () => {
		const raw = rawGraph();
		raw.nodes[4]!.clerp = '<img src=x onerror=alert(1)>\u202egnirts';
		const { nodes } = readRaw(raw);
		expect(nodes.map(({ name }) => name)).toContain('<img src=x onerror=alert(1)>gnirts');
	});
});

describe('what is no such graph', () => {
	const changed = (change: (raw: RawGraph) => void) => {
		const raw = rawGraph();
		change(raw);
		return JSON.stringify(raw);
	};
	const sound = JSON.stringify(rawGraph());
	it.each([
		['cut off', sound.slice(0, -1), 'cut off'],
		['cut off in a link', sound.slice(0, sound.length >> 1), 'cut off'],
		['empty', '', 'cut off'],
		['another text', 'PK\u0003\u0004', 'not whole JSON'],
		['goes on after its end', `${sound}}`, 'not whole JSON'],
		['a list', '[]', 'not whole JSON'],
		['without nodes', '{"metadata":{"prompt_tokens":[]},"links":[]}', 'has no nodes'],
		['a newer version', changed((r) => (r.metadata.schema_version = 2)), 'version 2'],
		[
			'with a circle',
			changed(({ links }) =>
				links.push(
					...links
						.slice(0, 1)
						.map(({ source, target }) => ({ source: target, target: source, weight: 1 }))
				)
			),
			'in a circle through node “'
		],
		[
			'a node that leads to itself',
			changed(({ links }) => (links[3]!.source = links[3]!.target)),
			'in a circle'
		],
		['a layer that is none', changed(({ nodes }) => (nodes[5]!.layer = '../../etc')), 'layer'],
		['a token beyond the prompt', changed(({ nodes }) => (nodes[5]!.ctx_idx = 4)), 'token 4'],
		[
			'a weight that is none',
			changed(({ links }) => (links[2]!.weight = 'x' as never)),
			'links[2]'
		],
		['an endless weight', sound.replace(/"weight":[^}]+/, '"weight":1e999'), 'links[0]'],
		[
			'an id that is none',
			changed(({ nodes }) => (nodes[1]!.node_id = { toString: 1 })),
			'node_id'
		],
		['deep', `{"metadata":${'['.repeat(300)}`, 'not whole JSON']
	])('is refused by name: %s', (_, text, named) => {
		expect(() => read(text, undefined, 50)).toThrow(Problem);
		expect(() => read(text, undefined, 50)).toThrow(named);
	});
});

describe('links', () => {
	it('take no more room than allowed: the weaker half goes', () => {
		const list = new LinkList(1 << 12);
		for (let i = 0; i < 50_000; i++) list.add(i % 7, 7 + (i % 5), (i * 7919) % 50_000);
		const { weight } = list.renumbered((node) => node);
		expect(weight.length).toBeLessThanOrEqual(1 << 12);
		expect(weight.length).toBeGreaterThan(1 << 10);
		expect(weight[0]).toBe(49_999);
		// The strongest are all there.
		for (let i = 0; i < 500; i++) expect(weight[i]).toBe(49_999 - i);
	});

	it('that are all alike do not fill the memory', () => {
		const list = new LinkList(1 << 12);
		for (let i = 0; i < 20_000; i++) list.add(0, 1, 1);
		expect(list.renumbered((node) => node).weight.length).toBeLessThanOrEqual(1 << 12);
	});

	it('hand influence back through a chain whole', () => {
		const chain = {
			from: Uint32Array.of(0, 1, 2),
			to: Uint32Array.of(1, 2, 3),
			weight: Float32Array.of(-5, 0.1, 2)
		};
		const ordered = orderOf(4, chain);
		if (!('order' in ordered)) throw new Error('a chain has an order');
		expect([...influences(4, chain, new Map([[3, 0.5]]), ordered.order)]).toEqual([
			0.5, 0.5, 0.5, 0
		]);
	});
});
