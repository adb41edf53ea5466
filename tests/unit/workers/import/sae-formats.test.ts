/** Which format a folder is of, what is refused and in which words, and how matrices are turned. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saeConfigJson } from '../../../../src/core/sae/config';
import { Problem } from '../../../../src/core/names/errors';
import { openFolder } from '../../../../workers/node/folders/disk-folder';
import { parseSaeArgument } from '../../../../workers/node/sae-argument';
import { readSae } from '../../../../workers/import/formats/formats';
import { NO_OVERRIDES, type SaeOverrides } from '../../../../src/core/import/build-request';
import { moduleHook } from '../../../../workers/import/sae/site-names';
import { folderOf, npyOf, numberedTensors, zipOf } from '../../../crafted-files';

const FORMATS = path.resolve(import.meta.dirname, '../../../fixtures/formats');
const D = 2;
const N = 3;
const SITE = 'blocks.1.hook_resid_post';

/** Numbers that tell where they lay: 0, 1, 2, … */
const weights = (shapes: Record<string, number[]>) => numberedTensors(shapes, 0);

const STANDARD = { W_enc: [D, N], W_dec: [N, D], b_enc: [N], b_dec: [D] };
const saeLens = (cfg: object, shapes: Record<string, number[]> = STANDARD) =>
	folderOf('/x/mine', {
		'cfg.json': { d_in: D, d_sae: N, hook_name: SITE, ...cfg },
		'sae_weights.safetensors': weights(shapes)
	});

const sparsify = (cfg: object, shapes: Record<string, number[]>, name = '/x/layers.1') =>
	folderOf(name, {
		'cfg.json': { d_in: D, num_latents: N, k: 1, ...cfg },
		'sae.safetensors': weights(shapes)
	});

const gemma2 = (cfg: object, more: Record<string, number[]> = {}) =>
	folderOf('/x/resid_post/layer_1', {
		'config.json': { hf_hook_point_in: 'model.layers.1.output', ...cfg },
		'params.safetensors': weights({
			w_enc: [D, N],
			w_dec: [N, D],
			b_enc: [N],
			b_dec: [D],
			threshold: [N],
			...more
		})
	});

const LINEAR = { 'encoder.weight': [N, D], W_dec: [N, D], 'encoder.bias': [N], b_dec: [D] };

async function sentenceOf(run: Promise<unknown>): Promise<string> {
	const error = await run.then(
		() => new Error('It was read.'),
		(reason: unknown) => reason
	);
	if (error instanceof Problem) return `${error.sentence} ${error.advice}`;
	throw error;
}

const read = (folder: ReturnType<typeof folderOf>, overrides: Partial<SaeOverrides> = {}) =>
	readSae(folder, { ...NO_OVERRIDES, ...overrides });

