/** Every format of SAEs on the real runtime, against its library's formula computed by PyTorch. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { saeConfigJson } from '../../src/core/sae/config';
import { parsePack } from '../../src/core/packs/manifest';
import { float32, parseSafetensors, type Safetensors } from '../../src/core/files/safetensors';
import { openFolder } from '../../workers/node/folders/disk-folder';
import { parseSaeArgument } from '../../workers/node/sae-argument';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { readSae } from '../../workers/import/formats/formats';
import type { ImportedSae } from '../../workers/import/sae/imported-sae';
import { Sae } from '../../workers/sae/sae';
import { startRuntime } from '../../workers/runtime/session';
import { FIXTURES, worst } from './fixture';

const RESID = 'blocks.1.hook_resid_post';
const MLP = 'blocks.1.hook_mlp_out';

/** Folder below `fixtures/formats` (the golden's name is its first part), what it must be read as. */
const READ: [string, Partial<ImportedSae> & { architecture: string }, number | null][] = [
	['sae-lens-standard', { format: 'SAELens', site: RESID, architecture: 'standard' }, null],
	['sae-lens-flat', { format: 'SAELens', site: MLP, architecture: 'topk' }, 5],
	['sae-lens-topk', { format: 'SAELens', site: RESID, architecture: 'topk' }, 5],
	['sae-lens-jumprelu', { format: 'SAELens', site: RESID, architecture: 'jumprelu' }, null],
	['sae-lens-gated', { format: 'SAELens', site: RESID, architecture: 'gated' }, null],
	['sae-lens-average', { format: 'SAELens', site: RESID, architecture: 'standard' }, null],
	['kron', { format: 'SAELens', site: RESID, architecture: 'kron' }, 5],
	[
		'gemma-scope/gemma-scope-2b-pt-res/layer_1/width_20/average_l0_6',
		{ format: 'Gemma Scope', site: RESID, architecture: 'jumprelu' },
		6
	],
	[
		'gemma-scope-packed/gemma-scope-2b-pt-mlp/layer_2/width_20/average_l0_7',
		{ format: 'Gemma Scope', site: 'blocks.2.hook_mlp_out', architecture: 'jumprelu' },
		7
	],
	[
		'gemma-scope-2/resid_post/layer_1_width_20_l0_small',
		{ format: 'Gemma Scope 2', site: RESID, architecture: 'jumprelu' },
		20
	],
	['sparsify/layers.1', { format: 'sparsify', site: RESID, architecture: 'topk' }, 5],
	['dl-standard', { format: 'dictionary_learning', site: RESID, architecture: 'standard' }, null],
	['dl-new', { format: 'dictionary_learning', site: RESID, architecture: 'standard' }, null],
	['dl-gated', { format: 'dictionary_learning', site: RESID, architecture: 'gated' }, null],
	['dl-jumprelu', { format: 'dictionary_learning', site: RESID, architecture: 'jumprelu' }, null],
	['dl-topk', { format: 'dictionary_learning', site: RESID, architecture: 'topk' }, 5],
	['dl-batchtopk', { format: 'dictionary_learning', site: RESID, architecture: 'jumprelu' }, 5],
	['dl-matryoshka', { format: 'dictionary_learning', site: RESID, architecture: 'jumprelu' }, 5],
	[
		'openai-topk/resid_post_mlp_v5_32k/autoencoders',
		{ format: 'OpenAI', site: RESID, architecture: 'topk' },
		5
	],
	[
		'openai-relu/resid_post_mlp_v5_32k/autoencoders',
		{ format: 'OpenAI', site: RESID, architecture: 'standard' },
		null
	],
	['goodfire', { format: 'Goodfire', site: RESID, architecture: 'standard' }, null],
	['llama-scope', { format: 'Llama Scope', site: RESID, architecture: 'jumprelu' }, 6],
	['llamascopium-jumprelu', { format: 'Llamascopium', site: MLP, architecture: 'jumprelu' }, null],
	['llamascopium-linear', { format: 'Llamascopium', site: MLP, architecture: 'jumprelu' }, null],
	['llamascopium-topk', { format: 'Llamascopium', site: MLP, architecture: 'topk' }, 5],
	['sae-lens-batchtopk', { format: 'SAELens', site: RESID, architecture: 'jumprelu' }, null],
	[
		'sae-lens-batchtopk-inference',
		{ format: 'SAELens', site: RESID, architecture: 'jumprelu' },
		null
	],
	['sae-lens-matryoshka', { format: 'SAELens', site: RESID, architecture: 'jumprelu' }, null],
	[
		'sae-lens-matryoshka-inference',
		{ format: 'SAELens', site: RESID, architecture: 'jumprelu' },
		null
	],
	['sae-lens-transcoder', { format: 'SAELens', site: MLP, architecture: 'standard' }, null],
	['sae-lens-skip', { format: 'SAELens', site: MLP, architecture: 'standard' }, null],
	['sae-lens-jump-transcoder', { format: 'SAELens', site: MLP, architecture: 'jumprelu' }, null],
	['sae-lens-jump-skip', { format: 'SAELens', site: MLP, architecture: 'jumprelu' }, null],
	['sparsify-transcoder/layers.1.mlp', { format: 'sparsify', site: MLP, architecture: 'topk' }, 5],
	['sparsify-skip/layers.1.mlp', { format: 'sparsify', site: MLP, architecture: 'topk' }, 5],
	[
		'gemma-scope-transcoder/gemma-scope-2b-pt-transcoders/layer_1/width_16k/average_l0_6',
		{ format: 'Gemma Scope', site: MLP, architecture: 'jumprelu' },
		6
	],
	[
		'gemma-scope-2-transcoder/transcoder/layer_1_width_20_l0_small',
		{ format: 'Gemma Scope 2', site: MLP, architecture: 'jumprelu' },
		20
	],
	[
		'gemma-scope-2-affine/transcoder/layer_1_width_20_l0_small_affine',
		{ format: 'Gemma Scope 2', site: MLP, architecture: 'jumprelu' },
		20
	]
];

