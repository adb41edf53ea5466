/** `pack`: from a Hugging Face folder and SAELens folders to a pack that the engine reads the same. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { float32, parseSafetensors } from '../../../../src/core/files/safetensors';
import { FolderSource } from '../../../../workers/node/folders/pack-source';
import { packFolders } from '../../../../workers/node/folders/pack';
import { toHalf } from '../../../../workers/import/files/safetensors-writer';
import { Flows } from '../../../../workers/flow/flows';
import { Workbench } from '../../../../workers/packs/open-pack';
import { featureCard } from '../../../../workers/features/dashboard';
import { openFixture, worst } from '../../../golden/fixture';
import { writeSources } from '../../../hugging-face-folder';

let folder: string;
let sources: Awaited<ReturnType<typeof writeSources>>;
const SITES = ['blocks.1.hook_attn_out', 'blocks.1.hook_mlp_out', 'blocks.1.hook_resid_post'];
const TEXT = Array.from(
	{ length: 60 },
	(_, i) => `The old clockmaker mended ${i} brass keys because the bell had rung.`
).join('\n\n');

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	sources = await writeSources(folder, SITES);
	await writeFile(path.join(folder, 'text.txt'), TEXT);
});

afterAll(() => rm(folder, { recursive: true }));

const request = (out: string, dtype: string, corpus: boolean) => ({
	...sources,
	out: path.join(folder, out),
	corpus: corpus ? path.join(folder, 'text.txt') : null,
	dtype
});

it('keeps every number in float32', async () => {
	await packFolders(request('whole', 'f32', false));
	const bench = await Workbench.open(await FolderSource.open(path.join(folder, 'whole')), false);
	const original = await openFixture('llama-tied');
	const { ids } = original.golden.prompts.forty!;
	const { logits, taps } = await bench.model.read(bench.model.begin(), ids, bench.model.sites);
	const expected = original.floats('read.forty.logits');
	expect(worst(logits, expected.subarray(expected.length - logits.length))).toBeLessThan(1);
	for (const id of SITES) {
		const [a, b] = [await bench.sae(id), await original.bench.sae(id)];
		const x = taps.get(id)!;
		expect(await a.encode(x)).toEqual(await b.encode(x));
	}
});

it('measures the SAEs on a text', async () => {
	await packFolders(request('measured', 'f32', true));
	const source = await FolderSource.open(path.join(folder, 'measured'));
	const bench = await Workbench.open(source, false);
	for (const sae of source.pack.saes) {
		const m = sae.metrics!;
		expect(m.tokens).toBeGreaterThan(500);
		expect(m.l0).toBeGreaterThan(0);
		expect(m.ce_recovered).toBeCloseTo((m.ce_zero - m.ce_sae) / (m.ce_zero - m.ce_clean), 6);
		expect(m.ce_sae).not.toBeCloseTo(m.ce_zero, 6);
	}
	const id = source.pack.saes.find((s) => s.id === SITES[2])!.id;
	const statistics = (await bench.statistics(id))!;
	const strongest = statistics.max.indexOf(Math.max(...statistics.max));
	const card = await featureCard(`${id}/${strongest}`, new Flows(bench));
	const total = card.histogram!.counts.reduce((a, b) => a + b, 0);
	expect(total / card.tokens!).toBeCloseTo(card.density!, 6);
	const peaks = card.examples.map((e) => Math.max(...e.activations));
	expect(peaks[0]).toBeCloseTo(card.max!, 4);
	expect([...peaks].sort((a, b) => b - a)).toEqual(peaks);
	expect(card.examples.every((e) => e.source === 'text')).toBe(true);
}, 120_000);

it('replacing a site by itself changes no prediction', async () => {
	const { bench, golden } = await openFixture('llama-tied');
	const { ids } = golden.prompts.forty!;
	const last = bench.model.sites.at(-1)!;
	const { taps } = await bench.model.read(bench.model.begin(), ids, bench.model.sites);
	for (const site of bench.model.sites) {
		const splice = await bench.model.splice(site);
		expect(worst(await splice.run(ids, taps.get(site)!), taps.get(last)!), site).toBeLessThan(0.1);
	}
});

it('rounds to half precision as IEEE 754 says', () => {
	const table = [
		[0, 0],
		[1, 0x3c00],
		[-2, 0xc000],
		[65504, 0x7bff],
		[65520, 0x7c00],
		[2 ** -14, 0x0400],
		[5.96e-8, 1],
		[2.9e-8, 0],
		[1 + 2 ** -11, 0x3c00],
		[1 + 3 * 2 ** -11, 0x3c02],
		[1.9999, 0x4000]
	];
	for (const [x, half] of table) expect(toHalf(x!), String(x)).toBe(half);
});

it('stores int8 within half a step', async () => {
	await packFolders(request('small', 'q8', false));
	const source = await FolderSource.open(path.join(folder, 'small'));
	const stored = parseSafetensors(await source.bytes(`saes/${SITES[2]}.safetensors`));
	const whole = parseSafetensors(
		new Uint8Array(await readFile(path.join(folder, SITES[2]!, 'sae_weights.safetensors')))
	);
	const [a, b] = [float32(stored, 'W_enc').data, float32(whole, 'W_enc').data];
	const scales = float32(stored, 'W_enc.scale').data;
	a.forEach((x, i) =>
		expect(Math.abs(x - b[i]!)).toBeLessThanOrEqual(scales[i % scales.length]! * 0.5001)
	);
});
