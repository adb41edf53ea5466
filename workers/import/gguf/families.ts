/**
 * The families of models that are read from GGUF files: their configs in Hugging Face's words, their tensors' names
 * there, and what llama.cpp's `convert_hf_to_gguf.py` does to the order of rows and to norms, to be undone.
 */
import { Problem } from '../../../src/core/names/errors';
import type { Config } from '../../graph/families/model-config';
import { frequencies } from '../../graph/rotary';
import type { GgufWords } from './words';

/** Where row `row` of Hugging Face's matrix stands in the file. */
export type RowOrder = (row: number) => number;

export interface GgufFamily {
	/** `ropeFactors`: what each frequency is divided by, where the file has a tensor of that. */
	config(words: GgufWords, ropeFactors: Float32Array | null): Config;
	/** GGUF's names of the parts of a layer, by Hugging Face's. */
	layer: Record<string, string>;
	/** The same of what stands outside of layers. */
	outside: Record<string, string>;
	/** Null where rows are in the same order. `part`: Hugging Face's name in a layer. */
	rowOrder(part: string, rows: number, config: Config): RowOrder | null;
	/** Norms are stored with 1 added. */
	onePlus: boolean;
}

const GATED = {
	'self_attn.q_proj': 'attn_q',
	'self_attn.k_proj': 'attn_k',
	'self_attn.v_proj': 'attn_v',
	'self_attn.o_proj': 'attn_output',
	'mlp.gate_proj': 'ffn_gate',
	'mlp.up_proj': 'ffn_up',
	'mlp.down_proj': 'ffn_down',
	input_layernorm: 'attn_norm'
};
const OUTSIDE = {
	'model.embed_tokens': 'token_embd',
	'model.norm': 'output_norm',
	lm_head: 'output'
};
const SAME_ORDER = () => null;

const llamaLike: Omit<GgufFamily, 'config' | 'rowOrder'> = {
	layer: { ...GATED, post_attention_layernorm: 'ffn_norm' },
	outside: OUTSIDE,
	onePlus: false
};

const llama: GgufFamily = {
	...llamaLike,
	config: (words, ropeFactors) => {
		const width = words.headWidth();
		const rotary = words.rotary(10000);
		return {
			...{ model_type: 'llama', architectures: ['LlamaForCausalLM'] },
			...gated(words),
			head_dim: width,
			attention_bias: words.tensors.has('blk.0.attn_q.bias'),
			num_local_experts: words.optional('expert_count') ?? 0,
			...rotary,
			...(ropeFactors && llama3Scaling(rotary, width, ropeFactors))
		};
	},
	/** The two halves of each head, which turn together, stand number by number. */
	rowOrder(part, rows, config) {
		const name = /^self_attn\.([qk])_proj$/.exec(part)?.[1];
		if (!name) return null;
		const heads = Number(config[name === 'q' ? 'num_attention_heads' : 'num_key_value_heads']);
		const [width, half] = [rows / heads, rows / heads / 2];
		return (row) => {
			const within = row % width;
			return row - within + 2 * (within % half) + Math.floor(within / half);
		};
	}
};

const qwen2: GgufFamily = {
	...llamaLike,
	config: (words) => ({
		...{ model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] },
		...gated(words),
		head_dim: words.headWidth(),
		...words.rotary(10000)
	}),
	rowOrder: SAME_ORDER
};

const gemmaLike: Omit<GgufFamily, 'config'> = {
	layer: {
		...GATED,
		'self_attn.q_norm': 'attn_q_norm',
		'self_attn.k_norm': 'attn_k_norm',
		post_attention_layernorm: 'post_attention_norm',
		pre_feedforward_layernorm: 'ffn_norm',
		post_feedforward_layernorm: 'post_ffw_norm'
	},
	outside: OUTSIDE,
	onePlus: true,
	rowOrder: SAME_ORDER
};

const gemma2: GgufFamily = {
	...gemmaLike,
	config: (words) => ({
		...{ model_type: 'gemma2', architectures: ['Gemma2ForCausalLM'] },
		...gemmaWords(words, 46),
		attn_logit_softcapping: words.optional('attn_logit_softcapping') ?? 50,
		final_logit_softcapping: words.optional('final_logit_softcapping') ?? 30,
		...words.rotary(10000)
	})
};

const gemma3: GgufFamily = {
	...gemmaLike,
	config: (words) => ({
		...{ model_type: 'gemma3_text', architectures: ['Gemma3ForCausalLM'] },
		...gemmaWords(words, 62),
		...windows(words),
		attn_logit_softcapping: words.optional('attn_logit_softcapping'),
		final_logit_softcapping: words.optional('final_logit_softcapping'),
		rope_local_base_freq: words.optional('rope.freq_base_swa') ?? 10000,
		...words.rotary(1e6)
	})
};

