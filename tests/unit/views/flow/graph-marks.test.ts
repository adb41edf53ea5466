import { describe, expect, it } from 'vitest';
import type { FlowGraph, FlowNode } from '../../../../src/core/flow/graph';
import {
	edgeMarks,
	flowTables,
	nodeMark,
	type Known
} from '../../../../src/views/flow/graph-marks';

const A = 'blocks.1.hook_attn_out/7';
const R0 = 'blocks.0.hook_resid_post/3';
const R1 = 'blocks.1.hook_resid_post/5';

const node = (id: string, more: Partial<FlowNode> = {}): FlowNode => ({
	id,
	site: id.split('/')[0]!,
	layer: Number(/\d+/.exec(id)![0]),
	origin: null,
	from: [],
	missing: [],
	...more
});

const graph: FlowGraph = {
	nodes: [node(R0), node(A), node(R1, { origin: 'processed', from: ['resid', 'attn'] })],
	edges: [
		{ from: R0, to: R1, cosine: 0.9, z: 30 },
		{ from: A, to: R1, cosine: 0.2, z: -1 },
		{ from: R0, to: A, cosine: 0.31, z: 4 }
	],
	null: {
		'blocks.0.hook_resid_post→blocks.1.hook_resid_post': { median: 0.22, q999: 0.3 },
		'blocks.1.hook_attn_out→blocks.1.hook_resid_post': { median: 0.22, q999: 0.3 },
		'blocks.0.hook_resid_post→blocks.1.hook_attn_out': { median: 0.22, q999: 0.3 }
	}
};

const known: Known = {
	line: (id) => ({
		id,
		label: { text: `label of ${id}`, source: 'tokens', score: null },
		density: 0.01,
		max: 4
	}),
	activationsOf: (id) => (id === R1 ? [0, 1, 3] : null),
	tokens: [{ text: 'a' }, { text: ' b' }, { text: ' fox' }],
	href: (id) => `#/feature/${id}`
};

describe('nodeMark', () => {
	it('carries the full id, the label, and the prompt as a share of the maximum', () => {
		const mark = nodeMark(graph.nodes[2]!, known);
		expect(mark).toMatchObject({ id: R1, kind: 'resid', short: 'R1 · 5', share: 0.75 });
		expect(mark.spoken.startsWith(R1)).toBe(true);
		expect(mark.details.join(' ')).toMatch(/processed.*previous residual.*attention.*·fox.*75 %/);
	});

	it('has no halo where the feature is silent or not read yet', () => {
		expect(nodeMark(graph.nodes[0]!, known).share).toBe(0);
	});

	it('never exceeds the whole, and manages without a maximum', () => {
		const unmeasured = { ...known, line: () => undefined, activationsOf: () => [9] };
		expect(nodeMark(node(R0), unmeasured)).toMatchObject({ share: 1, label: 'unnamed' });
	});

	it('says how good its name is, and where it was seen to come from', () => {
		const label = { text: 'animal, named', source: 'truth', score: 0.83, chance: 0.05 };
		const observed = [0.1, 0.2, 0, 0, 0.6, 0.1, 0, 0];
		const { details } = nodeMark({ ...graph.nodes[2]!, label, observed }, known);
		expect(details[0]).toBe('checked name: F1 0.83');
		expect(details).toContain(
			'observed on text: most often with residual before + MLP (60 % of its tokens)'
		);
		const plain = nodeMark(graph.nodes[2]!, known).details.join(' ');
		expect(plain).toContain('pushes towards these tokens');
		expect(plain).not.toContain('observed');
	});

	it('names what is missing', () => {
		const mark = nodeMark(
			node(R1, { origin: 'not measured', missing: ['blocks.1.hook_mlp_out'] }),
			known
		);
		expect(mark.details.join(' ')).toContain('missing: blocks.1.hook_mlp_out');
	});
});

describe('edgeMarks', () => {
	it('draws the strongest last and calls high what is above the null', () => {
		const marks = edgeMarks(graph, {});
		expect(marks.map((m) => m.cosine)).toEqual([0.2, 0.31, 0.9]);
		expect(marks.map((m) => m.high)).toEqual([false, true, true]);
		expect(marks.map((m) => m.counts)).toEqual([false, true, true]);
	});

	it('lets thresholds decide what counts, by the kind of the upstream site', () => {
		const marks = edgeMarks(graph, { tRes: 0.5, tModule: 0.15 });
		expect(marks.map((m) => [m.high, m.counts])).toEqual([
			[false, true],
			[true, false],
			[true, true]
		]);
	});
});

describe('flowTables', () => {
	it('lists every node, every edge and every null', () => {
		const tables = flowTables(
			graph,
			graph.nodes.map((n) => nodeMark(n, known)),
			edgeMarks(graph, {})
		);
		expect(tables.map((t) => t.rows.length)).toEqual([3, 3, 3]);
		expect(tables[1]?.rows[0]).toEqual([R0, R1, 0.9, 30, 'yes']);
		for (const { columns, rows } of tables)
			for (const row of rows) expect(row).toHaveLength(columns.length);
	});
});
