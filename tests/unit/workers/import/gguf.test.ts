/** What a GGUF file holds as a model, what of it is refused by name, and how a source with some is listed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { GgufValue } from '../../../../src/core/files/gguf-cursor';
import { blobFolder, type Folder } from '../../../../workers/import/files/folder';
import { openGguf } from '../../../../workers/import/gguf/open-gguf';
import { listContents } from '../../../../workers/import/list-contents';
import { modelAt, openModel } from '../../../../workers/import/open-model';
import { planModelFiles } from '../../../../workers/import/weight-files';
import { ggufOf, takenApart, type CraftedGguf, type CraftedTensor } from '../../../crafted-gguf';
import { FIXTURES } from '../../../golden/fixture';

const fixture = (name: string) =>
	new Uint8Array(readFileSync(path.join(FIXTURES, 'gguf', `${name}.gguf`)));

const folderOf = (files: Record<string, Uint8Array>): Folder =>
	blobFolder(
		'mine',
		new Map(
			Object.entries(files).map(([name, bytes]) => [
				name,
				new Blob([bytes as Uint8Array<ArrayBuffer>])
			])
		)
	);

/** The file with some words changed, null for left out, and tensors added. */
function changed(
	name: string,
	words: Record<string, GgufValue | null>,
	tensors: CraftedTensor[] = []
): Promise<unknown> {
	const sound: CraftedGguf = takenApart(fixture(name));
	const metadata = new Map(sound.metadata);
	for (const [key, value] of Object.entries(words))
		if (value === null) metadata.delete(key);
		else metadata.set(key, value);
	const file = ggufOf({ metadata: [...metadata], tensors: [...sound.tensors, ...tensors] });
	return openGguf(folderOf({ 'm.gguf': file }), 'm.gguf');
}

it('lists each file by itself, wherever it lies, and reads no weights for it', async () => {
	const all = folderOf({ 'a/gpt2.gguf': fixture('gpt2'), 'a/b/qwen2.gguf': fixture('qwen2') });
	let read = 0;
	const counted = {
		...all,
		slice: (name: string, from: number, to: number) => {
			read += to - from;
			return all.slice(name, from, to);
		}
	};
	const { models, saes, unusable } = await listContents(counted, {}, () => undefined);
	expect(models.map(({ path, type, layers }) => [path, type, layers])).toEqual([
		['a/gpt2.gguf', 'gpt2', 2],
		['a/b/qwen2.gguf', 'qwen2', 2]
	]);
	expect(models[1]).toMatchObject({ dtype: 'BF16', dModel: 64 });
	expect(models[0]!.stored.f32).toBe(models[0]!.stored.q8);
	expect([saes, unusable]).toEqual([[], []]);
	expect(read).toBeLessThanOrEqual(
		all.sizes.get('a/gpt2.gguf')! + all.sizes.get('a/b/qwen2.gguf')!
	);
	const { config } = await openModel(modelAt(all, 'a/gpt2.gguf'));
	expect(config.model_type).toBe('gpt2');
});

it('stores blocks as they are, row by row', async () => {
	const bytes = fixture('smollm');
	const { tensors } = await openGguf(folderOf({ 'm.gguf': bytes }), 'm.gguf');
	const inFile = takenApart(bytes).tensors;
	const of = (name: string) => inFile.find((tensor) => tensor.name === name)!;
	const table = tensors.get('model.embed_tokens.weight')!.stored!;
	expect(table).toMatchObject({ dtype: 'U8', name: 'model.embed_tokens.weight.q8_0' });
	expect(await table.read()).toEqual(of('token_embd.weight').bytes);
	// llama.cpp's rows of queries: number j of the first half, number j of the second, and so on.
	const query = tensors.get('model.layers.0.self_attn.q_proj.weight')!.stored!;
	const [stored, there] = [await query.read(), of('blk.0.attn_q.weight').bytes];
	const row = query.shape[1]!;
	const rowOf = (all: Uint8Array, r: number) => all.subarray(r * row, (r + 1) * row);
	for (const [ours, theirs] of [
		[0, 0],
		[1, 2],
		[8, 1],
		[9, 3],
		[16, 16],
		[24, 17]
	] as const)
		expect(rowOf(stored, ours), `row ${ours}`).toEqual(rowOf(there, theirs));
	const files = planModelFiles({ config: {}, tensors }, 'f16');
	expect(files[0]!.bytes).toBe(
		[...tensors.values()].reduce((sum, { stored: s }) => sum + s!.bytes, 0)
	);
});

