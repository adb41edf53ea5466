/** Model folders that are damaged, or made to do harm: each is found sound, or refused in a sentence. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { seeded } from '../../../../src/core/math/random';
import type { Folder } from '../../../../workers/import/files/folder';
import { listContents } from '../../../../workers/import/list-contents';
import { folderOf } from '../../../crafted-files';
import { FIXTURES } from '../../../golden/fixture';

const TRIES = 3000;
const read = (name: string) => new Uint8Array(readFileSync(path.join(FIXTURES, 'gpt2', name)));
const { model } = JSON.parse(new TextDecoder().decode(read('pack.json'))) as {
	model: { config: Record<string, unknown> };
};
const sound = {
	'config.json': new TextEncoder().encode(JSON.stringify(model.config)),
	'model.safetensors': read('model.safetensors'),
	'tokenizer.json': read('tokenizer.json')
};
const VALUES = [0, -1, 1e9, 2 ** 53, 'x', null, [], {}, true, 1.5, '../../etc/passwd'];

/** A folder whose parts lie where they should and no further, as those of disks and hubs do. */
const folder = (files: Record<string, unknown>): Folder => folderOf('x', files);

function damaged(random: () => number): Record<string, Uint8Array> {
	const files: Record<string, Uint8Array> = { ...sound };
	const pick = Math.floor(random() * 4);
	if (pick === 0) {
		const config = { ...model.config };
		const keys = Object.keys(config);
		config[keys[Math.floor(random() * keys.length)]!] =
			VALUES[Math.floor(random() * VALUES.length)];
		files['config.json'] = new TextEncoder().encode(JSON.stringify(config));
		return files;
	}
	const name = pick === 3 ? 'config.json' : 'model.safetensors';
	const bytes = files[name]!.slice();
	if (pick === 1) return { ...files, [name]: bytes.slice(0, Math.floor(random() * bytes.length)) };
	for (let n = 1 + Math.floor(random() * 4); n > 0; n--)
		bytes[Math.floor(random() * Math.min(bytes.length, 4000))] = Math.floor(random() * 256);
	return { ...files, [name]: bytes };
}

it(`ends in a model or a sentence, ${TRIES} times over`, async () => {
	const random = seeded(7);
	let refusals = 0;
	for (let i = 0; i < TRIES; i++) {
		const { models, unusable, saes } = await listContents(
			folder(damaged(random)),
			{},
			() => undefined
		);
		expect(saes).toEqual([]);
		expect(models.length + unusable.length).toBe(1);
		for (const { reason } of unusable) {
			expect(reason).toMatch(/^[^\n]{10,600}[.]$/);
			expect(reason).not.toMatch(/undefined|\bNaN\b|\[object/);
			refusals++;
		}
	}
	expect(refusals).toBeGreaterThan(TRIES / 2);
}, 120_000);

it('reads no file that an index names outside the folder', async () => {
	const index = { weight_map: { a: '../../../etc/passwd' } };
	const files = { ...sound, 'model.safetensors.index.json': JSON.stringify(index) };
	const asked: string[] = [];
	const inner = folder(files);
	const watched: Folder = {
		...inner,
		read: (name) => (asked.push(name), inner.read(name)),
		slice: (name, start, end) => (asked.push(name), inner.slice(name, start, end))
	};
	const { unusable } = await listContents(watched, {}, () => undefined);
	expect(unusable[0]!.reason).toMatch(/outside the model folder/);
	expect(asked.every((name) => name in files)).toBe(true);
});
