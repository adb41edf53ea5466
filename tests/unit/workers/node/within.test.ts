/** A pack's folder from somebody else may hold links: nothing is written or deleted through them. */
import {
	cpSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addJsonFile } from '../../../../workers/node/folders/add-json-file';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { PackFolder } from '../../../../workers/node/folders/pack-writer';
import { FIXTURES } from '../../../golden/fixture';

let around: string;
let pack: string;
const outside = (name: string) => path.join(around, name);

beforeEach(() => {
	around = mkdtempSync(path.join(tmpdir(), 'undercurrent-'));
	pack = path.join(around, 'pack');
	cpSync(path.join(FIXTURES, 'gpt2'), pack, { recursive: true });
	writeFileSync(outside('precious'), 'mine');
});
afterEach(() => rmSync(around, { recursive: true }));

const refused = expect.objectContaining({ code: 'pack-invalid' }) as Error;

it('writes over no file that a link leads to', async () => {
	symlinkSync(outside('precious'), path.join(pack, 'reproduction.json'));
	await expect(addJsonFile(pack, 'reproduction', 'reproduction.json', {})).rejects.toEqual(refused);
	expect(readFileSync(outside('precious'), 'utf8')).toBe('mine');
});

it('makes no file in a folder that a link leads to, and deletes none there', async () => {
	renameSync(path.join(pack, 'saes'), outside('saes'));
	symlinkSync(outside('saes'), path.join(pack, 'saes'));
	const writer = await PackFolder.revise(pack);
	await expect(writer.write('saes/new.safetensors', Uint8Array.of(1))).rejects.toThrow(
		/saes is a link/
	);
	const [file] = Object.keys(writer.files).filter((name) => name.startsWith('saes/'));
	const text = readFileSync(path.join(pack, 'pack.json'), 'utf8');
	writer.drop(file!);
	const { saes: _, ...rest } = writer.base!;
	await expect(writer.finish({ ...rest, saes: [] })).rejects.toEqual(refused);
	expect(existsSync(path.join(around, file!))).toBe(true);
	expect(readFileSync(path.join(pack, 'pack.json'), 'utf8')).toBe(text);
});

it('follows a link to the pack itself, which a person named', async () => {
	symlinkSync(pack, outside('link'));
	await addJsonFile(outside('link'), 'reproduction', 'reproduction.json', { a: 1 });
	expect((await FolderSource.open(pack)).pack.reproduction).toBe('reproduction.json');
});
