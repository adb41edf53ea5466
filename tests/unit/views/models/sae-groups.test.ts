import { expect, it } from 'vitest';
import type { ListedSae } from '../../../../src/core/import/listing';
import { groupsOf, siteOf } from '../../../../src/views/models/import/sae-groups';
import { foundSae } from '../../../fakes/workshop';

const far = (path: string, site: string | null): ListedSae => ({
	path,
	bytes: 1e6,
	formats: ['Gemma Scope'],
	facts: null,
	missing: null,
	reason: null,
	site
});

const SAES = [
	foundSae(10),
	far('layer_2/width_65k/average_l0_9', 'blocks.2.hook_resid_post'),
	far('layer_2/width_16k/average_l0_141', 'blocks.2.hook_resid_post'),
	far('layer_2/width_16k/average_l0_20', 'blocks.2.hook_resid_post'),
	far('layer_2/mlp', 'blocks.2.hook_mlp_out'),
	far('strange.pt', null)
];
const shape = (query = '', kind: Parameters<typeof groupsOf>[2] = 'all') =>
	groupsOf(SAES, query, kind).map(({ title, saes }) => [title, saes.map(({ path }) => path)]);

it('groups by layer, then by what is read, then by numbers in paths', () =>
	expect(shape()).toEqual([
		[
			'Layer 2',
			[
				'layer_2/mlp',
				'layer_2/width_16k/average_l0_20',
				'layer_2/width_16k/average_l0_141',
				'layer_2/width_65k/average_l0_9'
			]
		],
		['Layer 9', ['saes/blocks.10.hook_resid_pre']],
		['Layer known once it is read', ['strange.pt']]
	]));

it('filters by words of path, site, format and layer, and by what is read', () => {
	expect(shape('16K layer_2')).toEqual([
		['Layer 2', ['layer_2/width_16k/average_l0_20', 'layer_2/width_16k/average_l0_141']]
	]);
	expect(shape('layer 2', 'mlp')).toEqual([['Layer 2', ['layer_2/mlp']]]);
	expect(shape('saelens')).toEqual([['Layer 9', ['saes/blocks.10.hook_resid_pre']]]);
	expect(shape('nowhere')).toEqual([]);
});

it('takes a numbered layer for that layer alone', () => {
	expect(shape('layer 9')).toEqual([['Layer 9', ['saes/blocks.10.hook_resid_pre']]]);
	expect(shape('Layer 2 65k')).toEqual([['Layer 2', ['layer_2/width_65k/average_l0_9']]]);
	// A 1 stands in many paths, and in no layer here.
	expect(shape('layer 1')).toEqual([]);
});

it('takes the site of the files over that of the path', () => {
	expect(siteOf({ ...foundSae(1), site: 'blocks.9.hook_mlp_out' })).toBe('blocks.1.hook_resid_pre');
	expect(siteOf(SAES.at(-1)!)).toBeNull();
});
