/** What configs ask for: refused by name where the graph would get it wrong, read alike in old and new words. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../workers/graph/families/model-config';
import { architectureOf } from '../../../../workers/graph/families/families';
import { maskFor } from '../../../../workers/graph/attention';
import { Graph, type Weight } from '../../../../workers/graph/graph';
import { frequencies } from '../../../../workers/graph/rotary';
import { Stream } from '../../../../workers/graph/stream';
import { foundAs } from '../../../../workers/model/tensor-names';
import { FIXTURES } from '../../../golden/fixture';

const configOf = (name: string): Config => {
	const text = readFileSync(path.join(FIXTURES, name, 'pack.json'), 'utf8');
	return (JSON.parse(text) as { model: { config: Config } }).model.config;
};

/** The graph a config leads to, as bytes. */
function built(config: Config): Uint8Array {
	const architecture = architectureOf(config);
	const weight = (name: string): Weight => {
		const shape = architecture.weights(config)[name];
		if (!shape) throw new Error(`${name} is used but not asked for`);
		return { name, type: 'float32', shape, file: 'model', offset: 0, length: 4 };
	};
	const transposed = (names: string[]): Weight => {
		const shapes = names.map((name) => weight(name).shape);
		const shape = [shapes[0]![1]!, shapes.reduce((sum, [out]) => sum + out!, 0)];
		return { name: names.join(' '), type: 'float32', shape, file: 'model', offset: 0, length: 4 };
	};
	const graph = new Graph();
	const located = { weight, transposed, blocks: () => null };
	architecture.build(new Stream(graph, architecture.shape(config), located, 'rows', null), config);
	return graph.finish();
}

describe('refuses by name', () => {
	const refused: [string, Config, RegExp][] = [
		['gpt2', { activation_function: 'gelu_10' }, /activation function is "gelu_10"/],
		['gpt2', { scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx: true/],
		['gpt2', { scale_attn_weights: false }, /scale_attn_weights: false/],
		['gpt2', { add_cross_attention: true }, /add_cross_attention: true/],
		['gpt2', { n_head: 5 }, /no usable "n_head"/],
		['gpt-neo', { activation_function: 'mish' }, /activation function is "mish"/],
		['gpt-neo', { attention_types: [[['global', 'sparse'], 2]] }, /attention_types/],
		['gpt-neo', { attention_types: [[['global'], 1]] }, /attention_types/],
		['gpt-neox', { hidden_act: 'relu2' }, /activation function is "relu2"/],
		['gpt-neox', { attention_bias: false }, /attention_bias: false/],
		['gpt-neox', { rope_scaling: { type: 'dynamic', factor: 2 } }, /rotary positions by "dynamic"/],
		['llama-tied', { hidden_act: 'gelu_python_tanh' }, /activation function is "gelu_python_tanh"/],
		['llama-tied', { mlp_bias: true }, /mlp_bias: true/],
		['llama-tied', { num_local_experts: 8 }, /num_local_experts: 8/],
		['llama-tied', { partial_rotary_factor: 0.5 }, /partial_rotary_factor: 0.5/],
		[
			'llama-tied',
			{ rope_scaling: { rope_type: 'yarn', factor: 4 } },
			/rotary positions by "yarn"/
		],
		['llama-tied', { rope_scaling: { rope_type: 'linear' } }, /no usable "factor"/],
		[
			'llama-tied',
			{ rope_parameters: { rope_type: 'longrope' } },
			/rotary positions by "longrope"/
		],
		['llama-tied', { quantization_config: { quant_method: 'awq' } }, /quantization_config.*awq/],
		['qwen2', { use_sliding_window: true, layer_types: ['full_attention'] }, /layer_types/],
		['qwen2', { use_sliding_window: true, sliding_window: 0 }, /no usable "sliding_window"/],
		['qwen3', { max_window_layers: -1 }, /max_window_layers/],
		['mistral', { sliding_window: 1.5 }, /no usable "sliding_window"/],
		['gemma2', { attention_bias: true }, /attention_bias: true/],
		['gemma2', { hidden_activation: 'gelu_sparse' }, /activation function is "gelu_sparse"/],
		['gemma3', { use_bidirectional_attention: true }, /use_bidirectional_attention: true/],
		['gemma3', { layer_types: ['full_attention', 'chunked', 'full_attention'] }, /layer_types/],
		['gemma3', { rope_scaling: { rope_type: 'yarn', factor: 4 } }, /rotary positions by "yarn"/],
		['gemma3', { model_type: 'gemma3' }, /type "gemma3" are not supported/],
		['llama-tied', { model_type: 'mixtral' }, /type "mixtral" are not supported.*gemma2/]
	];
	it.each(refused)('%s with %o', (name, changed, sentence) => {
		const config = { ...configOf(name), ...changed };
		expect(() => architectureOf(config).shape(config)).toThrow(sentence);
	});
});

describe('builds the same graph for the same model in other words', () => {
	const alike: [string, Config][] = [
		['gpt-neox', { rotary_pct: undefined, partial_rotary_factor: 0.25 }],
		['gpt-neox', { rope_parameters: { rope_theta: 10000, partial_rotary_factor: 0.25 } }],
		['gemma2', { layer_types: ['sliding_attention', 'full_attention', 'sliding_attention'] }],
		['qwen2', { sliding_window: 2, layer_types: ['sliding_attention', 'full_attention'] }],
		['qwen3', { layer_types: ['full_attention', 'sliding_attention'], max_window_layers: 0 }],
		['qwen3', { rope_scaling: undefined, attention_bias: undefined }],
		['mistral', { max_window_layers: 1, layer_types: ['full_attention', 'full_attention'] }],
		[
			'gemma3',
			{
				layer_types: ['sliding_attention', 'sliding_attention', 'full_attention'],
				rope_theta: undefined,
				rope_scaling: undefined,
				rope_local_base_freq: undefined,
				rope_parameters: {
					sliding_attention: { rope_type: 'default', rope_theta: 100 },
					full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 }
				}
			}
		],
		[
			'llama-biased',
			{
				rope_theta: undefined,
				rope_scaling: undefined,
				rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 10000 }
			}
		]
	];
	it.each(alike)('%s with %o', (name, words) => {
		const config = configOf(name);
		expect(built({ ...config, ...words })).toEqual(built(config));
	});
});

