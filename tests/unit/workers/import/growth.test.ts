/** Small files that ask for much: each is refused for what it asks, before that is given. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../../src/core/files/json';
import { parseSafetensors } from '../../../../src/core/files/safetensors';
import { npzTable } from '../../../../workers/import/files/npy';
import { readTorchFile } from '../../../../workers/import/files/torch-file';
import { openModelFolder } from '../../../../workers/import/hugging-face';
import { gunzipped } from '../../../../workers/packs/gunzip';
import { folderOf, joined, npyOf, number, pickleOf, word, zipOf } from '../../../crafted-files';
import { FIXTURES } from '../../../golden/fixture';

/** The first number of storage 0 as this type. */
const as = (kind: string) =>
	`${word(kind)}ctorch._utils\n_rebuild_tensor_v2\n((${word('storage')}ctorch\n${kind}Storage\n${word('0')}` +
	`${word('cpu')}K\x01tQK\0K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR`;
const torch = (kinds: string[], numbers: Uint8Array, deflated = false) =>
	readTorchFile(
		'a.pt',
		zipOf([
			{ name: 'a/data.pkl', bytes: pickleOf(`}(${kinds.map(as).join('')}u.`) },
			{ name: 'a/data/0', bytes: numbers, deflated }
		])
	);

describe('a file of PyTorch', () => {
	it('is read with integers and bytes', async () => {
		const table = await torch(['Long'], new Uint8Array(64).fill(1, 0, 1));
		expect([...table.floats('Long').data]).toEqual([1]);
	});

	it('has each of its numbers as one type', () =>
		expect(torch(['Float', 'Half'], new Uint8Array(64))).rejects.toThrow(/two types at once/));

	it('does not unpack to far more than it is', () =>
		expect(torch(['Byte'], new Uint8Array(900_000), true)).rejects.toThrow(/unpacks to far more/));
});

it('an archive of arrays does not unpack to far more than it is', async () => {
	const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (225000,), }\n";
	const bytes = npyOf(header, new Uint8Array(900_000));
	const arrays = Array.from({ length: 20 }, (_, i) => ({
		name: `${i}.npy`,
		bytes,
		deflated: true
	}));
	await expect(npzTable('a.npz', zipOf(arrays))).rejects.toThrow(
		/would grow from \d+ to \d+ bytes/
	);
});

it('a compressed file of a pack does not either', async () => {
	const text = new TextEncoder().encode('{"labels": []}'.repeat(2000));
	expect(await gunzipped(new Uint8Array(gzipSync(text)), 'x')).toEqual(text);
	expect(await gunzipped(text, 'x')).toBe(text);
	const bomb = new Uint8Array(gzipSync(new Uint8Array(3e7)));
	await expect(gunzipped(bomb, 'x.gz')).rejects.toThrow(/x\.gz of the pack unpacks to more/);
	await expect(gunzipped(bomb.slice(0, 900), 'x.gz')).rejects.toThrow(/cannot be unpacked/);
});

it('a header is no longer than that of any model', () => {
	const text = new TextEncoder().encode(`{"x":[${'[],'.repeat(3e6)}[]]}`);
	expect(() => parseSafetensors(joined([number(text.length, 8), text]))).toThrow(/longer than/);
});

it('JSON is nested as deep as people nest it', () => {
	const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
	expect(JSON.stringify(parseJson(nested(200)))).toBe(nested(200));
	expect(parseJson('["[[[\\"[[", {"a\\\\": "]"}]')).toEqual(['[[["[[', { 'a\\': ']' }]);
	for (const depth of [201, 100_000]) expect(() => parseJson(nested(depth))).toThrow(SyntaxError);
	expect(parseJson(`"${'['.repeat(300)}"`)).toBe('['.repeat(300));
	expect(() => parseJson('"\\')).toThrow(SyntaxError);
});

describe('the config of a model', () => {
	const read = (pack: string, name: string) =>
		new Uint8Array(readFileSync(path.join(FIXTURES, pack, name)));
	const opened = (pack: string, over: Record<string, unknown>) => {
		const { model } = JSON.parse(new TextDecoder().decode(read(pack, 'pack.json'))) as {
			model: { config: Record<string, unknown> };
		};
		return openModelFolder(
			folderOf('x', {
				'config.json': { ...model.config, ...over },
				'model.safetensors': read(pack, 'model.safetensors'),
				'tokenizer.json': read(pack, 'tokenizer.json')
			})
		);
	};

	it.each([
		['gpt2', { n_layer: 9_999_999 }, /n_layer/],
		['gpt2', { n_layer: 9999 }, /9999 layers, and its weights are only \d+ tensors/],
		['gemma2', { num_hidden_layers: 9_999_999, layer_types: null }, /num_hidden_layers/],
		['gpt-neo', { attention_types: [[['global', 'local'], 1e15]] }, /attention_types/],
		['gpt-neo', { attention_types: [[[], 1e15]] }, /attention_types/],
		['llama-tied', { head_dim: 1_000_000 }, /1000000 numbers wide/]
	])('%s does not ask for %o', async (pack, over, sentence) => {
		await expect(opened(pack, over)).rejects.toThrow(sentence);
	});
});
