/** A skip transcoder and an SAE between attention and MLP against SAELens in transformers' models, from the folders on. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEdit } from '../../src/core/steering/edits';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { Flows } from '../../workers/flow/flows';
import { featureCard } from '../../workers/features/dashboard';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { packFolders } from '../../workers/node/folders/pack';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { Workbench } from '../../workers/packs/open-pack';
import { SaeEvaluator } from '../../workers/sae/evaluator';
import type { Sae } from '../../workers/sae/sae';
import { steeringOf } from '../../workers/steering/steering';
import { columns, FIXTURES, worst } from './fixture';

const [READS, WRITES, MID] = [
	'blocks.1.mlp.hook_in',
	'blocks.1.hook_mlp_out',
	'blocks.1.hook_resid_mid'
];
const FEATURES = 40;

interface Golden {
	transcoder: object;
	middle: object;
	ids: number[];
	cases: Record<string, { site: string; feature: number; mode: string; value: number }>;
}

let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'transcoding-'))));
afterAll(() => rm(folder, { recursive: true }));

describe.each(['gpt2', 'qwen3', 'gemma3'])('%s', (name) => {
	let g: Golden & { floats: (key: string) => Float32Array };
	let bench: Workbench;

	beforeAll(async () => {
		const file = path.join(FIXTURES, 'transcoding', name);
		const json = JSON.parse(await readFile(`${file}.json`, 'utf8')) as Golden;
		const table = parseSafetensors(new Uint8Array(await readFile(`${file}.safetensors`)));
		g = { ...json, floats: (key) => float32(table, key).data };
		const at = path.join(folder, name);
		const { pack, folder: from } = await FolderSource.open(path.join(FIXTURES, name));
		await mkdir(path.join(at, 'model'), { recursive: true });
		for (const part of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
			await writeFile(path.join(at, 'model', part), await readFile(path.join(from, part)));
		await writeFile(path.join(at, 'model/config.json'), JSON.stringify(pack.model.config));
		for (const [sae, cfg, tensors] of [
			['transcoder', g.transcoder, ['W_enc', 'b_enc', 'W_dec', 'b_dec', 'W_skip']],
			['middle', g.middle, ['W_enc', 'b_enc', 'W_dec', 'b_dec']]
		] as const) {
			const weights = new SafetensorsWriter();
			for (const tensor of tensors) weights.floats(tensor, float32(table, tensor), 'f32');
			await mkdir(path.join(at, sae), { recursive: true });
			await writeFile(path.join(at, sae, 'cfg.json'), JSON.stringify(cfg));
			await writeFile(path.join(at, sae, 'sae_weights.safetensors'), weights.toBytes());
		}
		const saes = [path.join(at, 'transcoder'), path.join(at, 'middle')];
		const order = { saes, corpus: null, dtype: 'f32' } as const;
		await packFolders({ model: path.join(at, 'model'), out: path.join(at, 'pack'), ...order });
		bench = await Workbench.open(await FolderSource.open(path.join(at, 'pack')), false);
	});
	afterAll(() => bench?.release());

	const dense = async (sae: Sae, x: Float32Array) => {
		const codes = await sae.encode(x);
		const all = new Float32Array(g.ids.length * FEATURES);
		for (let t = 0; t < g.ids.length; t++)
			for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++)
				all[t * FEATURES + codes.features[i]!] = codes.activations[i]!;
		return { codes, all };
	};

	it('reads at one place and is measured at another', async () => {
		const { taps } = await bench.model.readOnce(g.ids, bench.taps);
		const sae = await bench.sae(WRITES);
		expect([sae.tap, sae.target]).toEqual([READS, WRITES]);
		const { codes, all } = await dense(sae, taps.get(READS)!);
		expect(worst(all, g.floats('codes'))).toBeLessThan(1);
		expect(worst((await sae.read(taps)).fvu, g.floats('fvu'))).toBeLessThan(1);
		const middle = await bench.sae(MID);
		expect(worst((await dense(middle, taps.get(MID)!)).all, g.floats('middle'))).toBeLessThan(1);

		const d = bench.model.shape.dModel;
		const wrote = new Float32Array(g.ids.length * d);
		for (let t = 0; t < g.ids.length; t++)
			wrote.set(sae.decode(codes, t, taps.get(READS)!.subarray(t * d, (t + 1) * d)), t * d);
		const splice = await bench.model.splice(sae.target);
		expect(worst(await splice.run(g.ids, wrote), g.floats('spliced'))).toBeLessThan(1);
		await splice.release();
	});

	it('takes the place of the MLP where its loss is measured', async () => {
		const evaluator = new SaeEvaluator(bench, [g.ids]);
		const found = await evaluator.evaluate(await bench.sae(WRITES));
		await evaluator.release();
		for (const value of Object.values(found)) expect(value).not.toBeNaN();
		expect(found.ce_sae).not.toBe(found.ce_clean);
		expect(found.tokens).toBe(g.ids.length - 1);
	});

	it('is steered where it writes, by what it reads', async () => {
		const { vocabSize } = bench.model.shape;
		const saes = await bench.saes([WRITES, MID]);
		for (const [of, { site, feature, mode, value }] of Object.entries(g.cases)) {
			const line = `${site}/${feature}=${mode}${mode === 'ablate' ? '' : `:${value}`}`;
			const steering = steeringOf([parseEdit(line)!], saes);
			const expected = g.floats(`steer.${of}`);
			const kept = expected.length / g.ids.length;
			const cache = bench.model.begin(steering);
			for (const [t, id] of g.ids.entries()) {
				const { logits } = await bench.model.read(cache, [id], []);
				const row = expected.subarray(t * kept, (t + 1) * kept);
				expect(worst(columns(logits, vocabSize, 4), row), `${of} ${t}`).toBeLessThan(1);
			}
		}
	});

	it('says what it promotes, and not what it reads of the embedding', async () => {
		const card = await featureCard(`${WRITES}/3`, new Flows(bench));
		expect(card.reads).toEqual([]);
		expect(card.promoted.length).toBeGreaterThan(0);
		const middle = await featureCard(`${MID}/3`, new Flows(bench));
		expect(middle).toMatchObject({ origin: { origin: null }, upstream: [], downstream: [] });
	});
});
