import { describe, expect, it } from 'vitest';
import type { Edit } from '../../../../src/core/steering/writing';
import type { FlowGraph } from '../../../../src/core/flow/graph';
import { chainOf } from '../../../../src/core/flow/flow';
import { added, changed, rangeOf } from '../../../../src/state/steering/edits';

const edit = (more: Partial<Edit> = {}): Edit => ({
	id: 'blocks.1.hook_resid_post/5',
	mode: 'add',
	value: 6,
	...more
});

describe('added', () => {
	it('starts at the feature’s largest activation, and adds nothing twice', () => {
		const list = added([edit()], [edit().id, 'blocks.0.hook_mlp_out/1'], [9, 4.567]);
		expect(list).toEqual([edit(), { id: 'blocks.0.hook_mlp_out/1', mode: 'add', value: 4.6 }]);
	});

	it('knows what to do with an unmeasured or silent feature', () => {
		const [first] = added([], ['blocks.0.hook_mlp_out/1'], [null]);
		const [second] = added([], ['blocks.0.hook_mlp_out/1'], [0]);
		expect(first!.value).toBeGreaterThan(0);
		expect(second!.value).toBeGreaterThan(0);
	});
});

describe('changed', () => {
	it('keeps the mode while the value moves', () => {
		expect(changed([edit()], edit().id, { value: -2 }, 7)).toEqual([edit({ value: -2 })]);
	});

	it('starts a new mode with a value of its own kind', () => {
		expect(changed([edit()], edit().id, { mode: 'scale' }, 7)).toEqual([
			edit({ mode: 'scale', value: 2 })
		]);
		expect(changed([edit()], edit().id, { mode: 'set' }, 7)).toEqual([
			edit({ mode: 'set', value: 7 })
		]);
		expect(changed([edit()], edit().id, { mode: 'ablate' }, 7)).toEqual([
			edit({ mode: 'ablate', value: 0 })
		]);
	});
});

describe('rangeOf', () => {
	it('is three times the largest activation to both sides', () => {
		expect(rangeOf(edit(), 5)).toEqual({ least: -15, most: 15 });
		expect(rangeOf(edit({ mode: 'set' }), 5)).toEqual({ least: 0, most: 15 });
	});

	it('widens for a value beyond it, so that the slider never cuts', () => {
		expect(rangeOf(edit({ value: 40 }), 5)).toEqual({ least: -15, most: 40 });
		expect(rangeOf(edit({ mode: 'scale', value: -9 }), null)).toEqual({ least: -9, most: 5 });
	});
});

describe('chainOf', () => {
	const node = (site: string, layer: number) => ({
		id: `${site}/1`,
		site,
		layer,
		origin: null,
		from: [],
		missing: []
	});
	const graph: FlowGraph = {
		nodes: [
			node('blocks.2.hook_resid_post', 2),
			node('blocks.1.hook_mlp_out', 1),
			node('blocks.1.hook_resid_post', 1)
		],
		edges: [],
		null: {}
	};

	it('takes the residual features in order of depth', () => {
		expect(chainOf(graph, 'blocks.2.hook_resid_post/1')).toEqual([
			'blocks.1.hook_resid_post/1',
			'blocks.2.hook_resid_post/1'
		]);
	});

	it('keeps the feature itself, whatever its site', () => {
		expect(chainOf(graph, 'blocks.1.hook_mlp_out/1')).toContain('blocks.1.hook_mlp_out/1');
		expect(chainOf({ ...graph, nodes: [] }, 'blocks.0.hook_mlp_out/3')).toEqual([
			'blocks.0.hook_mlp_out/3'
		]);
	});
});
