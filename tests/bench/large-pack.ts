/**
 * Packs of the shape of known models, float32, with one SAE at the middle layer. Their numbers are random: how long it
 * takes and how much memory does not depend on them.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePack } from '../../src/core/packs/manifest';
import { LARGEST_PART } from '../../src/core/packs/writer';
import { normals, seeded } from '../../src/core/math/random';
import { PackFolder } from '../../workers/node/folders/pack-writer';
import type { Config } from '../../workers/graph/families/model-config';
import { architectureOf } from '../../workers/graph/families/families';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';

const FIXTURE = path.resolve(import.meta.dirname, '../fixtures/gpt2');

interface Shape {
	config: Record<string, number | string | boolean>;
	width: number;
	/** Of the SAE. */
	site: string;
	features: number;
}

const SHAPES: Record<'gpt2' | 'smollm2', Shape> = {
	gpt2: {
		config: {
			model_type: 'gpt2',
			n_embd: 768,
			n_head: 12,
			n_layer: 12,
			n_positions: 1024,
			vocab_size: 50_257,
			activation_function: 'gelu_new',
			layer_norm_epsilon: 1e-5,
			tie_word_embeddings: true
		},
		width: 768,
		site: 'blocks.6.hook_resid_post',
		features: 24_576
	},
	smollm2: {
		config: {
			model_type: 'llama',
			hidden_size: 576,
			intermediate_size: 1536,
			num_attention_heads: 9,
			num_key_value_heads: 3,
			num_hidden_layers: 30,
			max_position_embeddings: 2048,
			vocab_size: 49_152,
			hidden_act: 'silu',
			rms_norm_eps: 1e-5,
			rope_theta: 100_000,
			tie_word_embeddings: true
		},
		width: 576,
		site: 'blocks.15.hook_resid_post',
		features: 8192
	}
};
/** Drawn once, and taken again from another place for each tensor. */
const POOL = 1 << 20;

/** Bytes that the weights of a pack's model have as float32. */
export function float32Size(folder: string): number {
	const { model } = parsePack(JSON.parse(readFileSync(path.join(folder, 'pack.json'), 'utf8')));
	const config = model.config as Config;
	const shapes = Object.values(architectureOf(config).weights(config));
	return shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 4), 0);
}

/** Bytes of the model's weights. */
export async function makeLargePack(
	folder: string,
	shape: keyof typeof SHAPES = 'gpt2'
): Promise<number> {
	const { config, width, site, features } = SHAPES[shape];
	const out = PackFolder.create(folder);
	const normal = normals(seeded(1));
	const pool = Float32Array.from({ length: POOL }, () => 0.02 * normal());
	const random = (shape: number[], offset: number) => {
		const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
		for (let i = 0; i < data.length; i++) data[i] = pool[(i * 7 + offset) % POOL]!;
		return { shape, data };
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
		if (/(ln_\w+|norm)\.weight$/.test(name)) tensor.data.fill(1);
		if (inFile > 0 && inFile + tensor.data.byteLength > LARGEST_PART) await close();
		file.floats(name, tensor, 'f32');
		inFile += tensor.data.byteLength;
		bytes += tensor.data.byteLength;
	}
	await close();
	const sae = new SafetensorsWriter()
		.floats('W_enc', random([width, features], 3), 'f32')
		.floats('W_dec', random([features, width], 5), 'f32')
		.floats('b_enc', random([features], 7), 'f32')
		.floats('b_dec', random([width], 11), 'f32');
	await out.write('saes/sae.safetensors', sae.toBytes());
	for (const name of ['tokenizer.json', 'tokenizer_config.json'])
		await out.write(name, new Uint8Array(await readFile(path.join(FIXTURE, name))));
	const cfg = { architecture: 'topk', d_in: width, d_sae: features, k: 32 };
	await out.finish({
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: 'large',
		title: `The shape of ${shape}`,
		licence: 'MIT',
		model: {
			config,
			weights,
			tokenizer: 'tokenizer.json',
			tokenizer_config: 'tokenizer_config.json'
		},
		saes: [{ id: site, site, cfg, weights: 'saes/sae.safetensors' }]
	});
	return bytes;
}
