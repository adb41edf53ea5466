/** Packs on their way into a static site: the same pack afterwards, in files that hosts can bear. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesIn } from '../../../../workers/node/bytes';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { addJsonFile } from '../../../../workers/node/folders/add-json-file';
import { PackFolder } from '../../../../workers/node/folders/pack-writer';
import { publications, publish, sitePack } from '../../../../workers/node/site/publish';
import { FIXTURES } from '../../../golden/fixture';

const TIED = path.join(FIXTURES, 'llama-tied');
const LIMIT = 50_000;
let folder: string;

beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'publish-'))));
afterAll(() => rm(folder, { recursive: true }));

const same = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b);

const below = async (site: string) => {
	const names = await readdir(site, { recursive: true });
	const sizes = await Promise.all(
		names.map(async (name) => ({ name, found: await stat(path.join(site, name)) }))
	);
	return sizes
		.filter(({ found }) => found.isFile())
		.map(({ name, found }) => ({ name, bytes: found.size }));
};

describe('a published pack', () => {
	it('holds the same bytes, no file above the limit and none that a host would unpack', async () => {
		const [publication] = publications([TIED], LIMIT);
		const site = path.join(folder, 'site');
		await publish(publication!, site);
		const files = await below(site);
		expect(files.filter(({ bytes }) => bytes > LIMIT)).toEqual([]);
		expect(files.filter(({ name }) => /\.gz(\.|$)/.test(name))).toEqual([]);
		expect(files.some(({ name }) => name.endsWith('model.safetensors.part2'))).toBe(true);
		const [before, after] = [
			await FolderSource.open(TIED),
			await FolderSource.open(path.join(site, 'models/default'))
		];
		for (const file of Object.keys(before.pack.files))
			expect(same(await after.bytes(file), await before.bytes(file))).toBe(true);
		expect(await after.stored()).toEqual(new Set(Object.keys(before.pack.files)));
		expect(after.hash).toBe(sitePack(publication!, null, null).hash);
	});

	it('is the folder as it was where nothing has to be cut, and can be published again', async () => {
		const [first] = publications([path.join(FIXTURES, 'gpt2')], Infinity);
		const site = path.join(folder, 'again');
		await publish(first!, site);
		const names = (await below(site)).map(({ name }) => name);
		expect(names.filter((name) => /part\d/.test(name))).toEqual([]);
		await publish(publications([TIED], LIMIT)[0]!, path.join(folder, 'cut'));
		const [whole] = publications([path.join(folder, 'cut/models/default')], Infinity);
		await publish(whole!, path.join(folder, 'joined'));
		const joined = await FolderSource.open(path.join(folder, 'joined/models/default'));
		const model = await (await FolderSource.open(TIED)).bytes('model.safetensors');
		expect(same(await readFile(path.join(joined.folder, 'model.safetensors')), model)).toBe(true);
	});

	it('gives every pack a folder of its own, the first the one that opens', () => {
		const all = publications([TIED, TIED, path.join(FIXTURES, 'gpt2'), TIED], LIMIT);
		expect(all.map(({ to }) => to)).toEqual([
			'models/default/',
			'models/llama-tied/',
			'models/gpt2/',
			'models/llama-tied-2/'
		]);
	});

	it('is not published when a file is not what the pack says', async () => {
		const damaged = path.join(folder, 'damaged');
		await cp(TIED, damaged, { recursive: true });
		await writeFile(path.join(damaged, 'tokenizer.json'), 'another');
		const [publication] = publications([damaged], LIMIT);
		await expect(publish(publication!, path.join(folder, 'no'))).rejects.toMatchObject({
			name: 'pack-damaged'
		});
	});
});

describe('a pack in parts', () => {
	it('is written so, revised, and rid of the parts it needs no more', async () => {
		const own = path.join(folder, 'own');
		const writer = PackFolder.create(own, LIMIT);
		const source = await FolderSource.open(TIED);
		for (const file of Object.keys(source.pack.files))
			await writer.write(file, await source.bytes(file));
		const { files: _, ...manifest } = JSON.parse(
			await readFile(path.join(TIED, 'pack.json'), 'utf8')
		) as Record<string, unknown>;
		await writer.finish(manifest);
		expect(
			(await below(own)).filter(({ name, bytes }) => bytes > LIMIT && name !== 'pack.json')
		).toEqual([]);
		const model = await source.bytes('model.safetensors');
		expect(same(await writer.read('model.safetensors'), model)).toBe(true);
		await addJsonFile(own, 'worked_example', 'worked-example.json', { prompt: 'a' });
		const revised = await FolderSource.open(own);
		expect(same(await revised.bytes('model.safetensors'), model)).toBe(true);
		const again = await PackFolder.revise(own);
		await again.write('model.safetensors', model);
		await again.finish(again.base!);
		const names = (await below(own)).map(({ name }) => name);
		expect(names.filter((name) => name.startsWith('model'))).toEqual(['model.safetensors']);
		expect(same(await (await FolderSource.open(own)).bytes('model.safetensors'), model)).toBe(true);
	});
});

describe('a length', () => {
	it.each([
		['24MiB', 24 * 2 ** 20],
		['25 MB', 25e6],
		['1.5kib', 1536],
		['4096', 4096]
	])('%s is %d bytes', (text, bytes) => expect(bytesIn(text, '--max-file')).toBe(bytes));

	it.each(['', '0', '12', '-5MB', 'MiB', '3 parsecs', '1e9', 'Infinity'])('"%s" is none', (text) =>
		expect(() => bytesIn(text, '--max-file')).toThrow(/--max-file .* no length/)
	);
});
