/** Models as other programs save them: tied tables under either name, or two of them; configs around configs; shards. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { float32, parseSafetensors } from '../../../../src/core/files/safetensors';
import { architectureOf, textConfig } from '../../../../workers/graph/families/families';
import type { Config } from '../../../../workers/graph/families/model-config';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import {
	modelFilesOf,
	openModelFolder,
	withOwnTable
} from '../../../../workers/import/hugging-face';
import { readTensors } from '../../../../workers/import/files/read-tensors';
import { withoutWrappers } from '../../../../workers/model/tensor-names';
import { folderOf, npyOf, pickleOf, tensor, torchOf, word, zipOf } from '../../../crafted-files';
import { FIXTURES } from '../../../golden/fixture';

const bytes = (file: string) => new Uint8Array(readFileSync(path.join(FIXTURES, file)));
const configOf = (name: string): Config => {
	const pack = JSON.parse(new TextDecoder().decode(bytes(`${name}/pack.json`))) as {
		model: { config: Config };
	};
	return pack.model.config;
};

/** The tensors of a fixture under other names, with others beside them. */
function weights(
	name: string,
	rename: (tensor: string) => string = (tensor) => tensor,
	more: Record<string, number[]> = {}
): Uint8Array {
	const from = parseSafetensors(bytes(`${name}/model.safetensors`));
	const file = new SafetensorsWriter();
	for (const tensor of from.names) file.floats(rename(tensor), float32(from, tensor), 'f32');
	for (const [tensor, shape] of Object.entries(more)) {
		const length = shape.reduce((a, b) => a * b, 1);
		file.floats(tensor, { shape, data: new Float32Array(length).fill(0.5) }, 'f32');
	}
	return file.toBytes();
}

const folder = (name: string, model: Uint8Array, config: Config = configOf(name)) =>
	folderOf('/x/model', {
		'config.json': config,
		'tokenizer.json': bytes(`${name}/tokenizer.json`),
		'model.safetensors': model
	});

const TABLE = 'model.embed_tokens.weight';

describe('a chat template', () => {
	it.each([
		['beside a config of the tokenizer', { bos_token: '<s>' }],
		['alone', undefined]
	])('may be saved as a file of its own, %s', async (_, config) => {
		const model = await openModelFolder(
			folderOf('/x/model', {
				'config.json': configOf('llama-tied'),
				'tokenizer.json': bytes('llama-tied/tokenizer.json'),
				'model.safetensors': weights('llama-tied'),
				'chat_template.jinja': new TextEncoder().encode('{{ messages }}'),
				...(config && { 'tokenizer_config.json': config })
			})
		);
		const stored = new TextDecoder().decode(await model.tokenizerConfig());
		expect(JSON.parse(stored)).toEqual({ ...config, chat_template: '{{ messages }}' });
	});
});

describe('a tied table', () => {
	it('may be saved under the name of the head alone', async () => {
		const renamed = weights('llama-tied', (name) => (name === TABLE ? 'lm_head.weight' : name));
		const model = await openModelFolder(folder('llama-tied', renamed));
		const plain = await openModelFolder(folder('llama-tied', weights('llama-tied')));
		expect(await model.tensors.get(TABLE)!.read()).toEqual(await plain.tensors.get(TABLE)!.read());
		expect([model.second, plain.second]).toEqual([null, null]);
	});

	it('that stands twice in a file is one where both are the same', async () => {
		const from = parseSafetensors(bytes('llama-tied/model.safetensors'));
		const file = new SafetensorsWriter();
		for (const tensor of from.names) file.floats(tensor, float32(from, tensor), 'f32');
		file.floats('lm_head.weight', float32(from, TABLE), 'f32');
		const model = await withOwnTable(await openModelFolder(folder('llama-tied', file.toBytes())));
		expect(architectureOf(model.config).readout(model.config).unembedding).toBe(TABLE);
		expect(model.notes).toEqual([]);
	});

	it('is two where the file has two, and that is said', async () => {
		const config = configOf('llama-tied');
		const shape = [config.vocab_size as number, config.hidden_size as number];
		const twice = weights('llama-tied', undefined, { 'lm_head.weight': shape });
		const model = await withOwnTable(await openModelFolder(folder('llama-tied', twice)));
		expect(architectureOf(model.config).readout(model.config).unembedding).toBe('lm_head.weight');
		expect((await model.tensors.get('lm_head.weight')!.read()).data[0]).toBe(0.5);
		expect(model.notes).toEqual([expect.stringMatching(/tie_word_embeddings.*lm_head/)]);
	});
});