/** Its tokens, the last normal one replaced. */
function pieces(name: string, by: string): string[] {
	const metadata = new Map(takenApart(fixture(name)).metadata);
	const [tokens, types] = ['tokens', 'token_type'].map((word) =>
		metadata.get(`tokenizer.ggml.${word}`)
	);
	return (tokens as string[]).with((types as number[]).lastIndexOf(1), by);
}

const extra: CraftedTensor = {
	...{ name: 'blk.0.attn_q.scale', type: 'F32', shape: [1] },
	bytes: new Uint8Array(4)
};

it.each([
	['another architecture', 'gpt2', { 'general.architecture': 'mamba' }, /“mamba”.*not supported/],
	['one part of a model', 'gpt2', { 'split.count': 3 }, /several parts/],
	['another tokenizer', 'gpt2', { 'tokenizer.ggml.model': 'bert' }, /tokenizer “bert”/],
	['another way of splitting', 'gpt2', { 'tokenizer.ggml.pre': 'tekken' }, /pre “tekken”/],
	['no way of splitting', 'gpt2', { 'tokenizer.ggml.pre': null }, /pre “default”/],
	['no merges', 'gpt2', { 'tokenizer.ggml.merges': null }, /no tokenizer.ggml.merges/],
	['no scores', 'gemma3', { 'tokenizer.ggml.scores': null }, /no score/],
	[
		'a piece that would be halved a million times',
		'gemma3',
		{ 'tokenizer.ggml.tokens': pieces('gemma3', 'a'.repeat(1e6)) },
		/token longer/
	],
	['one token twice', 'gpt2', { 'tokenizer.ggml.tokens': Array(400).fill('a') }, /twice/],
	['more tokens than rows', 'gpt2', { 'tokenizer.ggml.tokens': Array(9999).fill('a') }, /rows/],
	['a start that is no token', 'smollm', { 'tokenizer.ggml.bos_token_id': 1e6 }, /no token/],
	['a scaling of positions', 'smollm', { 'llama.rope.scaling.type': 'yarn' }, /yarn/],
	['heads of two widths', 'smollm', { 'llama.attention.value_length': 8 }, /value_length/],
	['experts', 'smollm', { 'llama.expert_count': 8 }, /num_local_experts/],
	['layers that are not there', 'smollm', { 'llama.block_count': 4000 }, /4000 layers/],
	['a word of another form', 'smollm', { 'llama.block_count': 'two' }, /another form/],
	['a word left out', 'smollm', { 'llama.embedding_length': null }, /does not say/]
])('refuses %s', async (_, name, words, message) => {
	await expect(changed(name, words)).rejects.toThrow(message);
});

it('refuses a tensor that is not known, and factors of positions that are not those of Llama 3', async () => {
	await expect(changed('smollm', {}, [extra])).rejects.toThrow(/attn_q.scale/);
	const factors = new Uint8Array(Float32Array.from({ length: 8 }, (_, i) => 1 + i).buffer);
	const rope: CraftedTensor = { ...extra, name: 'rope_freqs.weight', shape: [8], bytes: factors };
	await expect(changed('smollm', {}, [rope])).rejects.toThrow(/rope_freqs/);
});

it('names the words that it does nothing with', async () => {
	const { notes } = (await changed('smollm', { 'llama.odd_word': 1 })) as { notes: string[] };
	expect(notes.join(' ')).toMatch(/llama\.odd_word/);
});