const gpt2: GgufFamily = {
	config: (words) => ({
		...{ model_type: 'gpt2', architectures: ['GPT2LMHeadModel'] },
		...words.common(),
		n_embd: words.need('embedding_length'),
		n_inner: words.need('feed_forward_length'),
		n_layer: words.need('block_count'),
		n_head: words.need('attention.head_count'),
		n_positions: words.need('context_length'),
		layer_norm_epsilon: words.need('attention.layer_norm_epsilon')
	}),
	layer: {
		ln_1: 'attn_norm',
		'attn.c_attn': 'attn_qkv',
		'attn.c_proj': 'attn_output',
		ln_2: 'ffn_norm',
		'mlp.c_fc': 'ffn_up',
		'mlp.c_proj': 'ffn_down'
	},
	outside: {
		'transformer.wte': 'token_embd',
		'transformer.wpe': 'position_embd',
		'transformer.ln_f': 'output_norm',
		lm_head: 'output'
	},
	onePlus: false,
	rowOrder: SAME_ORDER
};

const gptNeox: GgufFamily = {
	config: (words) => {
		const heads = words.need('attention.head_count');
		const width = words.need('embedding_length') / heads;
		const turning = words.optional('rope.dimension_count') ?? width;
		return {
			...{ model_type: 'gpt_neox', architectures: ['GPTNeoXForCausalLM'] },
			...words.common(),
			...words.sizes(),
			layer_norm_eps: words.need('attention.layer_norm_epsilon'),
			use_parallel_residual: words.flag('use_parallel_residual') ?? true,
			rotary_pct: turning / width,
			...words.rotary(10000)
		};
	},
	layer: {
		input_layernorm: 'attn_norm',
		post_attention_layernorm: 'ffn_norm',
		'attention.query_key_value': 'attn_qkv',
		'attention.dense': 'attn_output',
		'mlp.dense_h_to_4h': 'ffn_up',
		'mlp.dense_4h_to_h': 'ffn_down'
	},
	outside: {
		'gpt_neox.embed_in': 'token_embd',
		'gpt_neox.final_layer_norm': 'output_norm',
		embed_out: 'output'
	},
	onePlus: false,
	/** All queries first, then keys, then values, where Hugging Face has the three of a head together. */
	rowOrder(part, rows, config) {
		if (part !== 'attention.query_key_value') return null;
		const heads = Number(config.num_attention_heads);
		const width = rows / heads / 3;
		return (row) => {
			const [place, within] = [Math.floor(row / width), row % width];
			return ((place % 3) * heads + Math.floor(place / 3)) * width + within;
		};
	}
};

const FAMILIES: Record<string, GgufFamily> = {
	llama,
	qwen2,
	gemma2,
	gemma3,
	gpt2,
	gptneox: gptNeox
};

/** Throws a Problem for architectures that are not read, which it names. */
export function ggufFamily(architecture: string | null): GgufFamily {
	const name = architecture ?? '';
	if (Object.hasOwn(FAMILIES, name)) return FAMILIES[name]!;
	throw new Problem(
		'unsupported',
		`This GGUF file holds a model of the architecture “${name.slice(0, 40)}”, which is not supported.`,
		`Supported architectures: ${Object.keys(FAMILIES).join(', ')}.`
	);
}

/** Of Llama and those like it. */
const gated = (words: GgufWords): Config => ({
	...words.common(),
	...words.sizes(),
	num_key_value_heads:
		words.optional('attention.head_count_kv') ?? words.need('attention.head_count'),
	rms_norm_eps: words.need('attention.layer_norm_rms_epsilon')
});

/** `largest`: layers of the one model whose attention is scaled by the model's width, as in llama.cpp. */
function gemmaWords(words: GgufWords, largest: number): Config {
	const width = words.headWidth();
	const { hidden_size, num_attention_heads, num_hidden_layers } = words.sizes();
	const byModel = Number(hidden_size) / Number(num_attention_heads);
	return {
		...gated(words),
		tie_word_embeddings: true,
		head_dim: width,
		query_pre_attn_scalar: num_hidden_layers === largest ? byModel : width,
		sliding_window: words.need('attention.sliding_window')
	};
}

/** Which layers have a window: every so many-th has none, or a list says of each. */
function windows({ metadata, architecture }: GgufWords): Config {
	const pattern = metadata.any(`${architecture}.attention.sliding_window_pattern`);
	if (!Array.isArray(pattern)) return { sliding_window_pattern: pattern ?? 6 };
	const kinds = pattern.map((has) => (has ? 'sliding_attention' : 'full_attention'));
	return { layer_types: kinds };
}

/** What Llama 3.1 and later divide frequencies by, of which the file has only the outcome. */
const LLAMA_3 = {
	rope_type: 'llama3',
	low_freq_factor: 1,
	high_freq_factor: 4,
	original_max_position_embeddings: 8192
};

/** Throws a Problem for factors that are not those of Llama 3. */
function llama3Scaling(rotary: Config, width: number, factors: Float32Array): Config {
	const rope_scaling = { ...LLAMA_3, factor: factors.reduce((a, b) => Math.max(a, b), 1) };
	const [plain, scaled] = [rotary, { ...rotary, rope_scaling }].map((of) => frequencies(of, width));
	const isThat =
		factors.length === plain!.length &&
		factors.every((factor, i) => Math.abs((scaled![i]! * factor) / plain![i]! - 1) < 1e-5);
	if (isThat) return { rope_scaling };
	throw new Problem(
		'unsupported',
		'This GGUF file scales its rotary positions by a list of factors (rope_freqs) other than that of Llama 3, which is not supported.',
		'Choose a model without it.'
	);
}
