/** What SAEs count and where they read, by the conventions of their libraries and not by a word or a path alone. */
import { describe, expect, it } from 'vitest';
import { NO_OVERRIDES, type SaeOverrides } from '../../../../src/core/import/build-request';
import { architectureOf } from '../../../../workers/graph/families/families';
import { readSae } from '../../../../workers/import/formats/formats';
import { listContents } from '../../../../workers/import/list-contents';
import { modulePart, moduleHook, scopeFacts } from '../../../../workers/import/sae/site-names';
import { folderOf, npyOf, numberedTensors, zipOf } from '../../../crafted-files';

const D = 2;
const N = 3;
const SITE = 'blocks.1.hook_resid_post';

/** 1, 2, 3, … in every tensor. */
const weights = (shapes: Record<string, number[]>) => numberedTensors(shapes, 1);

const read = (folder: ReturnType<typeof folderOf>, overrides: Partial<SaeOverrides> = {}) =>
	readSae(folder, { ...NO_OVERRIDES, ...overrides });
const STANDARD = { W_enc: [D, N], W_dec: [N, D], b_enc: [N], b_dec: [D] };
const saeLens = (cfg: object, shapes: Record<string, number[]> = STANDARD) =>
	folderOf('/x/mine', {
		'cfg.json': { d_in: D, d_sae: N, hook_name: SITE, ...cfg },
		'sae_weights.safetensors': weights(shapes)
	});

