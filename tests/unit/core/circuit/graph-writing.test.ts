/** A circuit written as an attribution graph and read again: the same nodes, weights, groups and note. */
import { expect, it } from 'vitest';
import { nodeKey, type Circuit } from '../../../../src/core/circuit/circuit';
import { GraphReader } from '../../../../src/core/circuit/graph-file/graph-reader';
import { circuitFile, graphFile } from '../../../../src/core/circuit/graph-file/graph-writing';
import { rawGraph } from '../../../attribution-graph';

function read(file: unknown) {
	const reader = new GraphReader();
	reader.push(JSON.stringify(file));
	return reader.finish();
}

const [A, B] = ['blocks.0.hook_mlp_out', 'blocks.1.hook_resid_post'];
const nodes = [
	{ id: `${B}/7`, position: 2, activation: 2, effect: -3 },
	{ error: B, position: 2, activation: 5, effect: 2 },
	{ id: `${A}/812`, position: 1, activation: 4, effect: -1 }
];
const circuit: Circuit = {
	tokens: ['The', ' old', ' fox'].map((text, id) => ({ id, text, special: false })),
	target: { id: 9, text: ' sea', p: 0.25 },
	against: null,
	method: 'ig',
	metric: { clean: 5, empty: 1, patched: null },
	nodes,
	candidates: 30,
	total: -4,
	edges: [{ from: nodes[2]!, to: nodes[0]!, weight: -0.5 }],
	edgesLeftOut: 0,
	outputs: [
		{ from: nodes[0]!, weight: -3 },
		{ from: nodes[1]!, weight: 2 }
	],
	faithfulness: [],
	completeness: [],
	draws: 3,
	leftOut: []
};
const written = circuitFile({
	circuit,
	model: 'stories',
	prompt: 'The old fox',
	name: (id) => (id === `${A}/812` ? 'foxes' : undefined),
	groups: [{ name: 'sea', members: [nodeKey(nodes[0]!), nodeKey(nodes[2]!), 'gone'] }],
	note: 'a note'
});

it('is read again as what it was', () => {
	const graph = read(written);
	expect(graph.tokens).toEqual(['The', ' old', ' fox']);
	expect(graph.prompt).toBe('The old fox');
	expect(graph.note).toBe('a note');
	expect(graph.leftOut).toEqual({ nodes: 0, links: 0 });
	const own = graph.nodes.filter(({ kind }) => kind !== 'logit');
	expect(own.map((node) => node.own)).toEqual([{ id: `${B}/7` }, { error: B }, { id: `${A}/812` }]);
	expect(own.map(({ activation, position }) => [activation, position])).toEqual([
		[2, 2],
		[5, 2],
		[4, 1]
	]);
	expect(own.map(({ reached }) => reached)).toEqual([1 / 2, 5 / 6, 1]);
	expect(graph.layers.map(({ sae }) => sae)).toEqual([A, B, null]);
	const [logit] = graph.nodes.filter(({ kind }) => kind === 'logit');
	expect(logit!.p).toBe(0.25);
	const links = Array.from(graph.links.weight, (weight, i) => ({
		from: graph.nodes[graph.links.from[i]!]!.own,
		to: graph.nodes[graph.links.to[i]!]!.own,
		weight
	}));
	// What a node adds has the other sign than what setting it aside does.
	expect(links).toEqual([
		{ from: { id: `${B}/7` }, to: null, weight: 3 },
		{ from: { error: B }, to: null, weight: -2 },
		{ from: { id: `${A}/812` }, to: { id: `${B}/7` }, weight: 0.5 }
	]);
	expect(graph.supernodes).toEqual([{ name: 'sea', members: [own[0]!.id, own[2]!.id] }]);
});

it('has what the schema of Neuronpedia requires, and ids of the form that circuit-tracer gives', () => {
	for (const key of ['slug', 'scan', 'prompt_tokens', 'prompt'])
		expect(written.metadata).toHaveProperty(key);
	for (const node of written.nodes) {
		for (const key of [
			'node_id',
			'feature',
			'layer',
			'ctx_idx',
			'feature_type',
			'jsNodeId',
			'clerp'
		])
			expect(node).toHaveProperty(key);
		expect(node.node_id).toMatch(/^\d+_(-1|\d+)_\d+$/);
		expect(Number.isInteger(node.feature)).toBe(true);
	}
	// (x + y)(x + y + 1)/2 + y of layer 1, feature 7.
	expect(written.nodes[0]!.feature).toBe(43);
	for (const { source, target } of written.links)
		for (const end of [source, target])
			expect(written.nodes.map(({ node_id: id }) => id)).toContain(end);
});

it('writes a file that was opened with what was added to it', () => {
	const graph = read(rawGraph());
	const groups = [{ name: 'new', members: [graph.nodes[0]!.id] }];
	const again = read(graphFile(graph, { pins: ['1_101_1'], supernodes: groups, note: 'seen' }));
	expect(again.pins).toEqual(['1_101_1']);
	expect(again.supernodes).toEqual(groups);
	expect(again.note).toBe('seen');
	expect(again.nodes).toEqual(graph.nodes);
	expect(again.links).toEqual(graph.links);
});
