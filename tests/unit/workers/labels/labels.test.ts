/** Own names with the default pack: they win, are found, are exported, and are kept beside a pack in a folder. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalEngine } from '../../../../workers/engine';
import { folderLabels } from '../../../../workers/node/folders/label-file';
import { FolderSource } from '../../../../workers/node/folders/pack-source';

const ID = 'blocks.3.hook_resid_post/442';
const folder = mkdtempSync(path.join(tmpdir(), 'own-labels-'));
const open = async () => {
	const local = new LocalEngine({
		open: ({ address }) => FolderSource.open(address),
		labels: folderLabels
	});
	await local.calls.open({ address: folder, backend: 'wasm' });
	return local.calls;
};
const blob = (text: string) => new Blob([text]);
let engine: Awaited<ReturnType<typeof open>>;

beforeAll(async () => {
	cpSync('models/default', folder, { recursive: true });
	engine = await open();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('own names', () => {
	let packs = '';

	it('win over the pack’s wherever a feature is named', async () => {
		packs = (await engine.feature(ID)).label!.text;
		await engine.nameFeatures([{ id: ID, text: '  Gloomy   Weather ' }]);
		const own = { text: 'Gloomy Weather', source: 'own', score: null };
		const card = await engine.feature(ID);
		expect(card.label).toEqual(own);
		expect(card.packLabel?.text).toBe(packs);
		expect((await engine.lines([ID]))[0]!.label).toEqual(own);
		const table = await engine.featureTable({ sae: 'blocks.3.hook_resid_post' });
		expect(table.labels[442]).toEqual(own);
		const near = card.nearest[0]!.id;
		expect((await engine.feature(near)).nearest.find(({ id }) => id === ID)?.label).toEqual(own);
	});

	it('are found first, and the pack’s name leads there too, saying so', async () => {
		const [first] = await engine.search({ text: 'gloomy weather', by: 'name' });
		expect(first).toMatchObject({ id: ID, why: 'you named it “Gloomy Weather”' });
		const merged = await engine.search({ text: 'gloom' });
		expect(merged[0]!.id).toBe(ID);
		const theirs = await engine.search({ text: packs, by: 'name', top: 400 });
		expect(theirs.find(({ id }) => id === ID)?.why).toContain('the pack names it');
		expect(theirs[0]!.id).not.toBe(ID);
	});

	it('are kept, and the pack stays as it is', async () => {
		const before = readFileSync('models/default/pack.json');
		expect(readFileSync(path.join(folder, 'pack.json')).equals(before)).toBe(true);
		const again = await open();
		expect((await again.lines([ID]))[0]!.label!.text).toBe('Gloomy Weather');
	});

	it('give way to the pack’s when they are taken away, or are the same', async () => {
		await engine.nameFeatures([{ id: ID, text: packs }]);
		expect(await engine.ownLabels()).toEqual([]);
		expect((await engine.feature(ID)).label!.source).not.toBe('own');
	});

	it('name no feature that is not there', async () => {
		const wrong = [{ id: 'blocks.3.hook_resid_post/99999', text: 'x' }];
		await expect(engine.nameFeatures(wrong)).rejects.toThrow('There is no feature');
	});
});

describe('files of names', () => {
	it('name features, and say what they did not change', async () => {
		const file = blob(`id,label\nR3 · 442,rain\nR3 · 7,boat\nblocks.9.hook_mlp_out/1,x\n`);
		const found = await engine.importLabels({ file });
		expect(found).toEqual({ named: 2, unchanged: 0, packs: 0, elsewhere: 1, further: 0 });
		expect((await engine.importLabels({ file })).unchanged).toBe(2);
	});

	it('change nothing where a line is wrong', async () => {
		const file = blob('id,label\nR3 · 442,sun\nnonsense,boat\n');
		await expect(engine.importLabels({ file })).rejects.toThrow('Line 3 names no feature');
		expect((await engine.lines([ID]))[0]!.label!.text).toBe('rain');
	});

	it('may be gzipped; text that is not UTF-8 is refused', async () => {
		const zipped = blob('R3 · 8,zipped\n').stream().pipeThrough(new CompressionStream('gzip'));
		const file = await new Response(zipped).blob();
		expect((await engine.importLabels({ file })).named).toBe(1);
		const wrong = engine.importLabels({ file: new Blob([Uint8Array.of(0x69, 0xff, 0xfe)]) });
		await expect(wrong).rejects.toThrow('The file is not text in UTF-8.');
	});

	it.each(['csv', 'json', 'neuronpedia'] as const)('as %s hold own names, or all', async (form) => {
		const own = await engine.exportLabels({ form, own: true });
		expect(own.labels).toBe(3);
		expect(own.text).toContain('zipped');
		const all = await engine.exportLabels({ form, own: false });
		expect(all.labels).toBeGreaterThan(10_000);
		const back = await engine.importLabels({ file: blob(all.text) });
		expect(back).toMatchObject({ named: 0, elsewhere: 0 });
		expect(back.unchanged + back.packs).toBe(all.labels);
	});

	it('say what is wrong with names that were changed by hand', async () => {
		writeFileSync(path.join(folder, 'own-labels.json'), '{"labels":[{"id":"R3/1"}]}');
		await expect(engine.ownLabels()).rejects.toThrow('own-labels.json beside the pack');
		rmSync(path.join(folder, 'own-labels.json'));
	});
});