describe('builds another graph', () => {
	const different: [string, Config][] = [
		['gpt-neo', { window_size: 5 }],
		['gpt-neox', { use_parallel_residual: false }],
		['gpt-neox', { rotary_pct: 0.5 }],
		['llama-biased', { rope_scaling: null }],
		['qwen2', { rope_scaling: null }],
		['gemma2', { attn_logit_softcapping: null }],
		['gemma2', { final_logit_softcapping: null }],
		['gemma2', { query_pre_attn_scalar: 16 }],
		['qwen3', { use_sliding_window: false }],
		['mistral', { sliding_window: null }],
		['mistral', { sliding_window: undefined }],
		['gemma3', { sliding_window_pattern: 2 }],
		['gemma3', { rope_local_base_freq: 10000 }]
	];
	it.each(different)('%s with %o', (name, words) => {
		const config = configOf(name);
		expect(built({ ...config, ...words })).not.toEqual(built(config));
	});
});

it('keeps, blends and stretches wavelengths as llama3 says', () => {
	const scaling = {
		rope_type: 'llama3',
		factor: 8,
		low_freq_factor: 1,
		high_freq_factor: 4,
		original_max_position_embeddings: 8192
	};
	const plain = frequencies({ rope_theta: 500000 }, 128);
	const scaled = frequencies({ rope_theta: 500000, rope_scaling: scaling }, 128);
	const ratio = Array.from(plain, (rate, i) => scaled[i]! / rate);
	expect(ratio[0]).toBe(1);
	expect(ratio.at(-1)).toBeCloseTo(1 / 8, 6);
	expect(ratio.filter((r) => r < 0.99 && r > 0.126).length).toBeGreaterThan(3);
	expect([...ratio].sort((a, b) => b - a)).toEqual(ratio);
});

it('masks what comes later and what has left the window', () => {
	const shown = (name: string) => Array.from(maskFor(name, 3, 2)!, (x) => (x === 0 ? 1 : 0));
	expect(shown('mask')).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
	expect(shown('mask.2')).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 1, 1]);
	expect(maskFor('ids', 3, 2)).toBeNull();
});

describe('finds tensors under the names they have in the wild', () => {
	const wild: [string, (name: string) => string][] = [
		['gpt2', (name) => name.replace(/^transformer\./, '')],
		['gpt-neo', (name) => name.replace(/^transformer\./, '')],
		['gpt-neox', (name) => name.replace(/^gpt_neox\./, '')],
		['gpt-neox', (name) => name.replace(/^embed_out\./, 'lm_head.')],
		['qwen2', (name) => name.replace(/^model\./, '')],
		['gemma2', (name) => name.replace(/^model\./, '')],
		['gemma3', (name) => name.replace(/^model\./, 'model.language_model.')],
		['gemma3', (name) => name.replace(/^model\./, 'language_model.model.')],
		['llama-tied', (name) => name]
	];
	it.each(wild)('%s: %s', (name, rename) => {
		const config = configOf(name);
		const needed = Object.keys(architectureOf(config).weights(config));
		const others = [
			'h.0.attn.bias',
			'transformer.h.0.attn.masked_bias',
			'vision_tower.patch.weight'
		];
		const found = foundAs(config, [...others, ...needed.map(rename)]);
		expect([...found]).toEqual(needed.map((n) => [n, rename(n)]));
		expect(foundAs(config, others).size).toBe(0);
	});
});