/** Of a fixture that is a transcoder: what it reads, and whether it adds a linear map of that. */
const IN = 'blocks.1.mlp.hook_in';
const TRANSCODERS: Record<string, { reads: string; skip: boolean }> = {
	'sae-lens-transcoder': { reads: IN, skip: false },
	'sae-lens-skip': { reads: IN, skip: true },
	'sae-lens-jump-transcoder': { reads: IN, skip: false },
	'sae-lens-jump-skip': { reads: IN, skip: true },
	'sparsify-transcoder': { reads: IN, skip: false },
	'sparsify-skip': { reads: IN, skip: true },
	'gemma-scope-transcoder': { reads: 'blocks.1.ln2.hook_normalized', skip: false },
	'gemma-scope-2-transcoder': { reads: IN, skip: false },
	'gemma-scope-2-affine': { reads: IN, skip: true }
};

describe('an SAE in each format', () => {
	let golden: Safetensors;
	beforeAll(async () => {
		await startRuntime(null);
		const bytes = await readFile(path.join(FIXTURES, 'formats/golden.safetensors'));
		golden = parseSafetensors(new Uint8Array(bytes));
	});

	it.each(READ)('%s', async (below, { architecture, ...expected }, l0) => {
		const read = await readFixture(below);
		expect(read).toMatchObject({ ...expected, expected: { l0 } });
		expect(read.cfg).toMatchObject({ architecture, dIn: 12, dSae: 20 });
		const name = below.split('/')[0]!;
		const { reads, skip } = TRANSCODERS[name] ?? { reads: null, skip: false };
		expect(read.cfg).toMatchObject({ reads, skip, dOut: 12 });
		const { shape, data: x } = float32(golden, 'x');
		const sae = opened(read);
		expect([sae.tap, sae.target]).toEqual(reads ? [reads, read.site] : [read.site, read.site]);
		const codes = await sae.encode(x);
		const dense = new Float32Array(shape[0]! * 20);
		const again = new Float32Array(x.length);
		for (let t = 0; t < shape[0]!; t++) {
			for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++)
				dense[t * 20 + codes.features[i]!] = codes.activations[i]!;
			again.set(sae.decode(codes, t, x.subarray(t * 12, (t + 1) * 12)), t * 12);
		}
		expect(worst(dense, float32(golden, `${name}.codes`).data)).toBeLessThan(1);
		expect(worst(again, float32(golden, `${name}.recon`).data)).toBeLessThan(1);
		await sae.release();
	});
});

async function readFixture(below: string): Promise<ImportedSae> {
	const { where, overrides } = parseSaeArgument(path.join(FIXTURES, 'formats', below));
	return readSae(await openFolder(where), overrides);
}

/** As a pack would hold it: through `cfg` and file, which is the road that every SAE takes. */
function opened(read: ImportedSae): Sae {
	const file = new SafetensorsWriter();
	for (const [name, tensor] of read.tensors) file.floats(name, tensor, 'f32');
	const entry = { bytes: 1, sha256: '0'.repeat(64) };
	const pack = parsePack({
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: 'tiny',
		model: { config: {}, weights: ['m'], tokenizer: 'm', tokenizer_config: 'm' },
		saes: [{ id: read.site, site: read.site, cfg: saeConfigJson(read.cfg), weights: 'm' }],
		files: { m: entry }
	});
	return new Sae(pack.saes[0]!, parseSafetensors(file.toBytes()));
}