describe('an SAE that cannot be run is refused by what it is', () => {
	const TRANSCODER = /is a transcoder/;
	it.each<[string, () => Promise<unknown>, RegExp]>([
		[
			'a transcoder that does not say where it writes',
			() => read(saeLens({ architecture: 'transcoder', d_out: D })),
			/does not say where it writes.*hook_name_out/
		],
		[
			'one that writes where nothing is written',
			() =>
				read(
					saeLens(
						{
							...{ architecture: 'skip_transcoder', d_out: D },
							...{ hook_name: 'blocks.1.ln2.hook_in', hook_name_out: 'blocks.1.mlp.hook_post' }
						},
						{ ...STANDARD, W_skip: [D, D] }
					)
				),
			/from "blocks\.1\.hook_resid_mid" to "blocks\.1\.mlp\.hook_post", which cannot be run/
		],
		[
			'one that writes before it reads',
			() =>
				read(
					saeLens({
						...{ architecture: 'transcoder', d_out: D },
						...{ hook_name: 'blocks.1.mlp.hook_in', hook_name_out: 'blocks.1.hook_attn_out' }
					})
				),
			/to "blocks\.1\.hook_attn_out", which cannot be run/
		],
		['one across layers', () => read(saeLens({ architecture: 'clt' })), TRANSCODER],
		[
			'one by its two hooks',
			() => read(saeLens({ hook_name_out: 'blocks.1.hook_mlp_out' })),
			TRANSCODER
		],
		['one with a skip', () => read(saeLens({}, { ...STANDARD, W_skip: [D, D] })), TRANSCODER],
		[
			'transcoders of circuit-tracer',
			() =>
				read(
					folderOf('/x', { 'config.yaml': 'model_kind: transcoder_set', 'layer_0.safetensors': '' })
				),
			TRANSCODER
		],
		[
			'an SAE of Gemma Scope 2 with a skip',
			() => read(gemma2({}, { affine_skip_connection: [D, D] })),
			TRANSCODER
		],
		['a crosscoder', () => read(gemma2({ type: 'crosscoder' })), TRANSCODER],
		[
			'an SAE of sparsify with a skip',
			() => read(sparsify({ skip_connection: true }, { ...LINEAR, W_skip: [D, D] })),
			/linear map of its input/
		],
		[
			'a transcoder of what attention reads',
			() => read(sparsify({ transcode: true }, LINEAR, '/x/layers.1.self_attn')),
			/does not say which site/
		],
		['signed features', () => read(sparsify({ signed: true }, LINEAR)), /negative activations/],
		['groups', () => read(sparsify({ activation: 'groupmax' }, LINEAR)), /"groupmax"/],
		[
			'a training checkpoint without its threshold',
			() => read(saeLens({ architecture: 'batchtopk' })),
			/without the threshold.*for inference/
		],
		[
			'another architecture',
			() => read(saeLens({ architecture: 'temporal' })),
			/"temporal".*standard/
		],
		['another activation', () => read(saeLens({ activation_fn: 'tanh-relu' })), /"tanh-relu"/],
		[
			'what is written before a norm',
			() => read(gemma2({ hf_hook_point_in: 'model.layers.1.mlp.output' })),
			/reads "model\.layers\.1\.mlp\.output"/
		],
		['one head', () => read(saeLens({ hook_head_index: 3 })), /a single head/],
		['TopK without k', () => read(saeLens({ architecture: 'topk' })), /without a k.*#k=/],
		['more than there are', () => read(saeLens({ architecture: 'topk', k: 9 })), /keeps 9 of 3/],
		[
			'what attention reads',
			() => read(saeLens({ hook_name: 'blocks.1.ln1.hook_normalized' })),
			/ln1\.hook_normalized/
		],
		['no place', () => read(saeLens({ hook_name: null })), /does not say which site.*#site=/],
		[
			'a scale not told',
			() => read(saeLens({ normalize_activations: true })),
			/by how much.*#norm_scaling_factor=/
		],
		['a way of its own', () => read(saeLens({ normalize_activations: 'max' })), /"max"/],
		[
			'finetuned factors',
			() => read(saeLens({}, { ...STANDARD, scaling_factor: [N] })),
			/scaling_factor/
		],
		[
			'a matrix of another shape',
			() => read(saeLens({}, { ...STANDARD, W_enc: [D, N + 1] })),
			/W_enc of shape \[2,4\] where \[2,3\] or \[3,2\]/
		],
		['a missing tensor', () => read(saeLens({}, { W_enc: [D, N] })), /no tensor/],
		[
			'a config that is a list',
			() => read(folderOf('/x', { 'cfg.json': [], 'sae.safetensors': '' })),
			/cfg\.json/
		]
	])('%s', async (_, run, sentence) => {
		expect(await sentenceOf(run())).toMatch(sentence);
	});

	it('a file of the old form of torch.save, with the line that converts it', async () => {
		const folder = await openFolder(path.join(FORMATS, 'refused-legacy'));
		const sentence = await sentenceOf(readSae(folder, NO_OVERRIDES));
		expect(sentence).toMatch(/old form.*python -c/);
	});
});

describe('the format of a folder', () => {
	it('is said where none fits, with what was seen and what is supported', async () => {
		const sentence = await sentenceOf(read(folderOf('/x/thing', { 'model.bin': '', 'a.txt': '' })));
		expect(sentence).toMatch(
			/"\/x\/thing".*model\.bin, a\.txt.*SAELens \(cfg\.json and sae_weights/
		);
	});

	it('is asked for where several fit, and may be stated', async () => {
		const both = folderOf('/x/layers.1', {
			'cfg.json': { d_in: D, d_sae: N, num_latents: N, k: 1, hook_name: SITE },
			'sae_weights.safetensors': weights(STANDARD),
			'sae.safetensors': weights(LINEAR)
		});
		expect(await sentenceOf(read(both))).toMatch(/several formats: SAELens, sparsify.*#format=/);
		expect((await read(both, { format: 'saelens' })).format).toBe('SAELens');
		expect((await read(both, { format: 'sparsify' })).format).toBe('sparsify');
		expect(await sentenceOf(read(both, { format: 'OpenAI' }))).toMatch(
			/not have the files of OpenAI/
		);
		expect(await sentenceOf(read(both, { format: 'mine' }))).toMatch(/no format "mine"/);
	});

	it('is that of each folder below, which must be given one by one', async () => {
		const many = folderOf('/x', { 'layers.0/cfg.json': '', 'layers.0/sae.safetensors': '' });
		expect(await sentenceOf(read(many))).toMatch(/folders of their own: layers\.0\./);
	});
});

describe('a matrix', () => {
	it('is turned where its shape says so', async () => {
		const straight = await read(saeLens({}));
		const turned = await read(saeLens({}, { ...STANDARD, W_enc: [N, D], W_dec: [D, N] }));
		expect([...straight.tensors.get('W_enc')!.data]).toEqual([0, 1, 2, 3, 4, 5]);
		expect([...turned.tensors.get('W_enc')!.data]).toEqual([0, 2, 4, 1, 3, 5]);
		expect(turned.tensors.get('W_dec')!.shape).toEqual([N, D]);
		expect([...turned.tensors.get('W_dec')!.data]).toEqual([0, 3, 1, 4, 2, 5]);
	});

	it('that is square is never guessed, only defined or stated', async () => {
		const shapes = { 'encoder.weight': [D, D], W_dec: [D, D], 'encoder.bias': [D], b_dec: [D] };
		const square = sparsify({ num_latents: D }, shapes);
		expect(await sentenceOf(read(square))).toMatch(/W_dec.*#decoder_rows=/);
		const features = await read(square, { decoderRows: 'features' });
		const inputs = await read(square, { decoderRows: 'inputs' });
		// A linear layer's weight is [out, in], whatever its shape.
		expect([...features.tensors.get('W_enc')!.data]).toEqual([0, 2, 1, 3]);
		expect([...features.tensors.get('W_dec')!.data]).toEqual([0, 1, 2, 3]);
		expect([...inputs.tensors.get('W_dec')!.data]).toEqual([0, 2, 1, 3]);
	});
});

describe('what files do not say', () => {
	it('is stated after a #', () => {
		expect(parseSaeArgument('/x/a#b')).toEqual({ where: '/x/a#b', overrides: NO_OVERRIDES });
		expect(
			parseSaeArgument('/x/6.pt#site=blocks.6.hook_mlp_out&k=32&norm_scaling_factor=1.5')
		).toEqual({
			where: '/x/6.pt',
			overrides: { ...NO_OVERRIDES, site: 'blocks.6.hook_mlp_out', k: 32, normScalingFactor: 1.5 }
		});
		expect(parseSaeArgument('/x#activation=relu').overrides.activation).toBe('relu');
		for (const wrong of ['k=-1', 'k=x', 'norm_scaling_factor=0', 'decoder_rows=3', 'colour=red'])
			expect(() => parseSaeArgument(`/x#${wrong}`), wrong).toThrow(/may state/);
	});

	it('is taken from what is stated', async () => {
		const scaled = saeLens({ normalize_activations: 'expected_average_only_in' });
		const plain = await read(saeLens({}));
		const folded = await read(scaled, { normScalingFactor: 2 });
		const [w, v] = [plain, folded].map((sae) => [...sae.tensors.get('W_enc')!.data]);
		expect(v).toEqual(w!.map((x) => 2 * x));
		expect([...folded.tensors.get('b_dec')!.data]).toEqual([0, 0.5]);
		expect(folded.cfg.normalizeActivations).toBe('none');
		const moved = await read(saeLens({ hook_name: 'somewhere' }), { site: SITE });
		expect(moved.site).toBe(SITE);
		expect((await read(saeLens({ architecture: 'topk' }), { k: 2 })).cfg.k).toBe(2);
	});

	it('is read from paths as the makers name them', () => {
		for (const [module, hook] of [
			['layers.12', 'blocks.12.hook_resid_post'],
			['model.layers.12.output', 'blocks.12.hook_resid_post'],
			['h.3', 'blocks.3.hook_resid_post'],
			['layers.3.mlp', 'blocks.3.hook_mlp_out'],
			['layers.3.self_attn', 'blocks.3.hook_attn_out'],
			['model.layers.3.self_attn.o_proj.input', 'blocks.3.attn.hook_z'],
			['model.layers.5.pre_feedforward_layernorm.output', 'blocks.5.mlp.hook_in'],
			['model.layers.5.input_layernorm.output', null],
			['embed_tokens', 'hook_embed'],
			['mine', null]
		] as const)
			expect(moduleHook(module), module).toBe(hook);
	});

	it('is attention’s output for an SAE of its heads, which still says what it reads', async () => {
		const heads = 'blocks.1.attn.hook_z';
		const cfg = { hook_name: heads, reshape_activations: 'hook_z' };
		for (const found of [await read(saeLens(cfg)), await read(saeLens({}), { site: heads })]) {
			expect(found.site).toBe('blocks.1.hook_attn_out');
			expect(found.cfg).toMatchObject({ heads: true, metadata: { hook_name: heads } });
			expect(saeConfigJson(found.cfg).reshape_activations).toBe('hook_z');
		}
		expect((await read(saeLens({}))).cfg.heads).toBe(false);
	});

	it('is read from configs that name modules', async () => {
		const at = async (hf_hook_point_in?: string) => (await read(gemma2({ hf_hook_point_in }))).site;
		expect(await at('model.layers.7.output')).toBe('blocks.7.hook_resid_post');
		expect(await at('model.layers.7.post_attention_layernorm.output')).toBe(
			'blocks.7.hook_attn_out'
		);
		expect(await at('model.layers.7.post_feedforward_layernorm.output')).toBe(
			'blocks.7.hook_mlp_out'
		);
		expect(await at()).toBe(SITE);
	});

	it('is stated for what a conversion from .pt leaves out', async () => {
		const tensors = weights({
			'encoder.weight': [N, D],
			'decoder.weight': [D, N],
			latent_bias: [N],
			pre_bias: [D]
		});
		const folder = folderOf('/x/resid_delta_mlp_v5_32k', { '6.safetensors': tensors });
		expect(await read(folder, { k: 2 })).toMatchObject({
			format: 'OpenAI',
			site: 'blocks.6.hook_mlp_out',
			cfg: { architecture: 'topk', k: 2, normalizeActivations: 'layer_norm' }
		});
		expect((await read(folder, { activation: 'relu' })).cfg.architecture).toBe('standard');
		expect(await sentenceOf(read(folder))).toMatch(/the k largest.*#activation=relu or #k=/);
	});

	it('counts the embedding of Gemma Scope times √d', async () => {
		const npy = (shape: string, ...numbers: number[]) =>
			npyOf(
				`{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`,
				new Uint8Array(Float32Array.from(numbers).buffer)
			);
		const params = zipOf([
			{ name: 'W_enc.npy', bytes: npy('4, 1', 2, 4, 6, 8) },
			{ name: 'W_dec.npy', bytes: npy('1, 4', 1, 2, 3, 4), deflated: true },
			{ name: 'b_enc.npy', bytes: npy('1,', 0.5) },
			{ name: 'b_dec.npy', bytes: npy('4,', 1, 1, 1, 1) },
			{ name: 'threshold.npy', bytes: npy('1,', 0.25) }
		]);
		const where = '/x/gemma-scope-2b-pt-res/embedding/width_4k/average_l0_6';
		const sae = await read(folderOf(where, { 'params.npz': params }));
		expect(sae.site).toBe('blocks.0.hook_resid_pre');
		expect([...sae.tensors.get('W_enc')!.data]).toEqual([1, 2, 3, 4]);
		expect([...sae.tensors.get('W_dec')!.data]).toEqual([2, 4, 6, 8]);
	});
});

describe('what --sae names', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(path.join(tmpdir(), 'undercurrent-'));
	});
	afterAll(() => rm(folder, { recursive: true }));

	it('may be a folder, one file of it or a zip archive around it', async () => {
		const where = path.join(FORMATS, 'openai-topk/resid_post_mlp_v5_32k/autoencoders');
		const whole = await readSae(await openFolder(where), NO_OVERRIDES);
		const one = await readSae(await openFolder(path.join(where, '1.pt')), NO_OVERRIDES);
		const archive = path.join(folder, 'resid_post_mlp.zip');
		const bytes = new Uint8Array(readFileSync(path.join(where, '1.pt')));
		await writeFile(archive, zipOf([{ name: 'autoencoders/1.pt', bytes, deflated: true }]));
		const zipped = await readSae(await openFolder(archive), NO_OVERRIDES);
		expect(one).toEqual(whole);
		expect(zipped).toEqual(whole);
	});

	it('must be there', async () => {
		expect(await sentenceOf(openFolder(path.join(folder, 'none')))).toMatch(/There is no/);
	});
});
