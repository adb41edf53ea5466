import { describe, expect, it } from 'vitest';
import type { KeptFeature, Notebooks } from '../../../../src/core/notebook/notebook';
import {
	notebooksText,
	parseNotebooks,
	parseShared,
	sharedText
} from '../../../../src/core/notebook/notebook-file';
import { packedList, unpackedList } from '../../../../src/state/notebook/shared-list';
import { notebooksInMemory } from '../../../../workers/notebook/store';

const PACK = 'default-0123456789ab';
const kept = (index: number, more: Partial<KeptFeature> = {}): KeptFeature => ({
	...{ id: `blocks.3.hook_resid_post/${index}`, pack: PACK, called: '', note: '', tags: [] },
	...{ prompt: '', token: null },
	...more
});
const full = kept(1, { called: 'sea', note: 'a\nb', tags: ['x'], prompt: 'The sea.', token: 2 });
const all: Pick<Notebooks, 'lists' | 'presets'> = {
	lists: [{ id: 'abc', title: 'Mine', features: [full, kept(2)] }],
	presets: [
		{ id: 'p1', title: 'Sad', pack: PACK, edits: [{ id: full.id, mode: 'add', value: 6.5 }] }
	]
};

describe('a file of notebooks', () => {
	it('comes back as it was', () => expect(parseNotebooks(notebooksText(all))).toEqual(all));

	it.each([
		['[]', 'The file has no usable content.'],
		['{"format":"x"}', 'The file is not one of notebooks.'],
		['{"format":"undercurrent-notebooks","version":2}', 'The file is of version 2, which is newer'],
		[notebooksText(all).replace('hook_resid_post/1', 'hook_nothing/1'), 'has no feature id'],
		[notebooksText(all).replace('=add:6.5', '=more:6'), 'has no edit presets[0].edits[0]'],
		[notebooksText(all).replace('"abc"', '"../abc"'), 'has no usable notebooks[0].id'],
		[notebooksText(all).replace(PACK, 'https://x'), 'has no pack'],
		['nothing', 'The file is not JSON.']
	])('is refused: %#', (json, sentence) => expect(() => parseNotebooks(json)).toThrow(sentence));
});

describe('a list in a link', () => {
	it('comes back as it was, in letters of an address', async () => {
		const list = { title: 'Mine', features: [full, kept(2)] };
		const code = await packedList(list);
		expect(code).toMatch(/^[\w-]+$/);
		expect(await unpackedList(code)).toEqual(list);
	});

	it('takes about a dozen letters a feature without notes', async () => {
		const features = Array.from({ length: 100 }, (_, i) => kept(i * 19));
		const code = await packedList({ title: 'Hundred', features });
		expect(code.length / 100).toBeLessThan(13);
	});

	it('is refused when damaged, or endless', async () => {
		const code = await packedList({ title: 'Mine', features: [full] });
		await expect(unpackedList(code.slice(0, -6))).rejects.toThrow('damaged');
		await expect(unpackedList('AAAA')).rejects.toThrow('damaged');
		const zeros = new Blob([new Uint8Array(5_000_000)]).stream();
		const bytes = await new Response(
			zeros.pipeThrough(new CompressionStream('deflate-raw'))
		).bytes();
		const bomb = Buffer.from(bytes).toString('base64url');
		expect(bomb.length).toBeLessThan(10_000);
		await expect(unpackedList(bomb)).rejects.toThrow('damaged');
		expect(() => parseShared('["a","",[["nonsense"]]]')).toThrow('has no feature id');
		expect(() => parseShared('["","",[]]')).toThrow('The list in the link has an empty [0].');
	});

	it('says the same feature once', () => {
		const twice = sharedText({ title: 'T', features: [kept(1), kept(1, { note: 'n' })] });
		expect(parseShared(twice).features).toHaveLength(1);
	});
});

describe('steps', () => {
	it('change one field each, and keep what is there', async () => {
		const { all, change } = notebooksInMemory();
		await change([{ kind: 'list', id: 'l', title: 'One' }], 1);
		await change([{ kind: 'keep', list: 'l', feature: full }], 2);
		const { pack, id } = full;
		await change([{ kind: 'change', list: 'l', pack, id, change: { note: 'new' } }], 3);
		await change([{ kind: 'change', list: 'l', pack, id, change: { tags: ['y'] } }], 4);
		await change([{ kind: 'keep', list: 'l', feature: full }], 5);
		await change([{ kind: 'list', id: 'l', title: 'Two' }], 6);
		expect(all().lists).toEqual([
			{ id: 'l', title: 'Two', features: [{ ...full, note: 'new', tags: ['y'] }] }
		]);
		await change([{ kind: 'drop-list', id: 'l' }], 7);
		expect(all().lists).toEqual([]);
		await change([{ kind: 'list', id: 'l', title: 'Again' }], 8);
		expect(all().lists[0]!.features).toEqual([]);
	});
});
