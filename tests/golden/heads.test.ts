/** SAEs of attention's heads (hook_z) against PyTorch, from the SAELens folder to the pack and on. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOf } from '../../src/core/calls';
import { parseEdit } from '../../src/core/steering/edits';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { packFolders } from '../../workers/node/folders/pack';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { Flows } from '../../workers/flow/flows';
import { SaeEvaluator } from '../../workers/sae/evaluator';
import { featureCard } from '../../workers/features/dashboard';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { read } from '../../workers/prompt/read';
import { parseSelfTest, selfTest } from '../../workers/packs/self-test';
import { steeringOf } from '../../workers/steering/steering';
import { Workbench } from '../../workers/packs/open-pack';
import type { ReadingPart } from '../../src/core/prompt/reading';
import { columns, FIXTURES, worst } from './fixture';

const FAMILIES = ['gpt2', 'gpt-neo', 'gpt-neox', 'qwen2', 'llama-biased'];
const TAP = 'blocks.1.attn.hook_z';
const ID = 'blocks.1.hook_attn_out';
const TENSORS = /^(W_|b_|r_|threshold)/;
let folder: string;

beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'heads-'))));
afterAll(() => rm(folder, { recursive: true }));

interface Case {
	cfg: Record<string, unknown>;
	ids: number[];
	cases: Record<string, string[]>;
}

async function golden(name: string) {
	const file = path.join(FIXTURES, 'heads', name);
	const json = JSON.parse(await readFile(`${file}.json`, 'utf8')) as Case;
	const table = parseSafetensors(new Uint8Array(await readFile(`${file}.safetensors`)));
	return { ...json, table, floats: (key: string) => float32(table, key).data };
}

/** The SAE as SAELens saves it, and the model as Hugging Face does. */
async function folders(name: string, cfg: object, weights: Uint8Array) {
	const at = path.join(folder, name);
	await mkdir(path.join(at, 'sae'), { recursive: true });
	const { pack, folder: from } = await FolderSource.open(path.join(FIXTURES, name));
	await mkdir(path.join(at, 'model'), { recursive: true });
	for (const file of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
		await writeFile(path.join(at, 'model', file), await readFile(path.join(from, file)));
	await writeFile(path.join(at, 'model/config.json'), JSON.stringify(pack.model.config));
	await writeFile(path.join(at, 'sae/cfg.json'), JSON.stringify(cfg));
	await writeFile(path.join(at, 'sae/sae_weights.safetensors'), weights);
	return {
		model: path.join(at, 'model'),
		saes: [path.join(at, 'sae')],
		out: path.join(at, 'pack'),
		corpus: null,
		dtype: 'f32'
	};
}

describe.each(FAMILIES)('%s', (name) => {
	let g: Awaited<ReturnType<typeof golden>>;
	let bench: Workbench;

	beforeAll(async () => {
		g = await golden(name);
		const weights = new SafetensorsWriter();
		for (const tensor of g.table.names)
			if (TENSORS.test(tensor)) weights.floats(tensor, float32(g.table, tensor), 'f32');
		const request = await folders(name, g.cfg, weights.toBytes());
		await packFolders(request);
		bench = await Workbench.open(await FolderSource.open(request.out), false);
	});
	afterAll(() => bench?.release());

	it('is packed at the site where it is shown, in the words of SAELens', async () => {
		const [sae] = bench.pack.saes;
		expect(sae).toMatchObject({ id: ID, site: ID, cfg: { heads: true } });
		expect(sae!.cfg.metadata.hook_name).toBe(TAP);
		expect((await bench.packInfo()).saes[0]).toMatchObject({ id: ID, kind: 'attn', heads: true });
		const json = new TextDecoder().decode(await bench.source.bytes('self-test.json'));
		const test = parseSelfTest(json, bench.model);
		expect(Object.keys(test.codes)).toEqual([ID]);
		expect(await selfTest(test, bench, true)).toMatchObject({ ok: true });
	});

	it('reads the heads and encodes them', async () => {
		const sae = await bench.sae(ID);
		const { taps } = await bench.model.readOnce(g.ids, [TAP]);
		const z = taps.get(TAP)!;
		expect(worst(z, g.floats('z'))).toBeLessThan(1);
		const codes = await sae.encode(z);
		const dense = new Float32Array(g.ids.length * sae.wDec.rows);
		for (let t = 0; t < g.ids.length; t++)
			for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++)
				dense[t * sae.wDec.rows + codes.features[i]!] = codes.activations[i]!;
		expect(worst(dense, g.floats('codes'))).toBeLessThan(1);
		expect(worst((await sae.read(taps)).fvu, g.floats('fvu'))).toBeLessThan(1);
	});

	it('shows its directions as W_O writes them', async () => {
		const { wDec } = await bench.sae(ID);
		expect([wDec.rows, wDec.columns]).toEqual([48, bench.model.shape.dModel]);
		expect(worst(wDec.data, g.floats('mapped'))).toBeLessThan(1);
		const card = await featureCard(`${ID}/3`, new Flows(bench));
		expect(card.reads).toEqual([]);
		expect(card.promoted.length).toBeGreaterThan(0);
	});

	it('steers through W_O, at once and token by token', async () => {
		const saes = await bench.saes([ID]);
		const { vocabSize } = bench.model.shape;
		for (const [name, lines] of Object.entries(g.cases)) {
			const edits = lines.map((line) =>
				parseEdit(`${ID}/${line.replace(' ', '=').replace('ablate:0', 'ablate')}`)!
			);
			const steering = steeringOf(edits, saes);
			const expected = g.floats(`steer.${name}`);
			const kept = expected.length / g.ids.length;
			const at = (t: number) => expected.subarray(t * kept, (t + 1) * kept);
			const { logits } = await bench.model.readOnce(g.ids, [], undefined, steering);
			expect(worst(columns(logits, vocabSize, 4), at(g.ids.length - 1)), name).toBeLessThan(1);
			const cache = bench.model.begin(steering);
			for (const [t, id] of g.ids.entries()) {
				const step = await bench.model.read(cache, [id], []);
				expect(worst(columns(step.logits, vocabSize, 4), at(t)), `${name} ${t}`).toBeLessThan(1);
			}
		}
	});

	it('takes a reconstruction in the place of the heads, and is measured so', async () => {
		const splice = await bench.model.splice(TAP);
		const half = g.floats('z').map((x) => x / 2);
		expect(worst(await splice.run(g.ids, half), g.floats('spliced'))).toBeLessThan(1);
		await splice.release();
		const evaluator = new SaeEvaluator(bench, [g.ids]);
		const found = await evaluator.evaluate(await bench.sae(ID));
		await evaluator.release();
		const codes = g.floats('codes');
		const counted = g.ids.flatMap((id, t) => (bench.tokenizer.isSpecial(id) ? [] : [t]));
		const active = counted.map(
			(t) => codes.subarray(t * 48, (t + 1) * 48).filter((a) => a > 0).length
		);
		expect(found.l0).toBeCloseTo(active.reduce((a, b) => a + b) / counted.length, 6);
		expect([found.ce_sae, found.ce_zero, found.ce_clean].every(Number.isFinite)).toBe(true);
		expect(found.ce_zero).not.toBeCloseTo(found.ce_clean, 4);
	});

	it('is read like any other SAE', async () => {
		const parts: ReadingPart[] = [];
		await read(
			{ text: 'A green lantern in the harbour' },
			bench,
			runOf({ onPart: (part) => parts.push(part) })
		);
		const site = parts.flatMap((part) => (part.kind === 'site' ? part.site : []))[0]!;
		expect(site).toMatchObject({ sae: ID, site: ID });
		expect(site.features.length).toBeGreaterThan(0);
	});
});

describe('where it cannot be shown', () => {
	it('is refused in a sentence: a norm follows W_O, or the widths differ', async () => {
		const g = await golden('gpt2');
		const weights = new SafetensorsWriter();
		for (const tensor of g.table.names)
			if (TENSORS.test(tensor)) weights.floats(tensor, float32(g.table, tensor), 'f32');
		const normed = await folders('gemma2', g.cfg, weights.toBytes());
		await expect(packFolders(normed)).rejects.toThrow(/normalises what they write/);
		const deep = { ...g.cfg, hook_name: 'blocks.9.attn.hook_z' };
		const there = await folders('gpt2', deep, weights.toBytes());
		await expect(packFolders({ ...there, out: `${there.out}-deep` })).rejects.toThrow(/of layer 9/);
	});
});