describe('names of tensors', () => {
	it('are found within the modules that torch.compile puts around others', async () => {
		for (const wrap of [
			(name: string) => `_orig_mod.${name}`,
			(name: string) => `module.${name.replace(/(layers\.\d+)\./, '$1._orig_mod.')}`
		]) {
			const model = await openModelFolder(folder('llama-tied', weights('llama-tied', wrap)));
			expect(model.tensors.has(TABLE)).toBe(true);
		}
		expect(withoutWrappers('_orig_mod.encoder._orig_mod.weight')).toBe('encoder.weight');
		expect(withoutWrappers('my_orig_mod.submodule.weight')).toBe('my_orig_mod.submodule.weight');
	});

	it('of an SAE are, too; its whole numbers are widened, and a format that is not read is named', async () => {
		const file = new SafetensorsWriter();
		file.floats('_orig_mod.W_enc', { shape: [2], data: Float32Array.of(1, 2) }, 'f32');
		file.integers('k', [], Int32Array.of(32));
		const array = (descr: string, length: number) =>
			npyOf(
				`{'descr': '${descr}', 'fortran_order': False, 'shape': (2,), }\n`,
				new Uint8Array(length)
			);
		const npz = zipOf([
			{ name: 'W_enc.npy', bytes: array('<V2', 4) },
			{ name: 'b_enc.npy', bytes: array('>f4', 8) }
		]);
		const both = folderOf('/x', { 'a.safetensors': file.toBytes(), 'a.npz': npz });
		const table = await readTensors(both, 'a.safetensors');
		expect(table.names).toContain('W_enc');
		expect([...table.floats('W_enc').data, ...table.floats('k').data]).toEqual([1, 2, 32]);
		const arrays = await readTensors(both, 'a.npz');
		expect(() => arrays.floats('W_enc')).toThrow(/W_enc in NumPy's <V2 \(as bfloat16/);
		expect(() => arrays.floats('b_enc')).toThrow(/b_enc in NumPy's >f4/);
	});
});

it('passes over numbers of PyTorch that are not read, and names those that are asked for', async () => {
	const storage = (kind: string) =>
		`(${word('storage')}c${kind}\n${word('0')}${word('cpu')}K\x02tQ`;
	const end = 'K\0K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)R';
	const complex = `ctorch._utils\n_rebuild_tensor_v2\n(${storage('torch\nComplexFloatStorage')}${end}tR`;
	const small = `ctorch._utils\n_rebuild_tensor_v3\n(${storage('torch.storage\nUntypedStorage')}${end}ctorch\nfloat8_e5m2\ntR`;
	const pickle = pickleOf(
		`}(${word('c')}${complex}${word('s')}${small}${word('x')}${tensor('K\x02\x85', 'K\x01\x85', 'K\0', 'K\x02')}u.`
	);
	const file = torchOf(pickle, { 0: new Uint8Array(Float32Array.of(1, 2).buffer) });
	const table = await readTensors(folderOf('/x', { 'ae.pt': file }), 'ae.pt');
	expect([...table.floats('x').data]).toEqual([1, 2]);
	expect(() => table.floats('c')).toThrow(/c in PyTorch's ComplexFloat, where floats/);
	expect(() => table.floats('s')).toThrow(/s in PyTorch's float8_e5m2, where floats/);
});

describe('a config', () => {
	it('of a model that sees is read as that of its text part', async () => {
		const { model_type: _, ...text } = configOf('gemma3');
		const config = {
			model_type: 'gemma3',
			text_config: { ...text, model_type: 'gemma3_text' },
			vision_config: { hidden_size: 8 },
			image_token_index: 3
		};
		const inner = weights('gemma3', (name) => `language_model.${name}`, { 'vision_tower.x': [2] });
		const model = await openModelFolder(folder('gemma3', inner, config));
		expect(model.config).toMatchObject({
			model_type: 'gemma3_text',
			hidden_size: text.hidden_size
		});
		expect(model.config).not.toHaveProperty('text_config');
		expect(architectureOf(config).shape(config)).toEqual(
			architectureOf(configOf('gemma3')).shape(configOf('gemma3'))
		);
		expect(textConfig(configOf('gemma2'))).toEqual(configOf('gemma2'));
	});

	it('has what its library takes where it leaves a word out', () => {
		// transformers 5.24: Gemma2Config caps both, Gemma3TextConfig neither.
		const capped = (model_type: string, more: Config = {}) => {
			const config = { model_type, ...more };
			return architectureOf(config).readout(config).softcap;
		};
		expect([capped('gemma2'), capped('gemma3_text')]).toEqual([30, null]);
		expect(capped('gemma2', { final_logit_softcapping: null })).toBeNull();
		const shape = (config: Config) => architectureOf(config).shape(config);
		const sparse = { model_type: 'gemma3_text', hidden_size: 2560, num_hidden_layers: 34 };
		expect(shape(sparse)).toMatchObject({ heads: 8, kvHeads: 4, dHead: 256, vocabSize: 262208 });
		expect(shape({ model_type: 'gpt2' })).toMatchObject({ layers: 12, dModel: 768, heads: 12 });
		expect(shape({ model_type: 'qwen2', hidden_size: 64, num_attention_heads: 4 })).toMatchObject({
			kvHeads: 32
		});
	});

	it('is refused for part of a head that turns, wherever it says so', () => {
		const rope_parameters = { rope_type: 'default', rope_theta: 1e4, partial_rotary_factor: 0.5 };
		expect(() => architectureOf({ ...configOf('llama-tied'), rope_parameters })).toThrow(
			/rope_parameters\.partial_rotary_factor: 0\.5/
		);
		expect(() => architectureOf({ ...configOf('gpt2'), pruned_heads: { 0: [1] } })).toThrow(
			/pruned_heads/
		);
		expect(() => architectureOf({ ...configOf('gpt2'), n_embd: Infinity })).toThrow(/Infinity/);
	});

	it('has named what is not acted on', async () => {
		const config = { ...configOf('llama-tied'), logit_scale: 2, auto_map: { AutoModel: 'x.Y' } };
		const { notes } = await openModelFolder(folder('llama-tied', weights('llama-tied'), config));
		expect(notes).toEqual([
			expect.stringMatching(/auto_map.*never run here/),
			expect.stringMatching(/not known here.*logit_scale/)
		]);
	});
});

describe('files of a model', () => {
	const shards = { 'part-a.safetensors': [TABLE], 'b/part.safetensors': ['model.norm.weight'] };
	const map = Object.entries(shards).flatMap(([file, names]) => names.map((name) => [name, file]));
	const index = { weight_map: Object.fromEntries(map) as Record<string, string> };

	it('are those that its index names, whatever they are called', async () => {
		const files = { 'config.json': {}, 'model.safetensors.index.json': index };
		const all = {
			...files,
			'part-a.safetensors': 'x',
			'b/part.safetensors': 'x',
			'stray.safetensors': 'x'
		};
		expect(await modelFilesOf(folderOf('/x', all))).toEqual([
			'config.json',
			'model.safetensors.index.json',
			'part-a.safetensors',
			'b/part.safetensors'
		]);
		const outside = { weight_map: { a: '../model.safetensors' } };
		const hostile = folderOf('/x', { ...files, 'model.safetensors.index.json': outside });
		await expect(modelFilesOf(hostile)).rejects.toThrow(/outside the model folder/);
	});

	it('that are missing are asked for by what makes them of what is there', async () => {
		const config = configOf('gpt2');
		const tokenizer = bytes('gpt2/tokenizer.json');
		const bin = { 'config.json': config, 'tokenizer.json': tokenizer, 'pytorch_model.bin': 'x' };
		await expect(openModelFolder(folderOf('/x', bin))).rejects.toThrow(
			/no model\.safetensors.*save_pretrained/
		);
		const old = { 'config.json': config, 'vocab.json': {}, 'merges.txt': '' };
		await expect(
			openModelFolder(folderOf('/x', { ...old, 'model.safetensors': weights('gpt2') }))
		).rejects.toThrow(/no tokenizer\.json.*AutoTokenizer/);
	});
});
