/** Folders and archives with what systems leave in them, links that lead nowhere, and JSON as Python writes it. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLitter } from '../../../../src/core/import/file-names';
import { openArchiveFolder } from '../../../../workers/import/files/archive-folder';
import { ConfigFields } from '../../../../workers/import/files/config-fields';
import { parsePythonJson } from '../../../../workers/import/files/python-json';
import { openFolder } from '../../../../workers/node/folders/disk-folder';
import { bytesOf, zipOf } from '../../../crafted-files';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
});
afterAll(() => rm(folder, { recursive: true }));

const LEFT = ['__MACOSX/._sae', '__MACOSX/sae/._cfg.json', 'sae/.DS_Store', 'sae/._cfg.json'];

describe('what systems leave', () => {
	it('is known by its name, and nothing else is', () => {
		for (const name of [...LEFT, 'Thumbs.db', 'a/desktop.ini'])
			expect(isLitter(name), name).toBe(true);
		for (const name of ['cfg.json', 'a/._b/c', '_cfg.json', 'my.DS_Store', '__MACOSX'])
			expect(isLitter(name), name).toBe(false);
	});

	it('is passed over in an archive, which so has one folder around its files', async () => {
		const names = ['sae/cfg.json', ...LEFT];
		const zip = zipOf(names.map((name) => ({ name, bytes: bytesOf('{}') })));
		const file = new Blob([zip as Uint8Array<ArrayBuffer>]);
		const opened = await openArchiveFolder('/x/mine.zip', file);
		expect(opened).toMatchObject({ name: '/x/mine/sae', names: ['cfg.json'] });
		expect([...opened.sizes.keys()]).toEqual(['cfg.json']);
	});

	it('is passed over on a disk', async () => {
		const at = path.join(folder, 'mac');
		await mkdir(path.join(at, 'sae'), { recursive: true });
		for (const name of ['sae/cfg.json', 'sae/.DS_Store', 'sae/._cfg.json', '.DS_Store'])
			await writeFile(path.join(at, name), '{}');
		expect((await openFolder(at)).names).toEqual(['sae/cfg.json']);
	});
});

describe('a link', () => {
	it('to a folder is that folder', async () => {
		const at = path.join(folder, 'linked');
		await mkdir(path.join(folder, 'elsewhere'));
		await mkdir(at);
		await writeFile(path.join(folder, 'elsewhere/cfg.json'), '{}');
		await symlink('../elsewhere', path.join(at, 'layers.1'));
		expect((await openFolder(at)).names).toEqual(['layers.1/cfg.json']);
	});

	it('that leads nowhere is refused where it is needed, by its name', async () => {
		const at = path.join(folder, 'broken');
		await mkdir(at);
		await writeFile(path.join(at, 'cfg.json'), '{}');
		await symlink('../gone', path.join(at, 'sae.safetensors'));
		const opened = await openFolder(at);
		expect(await opened.read('cfg.json')).toEqual(bytesOf('{}'));
		const sentence = /sae\.safetensors" is a link to a file that is not there/;
		await expect(opened.read('sae.safetensors')).rejects.toThrow(sentence);
		await expect(opened.slice('sae.safetensors', 0, 8)).rejects.toThrow(sentence);
	});
});

describe('JSON of Python', () => {
	it('has NaN and Infinity as numbers, and as words in text', () => {
		expect(
			parsePythonJson(
				'{"a": NaN, "b": [Infinity, -Infinity], "c": "NaN, \\"Infinity\\"", "NaN": 1}'
			)
		).toEqual({ a: NaN, b: [Infinity, -Infinity], c: 'NaN, "Infinity"', NaN: 1 });
	});

	it('is still no other text', () => {
		for (const text of ['{"a": nan}', '{a: NaN}', '{"a": NaNs}', '{"a": NaN', ''])
			expect(() => parsePythonJson(text), text).toThrow(SyntaxError);
	});

	it('gives no number that could be taken for one', () => {
		const cfg = ConfigFields.parse(bytesOf('{"mse": NaN, "l1": Infinity, "d_in": 16}'))!;
		expect([cfg.number('mse'), cfg.number('l1'), cfg.number('d_in')]).toEqual([null, null, 16]);
	});
});
