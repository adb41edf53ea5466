/** `pack` for a model of another family: names and buffers as on the hub, shards, and what int8 costs. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
	float32,
	parseSafetensors,
	type Safetensors
} from '../../../../src/core/files/safetensors';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { packFolders } from '../../../../workers/node/folders/pack';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { Workbench } from '../../../../workers/packs/open-pack';
import { FIXTURES, openFixture, worst } from '../../../golden/fixture';

let folder: string;

/** A file with the tensors as float32, and the buffer of booleans that older GPT-2 files carry. */
function asOnTheHub(file: Safetensors, names: string[]): Uint8Array {
	const out = new SafetensorsWriter();
	for (const name of names)
		out.floats(name.replace(/^transformer\./, ''), float32(file, name), 'f32');
	const bytes = out.toBytes();
	const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
	const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as object;
	const end = bytes.length - 8 - length;
	const more = { dtype: 'BOOL', shape: [1, 1, 2, 2], data_offsets: [end, end + 4] };
	const text = JSON.stringify({ ...header, 'h.0.attn.bias': more });
	const head = new TextEncoder().encode(text);
	const whole = new Uint8Array(8 + head.length + end + 4);
	new DataView(whole.buffer).setBigUint64(0, BigInt(head.length), true);
	whole.set(head, 8);
	whole.set(bytes.subarray(8 + length), 8 + head.length);
	return whole;
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	for (const name of ['gpt2', 'gemma2']) {
		const source = await FolderSource.open(path.join(FIXTURES, name));
		const model = path.join(folder, name);
		await mkdir(model);
		for (const file of ['tokenizer.json', 'tokenizer_config.json'])
			await writeFile(path.join(model, file), await readFile(path.join(source.folder, file)));
		await writeFile(path.join(model, 'config.json'), JSON.stringify(source.pack.model.config));
		const file = parseSafetensors(await source.bytes('model.safetensors'));
		if (name === 'gemma2') {
			await writeFile(path.join(model, 'model.safetensors'), file.file.read(0, file.file.size));
			continue;
		}
		// Two shards and their index.
		const shards = [file.names.slice(0, 9), file.names.slice(9)];
		const weight_map: Record<string, string> = {};
		for (const [i, names] of shards.entries()) {
			const shard = `model-0000${i + 1}-of-00002.safetensors`;
			await writeFile(path.join(model, shard), asOnTheHub(file, names));
			for (const name of names) weight_map[name] = shard;
		}
		const index = JSON.stringify({ metadata: {}, weight_map });
		await writeFile(path.join(model, 'model.safetensors.index.json'), index);
	}
});

afterAll(() => rm(folder, { recursive: true }));

async function packed(model: string, dtype: string) {
	const out = path.join(folder, `${model}-${dtype}`);
	const request = { model: path.join(folder, model), saes: [], out, corpus: null, dtype };
	const made = (await packFolders(request)) as { provenance: Record<string, unknown> };
	const source = await FolderSource.open(out);
	return { made, source, bench: await Workbench.open(source, false) };
}

it('keeps every number of a sharded model in float32', async () => {
	const { made, bench } = await packed('gpt2', 'f32');
	expect(made.provenance).not.toHaveProperty('deviation');
	const { golden, floats } = await openFixture('gpt2');
	const { ids } = golden.prompts.long!;
	const { taps } = await bench.model.readOnce(ids, bench.model.sites);
	for (const [site, x] of taps)
		expect(worst(x, floats(`read.long.tap.${site}`)), site).toBeLessThan(1);
});

it.each(['gpt2', 'gemma2'])('stores %s as int8 and says what that costs', async (name) => {
	const { made, source, bench } = await packed(name, 'q8');
	const file = parseSafetensors(await source.bytes('model.safetensors'));
	const original = await openFixture(name);
	const { weights, architecture, config } = bench.model;
	for (const [tensor, shape] of Object.entries(architecture.weights(config))) {
		if (shape.length !== 2) continue;
		// One scale for each output: a column of GPT-2's matrices, a row of the others and of the tables.
		const columns = /c_(attn|proj|fc)/.test(tensor) && name === 'gpt2';
		expect(file.tensor(tensor).dtype).toBe('I8');
		const scale = file.tensor(`${tensor}.scale`);
		expect(scale.shape, tensor).toEqual(columns ? [1, shape[1]] : [shape[0], 1]);
		const scales = float32(file, `${tensor}.scale`).data;
		const [found, exact] = [weights.read(tensor), original.bench.model.weights.read(tensor)];
		exact.data.forEach((x, i) => {
			const step = scales[columns ? i % shape[1]! : Math.floor(i / shape[1]!)]!;
			expect(Math.abs(found.data[i]! - x)).toBeLessThanOrEqual(step * 0.5001);
		});
	}
	const { deviation } = made.provenance as { deviation: Record<string, number> };
	const ids = (
		JSON.parse(new TextDecoder().decode(await source.bytes('self-test.json'))) as { ids: number[] }
	).ids;
	const exact = (await original.bench.model.readOnce(ids, [])).logits;
	const found = (await bench.model.readOnce(ids, [])).logits;
	const mean = exact.reduce((a, b) => a + b) / exact.length;
	const error = found.reduce((sum, x, i) => sum + (x - exact[i]!) ** 2, 0);
	const spread = exact.reduce((sum, x) => sum + (x - mean) ** 2, 0);
	expect(deviation.logits).toBeCloseTo(Math.sqrt(error / spread), 4);
	expect(deviation.logits).toBeGreaterThan(1e-4);
	expect(deviation.logits).toBeLessThan(0.1);
	expect(deviation.stream).toBeLessThan(0.1);
	expect(deviation.tokens).toBe(ids.length);
});

it('reads the gain of a norm as the norm does: 1 + w', async () => {
	const { bench } = await openFixture('gemma2');
	const stored = bench.model.weights.read('model.norm.weight').data;
	expect(bench.finalGain).toEqual(stored.map((w) => 1 + w));
	const table = bench.model.weights.read('model.embed_tokens.weight').data;
	expect(bench.embedding.data[7]).toBeCloseTo(table[7]! * Math.sqrt(bench.model.shape.dModel), 5);
});

it('refuses float16 for numbers that it cannot hold', async () => {
	const large = path.join(folder, 'large');
	await mkdir(large);
	for (const file of ['config.json', 'tokenizer.json'])
		await writeFile(path.join(large, file), await readFile(path.join(folder, 'gemma2', file)));
	const bytes = await readFile(path.join(folder, 'gemma2', 'model.safetensors'));
	const file = parseSafetensors(new Uint8Array(bytes));
	const out = new SafetensorsWriter();
	for (const name of file.names) {
		const { shape, data } = float32(file, name);
		if (name.endsWith('0.mlp.up_proj.weight')) data[3] = -70000;
		out.floats(name, { shape, data }, 'f32');
	}
	await writeFile(path.join(large, 'model.safetensors'), out.toBytes());
	await expect(packed('large', 'f16')).rejects.toThrow(/0\.mlp\.up_proj\.weight.*float16.*f32/);
});

it('refuses an SAE of the bare embedding where positions are added to it', async () => {
	const source = await FolderSource.open(path.join(FIXTURES, 'gpt2'));
	const bare = { ...source.pack.saes[0]!, id: 'hook_embed', site: 'hook_embed' };
	const pack = { ...source.pack, saes: [bare] };
	const changed = Object.create(source, { pack: { value: pack } }) as FolderSource;
	await expect(Workbench.open(changed, false)).rejects.toThrow(/hook_embed reads the embedding/);
});
