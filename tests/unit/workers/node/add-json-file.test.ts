/** What a command adds to a pack: afterwards the pack is read and checked as before, with one file more. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseReproduction } from '../../../../src/core/experiments/reproduction-file';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { addJsonFile } from '../../../../workers/node/folders/add-json-file';
import { Workbench } from '../../../../workers/packs/open-pack';
import { fakeReproduction } from '../../../fakes/reproduction';
import { FIXTURES } from '../../../golden/fixture';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	await cp(path.join(FIXTURES, 'llama-untied'), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

it('keeps a reproduction with the pack, and replaces an older one', async () => {
	const before = await FolderSource.open(folder);
	expect(before.pack.reproduction).toBeNull();
	await addJsonFile(folder, 'reproduction', 'reproduction.json', { old: true });
	const found = fakeReproduction(3);
	await addJsonFile(folder, 'reproduction', 'reproduction.json', found);
	const source = await FolderSource.open(folder);
	expect(Object.keys(source.pack.files)).toEqual([
		...Object.keys(before.pack.files),
		'reproduction.json'
	]);
	expect({ ...source.pack, files: null, reproduction: null }).toEqual({
		...before.pack,
		files: null
	});
	const bytes = await source.bytes(source.pack.reproduction!);
	expect(parseReproduction(new TextDecoder().decode(bytes))).toEqual(found);
});

it('is what an open pack brings, unless it was altered', async () => {
	const bench = await Workbench.open(await FolderSource.open(folder), false);
	expect((await bench.packInfo()).reproduced).toBe(true);
	expect(await bench.reproduction()).toEqual(fakeReproduction(3));
	await writeFile(path.join(folder, 'reproduction.json'), '{}');
	await expect(bench.reproduction()).rejects.toThrow(/reproduction\.json/);
	const without = await FolderSource.open(path.join(FIXTURES, 'llama-untied'));
	expect(await (await Workbench.open(without, false)).reproduction()).toBeNull();
});
