/**
 * Llama-shaped models: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied or untied
 * embeddings. Follows Hugging Face's `LlamaForCausalLM` and `Qwen2ForCausalLM`, whose names it uses.
 */
import { activation } from '../activation';
import { buildBlocks, type Architecture } from './family';
import type { Config } from './model-config';
import { contextOf, count, decimal, isTied, layerCount, ropeWords } from './model-config';
import type { Value } from '../graph';
import type { Norm } from '../norm';
import { frequencies, rotaryTables, rotaryValues } from '../rotary';

const TABLE = 'model.embed_tokens.weight';
const QKV = ['q', 'k', 'v'].map((part) => `self_attn.${part}_proj`);

/** Those of both `LlamaConfig` and `Qwen2Config`. */
const SIZES = { hidden_size: 4096, num_hidden_layers: 32, num_attention_heads: 32 };

export const llama: Architecture = {
	modelTypes: ['llama', 'qwen2'],
	head: 'lm_head.weight',
	words: {
		used: [
			...['vocab_size', 'hidden_size', 'intermediate_size', 'num_hidden_layers', 'head_dim'],
			...['num_attention_heads', 'num_key_value_heads', 'hidden_act', 'max_position_embeddings'],
			...['rms_norm_eps', 'tie_word_embeddings', 'attention_bias', 'rope_theta'],
			...ropeWords('rope_scaling', 'rope_parameters')
		],
		only: {
			mlp_bias: [false],
			rope_interleaved: [false],
			partial_rotary_factor: [1],
			'rope_parameters.partial_rotary_factor': [1],
			use_sliding_window: [false],
			num_experts: [0],
			num_local_experts: [0]
		},
		harmless: {
			'windows, which use_sliding_window turns on': [
				...['sliding_window', 'max_window_layers', 'layer_types']
			],
			'how a product of matrices is split, to the same numbers': ['pretraining_tp']
		}
	},
	defaults: ({ model_type }) =>
		model_type === 'qwen2'
			? {
					...SIZES,
					vocab_size: 151936,
					intermediate_size: 22016,
					num_key_value_heads: 32,
					max_position_embeddings: 32768
				}
			: { ...SIZES, vocab_size: 32000, intermediate_size: 11008, max_position_embeddings: 2048 },
	prefixes: { 'model.': ['', 'model.model.'] },

	shape(config) {
		const dModel = count(config, 'hidden_size');
		const heads = count(config, 'num_attention_heads');
		const dHead = count(config, 'head_dim', dModel / heads);
		activation(config.hidden_act ?? 'silu');
		frequencies(config, dHead);
		return {
			layers: layerCount(config, 'num_hidden_layers'),
			dModel,
			heads,
			kvHeads: count(config, 'num_key_value_heads', heads),
			dHead,
			vocabSize: count(config, 'vocab_size'),
			context: contextOf(config, 'max_position_embeddings')
		};
	},

	embedding: () => ({ table: TABLE, scale: 1, placed: false }),
	readout: (config) => ({
		norm: norm(config, 'model.norm'),
		unembedding: isTied(config, false) ? TABLE : 'lm_head.weight',
		softcap: null
	}),

	weights(config) {
		const { layers, dModel, heads, kvHeads, dHead, vocabSize } = llama.shape(config);
		const ff = count(config, 'intermediate_size');
		const shapes: Record<string, number[]> = { [TABLE]: [vocabSize, dModel] };
		shapes['model.norm.weight'] = [dModel];
		shapes[llama.readout(config).unembedding] = [vocabSize, dModel];
		const biased = biases(config);
		for (let l = 0; l < layers; l++) {
			const of = (name: string, shape: number[]) => {
				shapes[`model.layers.${l}.${name}.weight`] = shape;
				if (biased.includes(name)) shapes[`model.layers.${l}.${name}.bias`] = [shape[0]!];
			};
			of('self_attn.q_proj', [heads * dHead, dModel]);
			of('self_attn.k_proj', [kvHeads * dHead, dModel]);
			of('self_attn.v_proj', [kvHeads * dHead, dModel]);
			of('self_attn.o_proj', [dModel, heads * dHead]);
			of('mlp.gate_proj', [ff, dModel]);
			of('mlp.up_proj', [ff, dModel]);
			of('mlp.down_proj', [dModel, ff]);
			of('input_layernorm', [dModel]);
			of('post_attention_layernorm', [dModel]);
		}
		return shapes;
	},

	modules: () => ({
		embed_tokens: 'embed',
		self_attn: 'attn',
		'self_attn.o_proj': 'attn',
		'self_attn.o_proj.input': 'heads',
		mlp: 'mlp',
		'mlp.down_proj': 'mlp'
	}),
	mixing: (layer) => `model.layers.${layer}.self_attn.o_proj.weight`,

	build(stream, config) {
		const { g } = stream;
		const { dHead, context } = stream.shape;
		const rotary = rotaryValues(g, rotaryTables(config, dHead, context), context);
		const act = activation(config.hidden_act ?? 'silu');
		const biased = biases(config);
		const readout = llama.readout(config);
		const normOf = (l: number, part: string) => norm(config, `model.layers.${l}.${part}`);

		const before = (l: number) => normOf(l, 'input_layernorm');
		buildBlocks(stream, stream.tokens(TABLE, readout), readout, before, (l, h, normed) => {
			const linear = (x: Value, ...parts: string[]) =>
				stream.linear(
					x,
					parts.map((part) => `model.layers.${l}.${part}`),
					parts.every((part) => biased.includes(part))
				);
			const qkv = linear(normed, ...QKV);
			const out = linear(stream.attention(l, qkv, { rotary }), 'self_attn.o_proj');
			const second = normOf(l, 'post_attention_layernorm');
			const [after, read] = stream.afterAttention(l, h, out, second);
			const gate = act(g, linear(read, 'mlp.gate_proj'));
			const gated = g.op('Mul', [gate, linear(read, 'mlp.up_proj')]);
			return { h: after, mlp: linear(gated, 'mlp.down_proj') };
		});
	}
};

const norm = (config: Config, name: string): Norm => ({
	gain: `${name}.weight`,
	epsilon: decimal(config, 'rms_norm_eps', 1e-6)
});

/** The linear maps that have a bias: in Qwen2 those into attention, in Llama none or all of attention's. */
function biases(config: Config): string[] {
	if (config.model_type === 'qwen2') return QKV;
	return config.attention_bias === true ? [...QKV, 'self_attn.o_proj'] : [];
}
