/**
 * Llama-shaped models: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied or untied
 * embeddings; windows (Mistral, Qwen), normalised queries and keys (Qwen 3). Follows Hugging Face's `LlamaForCausalLM`,
 * `MistralForCausalLM`, `Qwen2ForCausalLM` and `Qwen3ForCausalLM`, whose names it uses.
 */
import { Problem } from '../../../src/core/names/errors';
import { activation } from '../activation';
import { buildBlocks, type Architecture } from './family';
import type { Config } from './model-config';
import { contextOf, count, decimal, isTied, layerCount, optional, ropeWords } from './model-config';
import { normalisedHeads } from './normalised-heads';
import type { Value } from '../graph';
import type { Norm } from '../norm';
import { frequencies, rotaryTables, rotaryValues } from '../rotary';

const TABLE = 'model.embed_tokens.weight';
const QKV = ['q', 'k', 'v'].map((part) => `self_attn.${part}_proj`);

/** Those of every config of these. */
const SIZES = { hidden_size: 4096, num_hidden_layers: 32, num_attention_heads: 32 };
const QWEN = {
	...SIZES,
	vocab_size: 151936,
	intermediate_size: 22016,
	num_key_value_heads: 32,
	max_position_embeddings: 32768,
	sliding_window: 4096,
	max_window_layers: 28
};
const DEFAULTS: Record<string, Config> = {
	llama: { ...SIZES, vocab_size: 32000, intermediate_size: 11008, max_position_embeddings: 2048 },
	mistral: {
		...SIZES,
		vocab_size: 32000,
		intermediate_size: 14336,
		num_key_value_heads: 8,
		max_position_embeddings: 131072,
		sliding_window: 4096
	},
	qwen2: QWEN,
	qwen3: { ...QWEN, head_dim: 128 }
};

export const llama: Architecture = {
	modelTypes: ['llama', 'mistral', 'qwen2', 'qwen3'],
	head: 'lm_head.weight',
	words: {
		used: [
			...['vocab_size', 'hidden_size', 'intermediate_size', 'num_hidden_layers', 'head_dim'],
			...['num_attention_heads', 'num_key_value_heads', 'hidden_act', 'max_position_embeddings'],
			...['rms_norm_eps', 'tie_word_embeddings', 'attention_bias', 'rope_theta'],
			...['use_sliding_window', 'sliding_window', 'max_window_layers', 'layer_types'],
			...ropeWords('rope_scaling', 'rope_parameters')
		],
		only: {
			mlp_bias: [false],
			rope_interleaved: [false],
			partial_rotary_factor: [1],
			'rope_parameters.partial_rotary_factor': [1],
			num_experts: [0],
			num_local_experts: [0]
		},
		harmless: {
			'how a product of matrices is split, to the same numbers': ['pretraining_tp']
		}
	},
	defaults: ({ model_type }) => DEFAULTS[String(model_type)]!,
	prefixes: { 'model.': ['', 'model.model.'] },

	shape(config) {
		const dModel = count(config, 'hidden_size');
		const heads = count(config, 'num_attention_heads');
		const dHead = count(config, 'head_dim', dModel / heads);
		activation(config.hidden_act ?? 'silu');
		frequencies(config, dHead);
		const layers = layerCount(config, 'num_hidden_layers');
		windows(config, layers);
		return {
			layers,
			dModel,
			heads,
			kvHeads: count(config, 'num_key_value_heads', heads),
			dHead,
			dMlp: count(config, 'intermediate_size'),
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
			if (isThird(config)) for (const part of ['q', 'k']) of(`self_attn.${part}_norm`, [dHead]);
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
		const seen = windows(config, stream.shape.layers);
		const readout = llama.readout(config);
		const normNamed = (name: string) => norm(config, name);
		const normOf = (l: number, part: string) => normNamed(`model.layers.${l}.${part}`);

		const before = (l: number) => normOf(l, 'input_layernorm');
		buildBlocks(stream, stream.tokens(TABLE, readout), readout, before, (l, h, normed) => {
			const linear = (x: Value, ...parts: string[]) =>
				stream.linear(
					x,
					parts.map((part) => `model.layers.${l}.${part}`),
					parts.every((part) => biased.includes(part))
				);
			const qkv = isThird(config)
				? normalisedHeads(
						stream,
						`model.layers.${l}.self_attn`,
						normed,
						normNamed,
						biased.length > 0
					)
				: linear(normed, ...QKV);
			const mixed = stream.attention(l, qkv, { rotary, window: seen[l]! });
			const out = linear(mixed, 'self_attn.o_proj');
			const second = normOf(l, 'post_attention_layernorm');
			const [after, read] = stream.afterAttention(l, h, out, second);
			const gate = act(g, linear(read, 'mlp.gate_proj'));
			const gated = g.op('Mul', [gate, linear(read, 'mlp.up_proj')]);
			return { h: after, mlp: linear(stream.hidden(l, gated), 'mlp.down_proj') };
		});
	}
};

const norm = (config: Config, name: string): Norm => ({
	gain: `${name}.weight`,
	epsilon: decimal(config, 'rms_norm_eps', 1e-6)
});

const isThird = (config: Config): boolean => config.model_type === 'qwen3';

/** The linear maps that have a bias: in Qwen 2 those into attention, in Mistral none, else none or all of attention's. */
function biases(config: Config): string[] {
	if (config.model_type === 'qwen2') return QKV;
	if (config.model_type === 'mistral') return [];
	return config.attention_bias === true ? [...QKV, 'self_attn.o_proj'] : [];
}

/** How many of the newest tokens each layer sees; null for all. Mistral's layers have one window, Qwen's the last of them. */
function windows(config: Config, layers: number): (number | null)[] {
	const size = optional(config, 'sliding_window');
	const each = (window: (l: number) => boolean) =>
		Array.from({ length: layers }, (_, l) =>
			window(l) ? size && count(config, 'sliding_window') : null
		);
	if (config.model_type === 'mistral') return each(() => true);
	if (config.model_type === 'llama' || config.use_sliding_window !== true) return each(() => false);
	const kinds: unknown = config.layer_types ?? null;
	if (kinds === null) {
		const from = config.max_window_layers;
		if (typeof from === 'number' && from >= 0) return each((l) => l >= from);
	}
	const known = (kind: unknown) => kind === 'sliding_attention' || kind === 'full_attention';
	if (Array.isArray(kinds) && kinds.length === layers && kinds.every(known))
		return each((l) => kinds[l] === 'sliding_attention');
	throw new Problem(
		'unsupported',
		`This model's config.json does not say which of its ${layers} layers have a window (layer_types, max_window_layers).`,
		'Take config.json from the same place as the weights.'
	);
}
