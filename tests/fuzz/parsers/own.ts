/** What readers hand to one another: files of names, notebooks, lists in links. */
import { parseLabelFile } from '../../../src/core/labels/label-file';
import {
	notebooksText,
	parseNotebooks,
	parseShared,
	sharedText
} from '../../../src/core/notebook/notebook-file';
import { damagedText, hostileJson, hostileText } from '../hostile-json';
import type { Parser } from '../parser';

const SAES = [
	{ id: 'blocks.0.hook_resid_pre', dSae: 16 },
	{ id: 'blocks.3.hook_resid_post', dSae: 2048 }
];
const TABLE = 'id,label,source\r\nR3 · 442,"a ""b"", c",own\r\nblocks.3.hook_resid_post/7,sea,\r\n';
const LIST = [
	{ id: 'blocks.3.hook_resid_post/1', label: 'sea' },
	{ modelId: 'm', layer: '3-res-jb', index: '5', description: 'fox', typeName: 'oai' },
	{ layer: '3-res-jb', index: 9, explanations: [{ description: 'boat' }] }
];

const KEPT = {
	...{ id: 'blocks.3.hook_resid_post/1', pack: 'default-0123456789ab', called: 'sea', note: 'n' },
	...{ tags: ['a'], prompt: 'The sea.', token: 2 }
};
const EDIT = { id: KEPT.id, mode: 'add' as const, value: 6 };
const NOTEBOOKS: unknown = JSON.parse(
	notebooksText({
		lists: [{ id: 'abc', title: 'Mine', features: [KEPT] }],
		presets: [{ id: 'p', title: 'Sad', pack: KEPT.pack, edits: [EDIT] }]
	})
);
const SHARED: unknown = JSON.parse(sharedText({ title: 'Mine', features: [KEPT] }));

export const ownParsers: Parser[] = [
	{
		name: 'names in a table',
		prepare: () => (draws) => {
			const text = draws.chance(0.5) ? hostileText(draws, TABLE) : damagedText(draws, TABLE);
			parseLabelFile(text, SAES, draws.chance(0.5) ? SAES[1]!.id : undefined);
		}
	},
	{
		name: 'names in JSON',
		prepare: () => (draws) => {
			const whole = draws.pick<unknown>([LIST, { labels: LIST }, LIST[2], { 'R3/1': 'sea' }]);
			const json = draws.chance(0.5)
				? hostileJson(draws, whole)
				: LIST.map((entry) => hostileJson(draws, entry)).join('\n');
			parseLabelFile(json, SAES);
		}
	},
	{
		name: 'notebooks',
		prepare: () => (draws) => parseNotebooks(hostileJson(draws, NOTEBOOKS))
	},
	{
		name: 'shared lists',
		prepare: () => (draws) => parseShared(hostileJson(draws, SHARED))
	}
];
