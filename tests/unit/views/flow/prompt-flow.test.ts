import { describe, expect, it } from 'vitest';
import type { Token } from '../../../../src/core/names/tokens';
import type { OnPrompts, PromptFlow } from '../../../../src/core/flow/prompt';
import {
	differenceTable,
	placesOf,
	promptLinks,
	promptMark,
	promptTables
} from '../../../../src/views/flow/prompt/prompt-marks';
import {
	apartInWords,
	drawnInWords,
	gapsInWords,
	promptsInWords
} from '../../../../src/views/flow/prompt/prompt-words';
import { graphmlOf } from '../../../../src/views/flow/graph-marks';

const R0 = 'blocks.0.hook_resid_post';
const R1 = 'blocks.1.hook_resid_post';
const M1 = 'blocks.1.hook_mlp_out';
const tokens = (text: string): Token[] =>
	text.split(/(?= )/).map((word) => ({ id: word.length, text: word, special: false }));
const on = (share: number, at: number) => ({ share, peak: 4 * share, at });
const node = (id: string, here: OnPrompts) => ({
	id,
	site: id.split('/')[0]!,
	layer: Number(/\d+/.exec(id)![0]),
	origin: null,
	from: [],
	missing: [],
	on: here
});
const flow = (more: Partial<PromptFlow> = {}): PromptFlow => ({
	prompts: [
		{ tokens: tokens('he ran'), leftOut: 0, token: null },
		{ tokens: tokens('she ran'), leftOut: 0, token: null }
	],
	nodes: [
		node(`${R0}/3`, [on(1, 0), on(0.5, 1)]),
		node(`${M1}/4`, [on(0.25, 0), null]),
		node(`${R1}/5`, [null, on(0.75, 0)])
	],
	edges: [
		{ from: `${R0}/3`, to: `${R1}/5`, cosine: 0.9, z: 9, on: [false, true] },
		{ from: `${M1}/4`, to: `${R1}/5`, cosine: 0.4, z: 3, on: [true, true] }
	],
	null: { [`${R0}→${R1}`]: { median: 0.2, q999: 0.3 } },
	active: 40,
	whole: [],
	differences: [{ id: `${R1}/5`, on: [null, on(0.75, 0)] }],
	apart: [],
	...more
});
const alone = (): PromptFlow => {
	const both = flow();
	return {
		...both,
		prompts: both.prompts.slice(0, 1),
		nodes: both.nodes.slice(0, 2).map((n) => ({ ...n, on: n.on.slice(0, 1) })),
		edges: [],
		differences: []
	};
};
const known = {
	line: (id: string) => ({ id, label: null, density: null, max: 4 }),
	href: (id: string) => `#/feature/${id}`
};

describe('marks', () => {
	it('carry both strengths and say them, and none for a single prompt', () => {
		const mark = promptMark(flow().nodes[1]!, flow(), known);
		expect(mark).toMatchObject({ share: 0.25, beside: 0 });
		expect(mark.spoken).toContain('on the first prompt up to 1, on he: 25 % of its maximum');
		expect(mark.spoken).toContain('on the second prompt silent');
		const one = promptMark(alone().nodes[0]!, alone(), known);
		expect(one.beside).toBeUndefined();
		expect(one.spoken).toContain('on this prompt up to 4, on he');
	});

	it('say of a link on which prompt alone it is', () => {
		const links = promptLinks(flow(), {});
		expect(links.map(({ cosine, only }) => [cosine, only])).toEqual([
			[0.4, undefined],
			[0.9, 'second']
		]);
	});

	it('name the tokens on which a feature is strongest', () => {
		expect(placesOf([on(1, 0), on(0.5, 0)], flow())).toBe('he / she');
		expect(placesOf([on(1, 1), on(0.5, 1)], flow())).toBe('·ran');
		expect(placesOf([null, on(0.5, 1)], flow())).toBe('silent / ·ran');
	});
});