describe('dictionary_learning', () => {
	const LINEAR = { 'encoder.weight': [N, D], 'encoder.bias': [N], 'decoder.weight': [D, N] };
	const folder = (
		trainer: object,
		shapes: Record<string, number[]>,
		buffer: object = { io: 'out' }
	) =>
		folderOf('/x/trainer_0', {
			'config.json': {
				trainer: { layer: 1, submodule_name: 'resid_post_layer_1', ...trainer },
				buffer
			},
			'ae.safetensors': weights(shapes)
		});

	it('counts those of AutoEncoder in decoder rows of length 1, and of no other class', async () => {
		const auto = await read(folder({ dict_class: 'AutoEncoder' }, { ...LINEAR, bias: [D] }));
		// decoder.weight is [[1, 2, 3], [4, 5, 6]]: rows (1, 4), (2, 5), (3, 6).
		const norms = [Math.hypot(1, 4), Math.hypot(2, 5), Math.hypot(3, 6)];
		const [, second] = norms;
		expect(auto.tensors.get('W_dec')!.data[2]).toBeCloseTo(2 / second!, 6);
		expect(auto.tensors.get('b_enc')!.data[1]).toBeCloseTo(2 * second!, 5);
		// encoder.weight is [[1, 2], [3, 4], [5, 6]].
		expect(auto.tensors.get('W_enc')!.data[1]).toBeCloseTo(3 * second!, 5);
		expect(auto.cfg).toMatchObject({ architecture: 'standard', applyBDecToInput: true });
		const fresh = await read(
			folder({ dict_class: 'AutoEncoderNew' }, { ...LINEAR, 'decoder.bias': [D] })
		);
		expect([...fresh.tensors.get('W_dec')!.data]).toEqual([1, 4, 2, 5, 3, 6]);
		const jump = await read(
			folder({ dict_class: 'JumpReluAutoEncoder' }, { ...STANDARD, threshold: [N] })
		);
		expect([...jump.tensors.get('threshold')!.data]).toEqual([1, 2, 3]);
		expect([...jump.tensors.get('W_dec')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
	});

	it('goes by the class, and by tensors only where they are of one class alone', async () => {
		const shapes = { ...STANDARD, threshold: [N] };
		await expect(read(folder({ dict_class: 'MySAE' }, shapes))).rejects.toThrow(/class "MySAE"/);
		expect((await read(folder({}, shapes))).cfg.architecture).toBe('jumprelu');
		const shared = { ...LINEAR, b_dec: [D], threshold: [N] };
		await expect(read(folder({}, shared))).rejects.toThrow(
			/does not say of which class.*dict_class/
		);
		const added = folder({ dict_class: 'BatchTopKSAE' }, shared);
		expect((await read(added)).cfg.architecture).toBe('jumprelu');
		const older = { dict_class: 'MatroyshkaBatchTopKSAE' };
		expect((await read(folder(older, { ...shapes, group_sizes: [2] }))).cfg).toMatchObject({
			architecture: 'jumprelu',
			applyBDecToInput: true
		});
	});

	it('reads where its own labels say, and asks where they say nothing', async () => {
		const shapes = { ...LINEAR, bias: [D] };
		const at = async (trainer: object, buffer?: object) =>
			read(folder({ dict_class: 'AutoEncoder', ...trainer }, shapes, buffer));
		expect(await at({})).toMatchObject({ site: SITE, module: null });
		expect(await at({ submodule_name: 'mlp_out_layer_1' })).toMatchObject({
			site: 'blocks.1.hook_mlp_out',
			module: 'mlp'
		});
		for (const name of ['mine', 'resid_post_layer_2', null])
			await expect(at({ submodule_name: name }), `${name}`).rejects.toThrow(/which site.*#site=/);
		await expect(at({}, { io: 'in' })).rejects.toThrow(/which site/);
		await expect(at({}, { io: 'in_and_out' })).rejects.toThrow(/is a transcoder/);
	});
});

describe('a module of Hugging Face’s classes', () => {
	const site = (type: string, module: string) =>
		architectureOf({ model_type: type }).modules({ model_type: type })[module] ?? null;

	it('is a site only where nothing stands between its output and the stream', () => {
		expect(
			['llama', 'qwen2', 'gpt2', 'gpt_neo', 'gpt_neox', 'gemma2', 'gemma3_text'].map((type) => [
				site(type, 'mlp'),
				site(type, 'post_attention_layernorm'),
				site(type, 'post_feedforward_layernorm')
			])
		).toEqual([
			...Array.from({ length: 5 }, () => ['mlp', null, null]),
			...Array.from({ length: 2 }, () => [null, 'attn', 'mlp'])
		]);
		expect([site('gemma2', 'embed_tokens'), site('gemma3_text', 'embed_tokens')]).toEqual([
			null,
			'embed'
		]);
		expect(site('gpt_neo', 'attn.attention.out_proj.input')).toBe('heads');
	});

	it('is told by its name', () => {
		for (const [name, hook, part] of [
			['layers.3', 'blocks.3.hook_resid_post', null],
			['layers.3.mlp.down_proj', 'blocks.3.hook_mlp_out', 'mlp.down_proj'],
			['model.layers.3.self_attn.o_proj.input', 'blocks.3.attn.hook_z', 'self_attn.o_proj.input'],
			['h.2.attn.attention.out_proj', 'blocks.2.hook_attn_out', 'attn.attention.out_proj'],
			['model.layers.3.mlp.gate_proj', null, 'mlp.gate_proj'],
			['gpt_neox.embed_in', 'hook_embed', 'embed_in'],
			['my_embed_tokens_notes', null, null]
		] as const) {
			expect(moduleHook(name), name).toBe(hook);
			expect(modulePart(name), name).toBe(part);
		}
	});

	it('is kept of SAEs whose files name one, until a person states the site', async () => {
		const cfg = { model_class_name: 'AutoModelForCausalLM', hook_name: 'model.layers.1.mlp' };
		const found = await read(saeLens(cfg));
		expect(found).toMatchObject({ site: 'blocks.1.hook_mlp_out', module: 'mlp' });
		expect((await read(saeLens(cfg), { site: SITE })).module).toBeNull();
	});
});

describe('a path', () => {
	it('says what its makers put at its end, and nothing of the folders above', () => {
		const facts = (path: string) => {
			const { site, l0, writes } = scopeFacts(path);
			return [site, l0, writes];
		};
		const full = 'gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71';
		expect(facts(full)).toEqual(['blocks.20.hook_resid_post', 71, null]);
		expect(facts(`/me/transcoders/layer_3/${full}/`)).toEqual(facts(full));
		expect(facts(`C:\\mlp\\${full.replaceAll('/', '\\')}`)).toEqual(facts(full));
		expect(facts('/me/gemma-scope-2b-pt-att/layer_2/width_16k/canonical')).toEqual([
			'blocks.2.attn.hook_z',
			null,
			null
		]);
		expect(facts('/me/gemma-scope-2b-pt-transcoders/layer_2/width_16k/average_l0_6')).toEqual([
			'blocks.2.ln2.hook_normalized',
			6,
			'blocks.2.hook_mlp_out'
		]);
		for (const path of [
			'/me/layer_7/mine',
			'/me/gemma-scope-2b-pt-res/mine',
			'/res/notes/layer_3/x'
		])
			expect(facts(path), path).toEqual([null, null, null]);
		expect(facts('/me/layer_7/average_l0_9/x')).toEqual([null, null, null]);
		expect(facts('/me/layer_7/width_16k/average_l0_9')).toEqual([null, 9, null]);
	});

	it('makes no transcoder of an SAE of Gemma Scope in a folder of that name', async () => {
		const npy = (shape: string, n: number) =>
			npyOf(
				`{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`,
				new Uint8Array(new Float32Array(n).fill(1).buffer)
			);
		const shapes: [string, string, number][] = [
			['W_enc', '2, 3', 6],
			['W_dec', '3, 2', 6],
			['b_enc', '3,', 3],
			['b_dec', '2,', 2],
			['threshold', '3,', 3]
		];
		const params = zipOf(
			shapes.map(([name, shape, n]) => ({ name: `${name}.npy`, bytes: npy(shape, n) }))
		);
		const at = (where: string) => read(folderOf(where, { 'params.npz': params }));
		expect((await at('/transcoders/gemma-scope-2b-pt-res/layer_1/width_3/average_l0_2')).site).toBe(
			SITE
		);
		await expect(at('/layer_9/mine')).rejects.toThrow(/which site/);
	});

	it('of OpenAI’s is the folder of the place, of Gemma Scope 2’s that around the layer', async () => {
		const tensors = weights({
			'encoder.weight': [N, D],
			'decoder.weight': [D, N],
			latent_bias: [N],
			pre_bias: [D]
		});
		const openAi = (where: string) =>
			read(folderOf(where, { '6.safetensors': tensors }), { activation: 'relu' });
		expect((await openAi('/mlp_post_act/resid_delta_mlp_v5_32k/autoencoders')).site).toBe(
			'blocks.6.hook_mlp_out'
		);
		await expect(openAi('/resid_delta_mlp_v5_32k/mine')).rejects.toThrow(/which site/);
		expect((await openAi('/x/mlp_post_act/autoencoders')).site).toBe('blocks.6.mlp.hook_post');
		const params = weights({
			w_enc: [D, N],
			w_dec: [N, D],
			b_enc: [N],
			b_dec: [D],
			threshold: [N]
		});
		const scope = (where: string) =>
			read(
				folderOf(where, {
					'config.json': { architecture: 'jump_relu' },
					'params.safetensors': params
				})
			);
		expect((await scope('/x/mlp_out_all/layer_4_width_16k_l0_small')).site).toBe(
			'blocks.4.hook_mlp_out'
		);
		// SAELens: `self_attn.o_proj.input`.
		expect((await scope('/x/attn_out/layer_4_width_16k_l0_small')).cfg.heads).toBe(true);
		await expect(scope('/resid_post/layer_4/mine')).rejects.toThrow(/which site/);
	});
});

describe('files beside an SAE', () => {
	const stray = { 'trainer_state.pt': 'x', 'other.pth': 'x', 'notes.npz': 'x', 'config.yaml': 'x' };
	it('do not make it one of another format', async () => {
		const { read: readFile, slice } = saeLens({});
		const names = ['cfg.json', 'sae_weights.safetensors', ...Object.keys(stray)];
		const folder = {
			...saeLens({}),
			names,
			sizes: new Map(names.map((name) => [name, 1])),
			read: readFile,
			slice
		};
		expect((await read(folder)).format).toBe('SAELens');
	});

	it('do not keep one on another host from being looked into', async () => {
		const files = { 'cfg.json': '', 'sae_weights.safetensors': '' };
		const inner = saeLens({});
		const needed = (name: string) => {
			if (name in files) return inner.read(name);
			throw new Error(`${name} was read`);
		};
		const names = [...Object.keys(files), ...Object.keys(stray)];
		const sizes = new Map(names.map((name) => [name, inner.sizes.get(name) ?? 1]));
		const remote = { ...inner, names, sizes, read: needed, isRemote: true };
		const { saes } = await listContents(remote, {}, () => undefined);
		expect(saes).toMatchObject([{ formats: ['SAELens'], facts: { site: SITE } }]);
	});
});

it('takes the thresholds of older checkpoints of SAELens from their logarithms', async () => {
	const { b_dec, W_enc, W_dec, b_enc } = STANDARD;
	const log = saeLens(
		{ architecture: 'jumprelu' },
		{ W_enc, W_dec, b_enc, b_dec, log_threshold: [N] }
	);
	const found = [...(await read(log)).tensors.get('threshold')!.data];
	found.forEach((x, i) => expect(x).toBeCloseTo(Math.exp(i + 1), 4));
});

describe('what is stated', () => {
	it('must be of use', async () => {
		for (const [fact, word] of [
			[{ normScalingFactor: 2 }, 'norm_scaling_factor'],
			[{ k: 2 }, 'k'],
			[{ decoderRows: 'inputs' as const }, 'decoder_rows'],
			[{ activation: 'relu' as const }, 'activation']
		] as const)
			await expect(read(saeLens({}), fact)).rejects.toThrow(`${word} was stated`);
	});

	it('scales a KronSAE, too', async () => {
		const shapes = { W_p: [D, 2], W_q: [D, 3], b_p: [2], b_q: [3], W_dec: [6, D], b_dec: [D] };
		const cfg = { architecture: 'kron', d_sae: 6, k: 2, kron_h: 1, kron_m: 2, kron_n: 3 };
		const kron = saeLens({ ...cfg, normalize_activations: 'expected_average_only_in' }, shapes);
		const { tensors } = await read(kron, { normScalingFactor: 2 });
		expect([...tensors.get('W_p')!.data]).toEqual([2, 4, 6, 8]);
		expect([...tensors.get('b_p')!.data]).toEqual([1, 2]);
		expect([...tensors.get('W_dec')!.data.subarray(0, 2)]).toEqual([0.5, 1]);
	});
});
