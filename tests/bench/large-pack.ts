/**
 * A pack of the size of GPT-2 small: 12 layers, width 768, 50,257 tokens, float32, and one SAE of 24,576 features
 * at layer 6. Its numbers are random: how long it takes and how much memory does not depend on them.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LARGEST_PART } from '../../src/core/packs/writer';
import { normals, seeded } from '../../src/core/math/random';
import { PackFolder } from '../../workers/node/folders/pack-writer';
import { architectureOf } from '../../workers/graph/families/families';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';

const FIXTURE = path.resolve(import.meta.dirname, '../fixtures/gpt2');
const SITE = 'blocks.6.hook_resid_post';
const WIDTH = 768;
const FEATURES = 24_576;
/** Drawn once, and taken again from another place for each tensor. */
const POOL = 1 << 20;

/** Bytes of the model's weights. */
export async function makeLargePack(folder: string): Promise<number> {
	const out = PackFolder.create(folder);
	const normal = normals(seeded(1));
	const pool = Float32Array.from({ length: POOL }, () => 0.02 * normal());
	const random = (shape: number[], offset: number) => {
		const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
		for (let i = 0; i < data.length; i++) data[i] = pool[(i * 7 + offset) % POOL]!;
		return { shape, data };
	};
	const config = {
		model_type: 'gpt2',
		n_embd: WIDTH,
		n_head: 12,
		n_layer: 12,
		n_positions: 1024,
		vocab_size: 50_257,
		activation_function: 'gelu_new',
		layer_norm_epsilon: 1e-5,
		tie_word_embeddings: true
	};
	const weights: string[] = [];
	let file = new SafetensorsWriter();
	let inFile = 0;
	let bytes = 0;
	const close = async () => {
		const name = `model-${weights.length}.safetensors`;
		await out.write(name, file.toBytes());
		weights.push(name);
		file = new SafetensorsWriter();
		inFile = 0;
	};
	for (const [name, shape] of Object.entries(architectureOf(config).weights(config))) {
		const tensor = random(shape, weights.length * 1013 + bytes);
		if (/ln_\w+\.weight$/.test(name)) tensor.data.fill(1);
		if (inFile > 0 && inFile + tensor.data.byteLength > LARGEST_PART) await close();
		file.floats(name, tensor, 'f32');
		inFile += tensor.data.byteLength;
		bytes += tensor.data.byteLength;
	}
	await close();
	const sae = new SafetensorsWriter()
		.floats('W_enc', random([WIDTH, FEATURES], 3), 'f32')
		.floats('W_dec', random([FEATURES, WIDTH], 5), 'f32')
		.floats('b_enc', random([FEATURES], 7), 'f32')
		.floats('b_dec', random([WIDTH], 11), 'f32');
	await out.write('saes/sae.safetensors', sae.toBytes());
	for (const name of ['tokenizer.json', 'tokenizer_config.json'])
		await out.write(name, new Uint8Array(await readFile(path.join(FIXTURE, name))));
	const cfg = { architecture: 'topk', d_in: WIDTH, d_sae: FEATURES, k: 32 };
	await out.finish({
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: 'large',
		title: 'The size of GPT-2 small',
		licence: 'MIT',
		model: {
			config,
			weights,
			tokenizer: 'tokenizer.json',
			tokenizer_config: 'tokenizer_config.json'
		},
		saes: [{ id: SITE, site: SITE, cfg, weights: 'saes/sae.safetensors' }]
	});
	return bytes;
}