describe('tables', () => {
	it.each([flow(), alone()])('have a cell for every column', (graph) => {
		const marks = graph.nodes.map((n) => promptMark(n, graph, known));
		const links = promptLinks(graph, {});
		for (const { columns, rows } of [
			...promptTables(graph, marks, links),
			differenceTable(graph)
		]) {
			expect(new Set(columns).size).toBe(columns.length);
			for (const row of rows) expect(row).toHaveLength(columns.length);
		}
	});

	it('hold both prompts, what fires on which, and the difference', () => {
		const marks = flow().nodes.map((n) => promptMark(n, flow(), known));
		const [nodes, edges] = promptTables(flow(), marks, promptLinks(flow(), {}));
		const cell = (row: number, column: string) => nodes!.rows[row]![nodes!.columns.indexOf(column)];
		expect(cell(0, 'fires on')).toBe('both');
		expect(cell(1, 'fires on')).toBe('first');
		expect(cell(2, 'first prompt: share of maximum')).toBe(0);
		expect(cell(2, 'second prompt: token')).toBe('she');
		expect(cell(2, 'difference of shares')).toBe(0.75);
		expect(nodes!.columns).not.toContain('share of its maximum');
		expect(edges!.rows.map((row) => row.at(-1))).toEqual(['second', 'both']);
	});

	it('and GraphML say the same', () => {
		const marks = flow().nodes.map((n) => promptMark(n, flow(), known));
		const graph = graphmlOf(flow(), marks, promptLinks(flow(), {}));
		expect(graph.nodes[2]).toMatchObject({ share: 0, beside: 0.75 });
		expect(graph.edges.map((edge) => edge.on)).toEqual(['both', 'second']);
		const single = graphmlOf(alone(), [promptMark(alone().nodes[0]!, alone(), known)], []);
		expect(single.nodes[0]!.beside).toBeUndefined();
	});
});

describe('sentences', () => {
	it('say how many of how many are drawn, and which', () => {
		expect(drawnInWords(flow())).toMatch(/^3 of 40 active features .* those that differ most/);
		expect(drawnInWords(flow(), 1)).toMatch(/^2 of 40 .*, without 1 that matches nothing\.$/);
		expect(drawnInWords(alone())).toMatch(/the strongest in each residual layer.*no links\.$/);
		expect(drawnInWords({ ...alone(), whole: [R0] })).toContain(
			'all of those in the residual stream'
		);
		expect(drawnInWords({ ...alone(), active: 0, nodes: [] })).toBe(
			'No feature is active on the prompt here.'
		);
		expect(drawnInWords({ ...alone(), nodes: [] })).toContain('none in the residual stream');
	});

	it('name the sites without an SAE', () => {
		const sites = (layers: number) =>
			Array.from({ length: layers }, (_, l) =>
				['attn_out', 'mlp_out', 'resid_post'].map((kind) => `blocks.${l}.hook_${kind}`)
			).flat();
		expect(gapsInWords(sites(3), 3)).toBeNull();
		expect(gapsInWords(sites(1), 4)).toContain('attention of layers 1, 2 and 3; MLP of layers');
		expect(
			gapsInWords(
				sites(3).filter((site) => !site.includes('attn')),
				3
			)
		).toContain('no SAE for attention: what');
		expect(gapsInWords([R1], 3)).toContain('only one SAE');
		expect(gapsInWords([R1, `${R1}@wide`], 3)).toContain('only one SAE');
		expect(gapsInWords([], 3)).toContain('no SAE');
		// The stream before a layer is the stream after the one before.
		const before = sites(2).map((site) => (site === R0 ? 'blocks.1.hook_resid_pre' : site));
		expect(gapsInWords(before, 2)).toBeNull();
	});

	it('name what lies in another space', () => {
		expect(apartInWords([])).toBeNull();
		expect(apartInWords([R0])).toContain(`${R0} does not lie`);
		expect(apartInWords([R0, R1])).toContain('they are left out');
	});

	it('say what is compared with what', () => {
		const [first, second] = flow().prompts;
		expect(promptsInWords([first!])).toEqual([]);
		expect(promptsInWords([first!, second!])).toEqual([]);
		expect(promptsInWords([first!, first!])[0]).toContain('Both prompts are the same');
		expect(
			promptsInWords([
				{ ...first!, token: 1 },
				{ ...second!, token: 1, leftOut: 3 }
			])
		).toEqual([
			'The second prompt is longer than the context: its last 3 tokens are left out.',
			'Compared: token 1 (·ran) of the first prompt with token 1 (·ran) of the second.'
		]);
	});
});
