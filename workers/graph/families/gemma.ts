/**
 * Gemma 2 and the text part of Gemma 3: RMSNorm with a gain of 1 + w on both sides of attention and MLP,
 * embeddings scaled by √d, windows, soft caps (2) or normalised queries and keys (3). Follows Hugging Face's
 * `Gemma2ForCausalLM` and `Gemma3ForCausalLM`, whose tensor and config names it uses.
 */
import { Problem } from '../../../src/core/names/errors';
import { activation } from '../activation';
import { buildBlocks, type Architecture } from './family';
import type { Config } from './model-config';
import { contextOf, count, decimal, isTied, layerCount, optional, ropeWords } from './model-config';
import type { Value } from '../graph';
import type { Norm } from '../norm';
import { normalisedHeads } from './normalised-heads';
import { frequencies, rotaryTables, rotaryValues } from '../rotary';

const TABLE = 'model.embed_tokens.weight';
const NORMS = ['input', 'post_attention', 'pre_feedforward', 'post_feedforward'] as const;

export const gemma: Architecture = {
	modelTypes: ['gemma2', 'gemma3_text'],
	head: 'lm_head.weight',
	words: {
		used: [
			...['vocab_size', 'hidden_size', 'intermediate_size', 'num_hidden_layers', 'head_dim'],
			...['num_attention_heads', 'num_key_value_heads', 'max_position_embeddings'],
			...['hidden_activation', 'rms_norm_eps', 'query_pre_attn_scalar', 'tie_word_embeddings'],
			...['sliding_window', 'sliding_window_pattern', '_sliding_window_pattern', 'layer_types'],
			...['attn_logit_softcapping', 'final_logit_softcapping', 'rope_theta'],
			...['rope_local_base_freq'],
			...ropeWords(
				...['rope_scaling', 'rope_parameters', 'rope_parameters.full_attention'],
				'rope_parameters.sliding_attention'
			)
		],
		only: { attention_bias: [false], use_bidirectional_attention: [false] },
		harmless: { 'not read by transformers, which takes hidden_activation': ['hidden_act'] }
	},
	defaults: (config) => ({
		hidden_size: 2304,
		intermediate_size: 9216,
		num_hidden_layers: 26,
		num_attention_heads: 8,
		num_key_value_heads: 4,
		sliding_window: 4096,
		...(isThird(config)
			? { vocab_size: 262208, max_position_embeddings: 131072 }
			: {
					vocab_size: 256000,
					max_position_embeddings: 8192,
					attn_logit_softcapping: 50,
					final_logit_softcapping: 30
				})
	}),
	prefixes: {
		'model.': ['', 'model.language_model.', 'language_model.model.'],
		'lm_head.': ['language_model.lm_head.']
	},

	shape(config) {
		const dHead = count(config, 'head_dim', 256);
		const layers = layerCount(config, 'num_hidden_layers');
		activation(config.hidden_activation ?? 'gelu_pytorch_tanh');
		for (const kind of new Set(kindsOf(config, layers))) frequencies(ropeOf(config, kind), dHead);
		return {
			layers,
			dModel: count(config, 'hidden_size'),
			heads: count(config, 'num_attention_heads'),
			kvHeads: count(config, 'num_key_value_heads'),
			dHead,
			dMlp: count(config, 'intermediate_size'),
			vocabSize: count(config, 'vocab_size'),
			context: contextOf(config, 'max_position_embeddings')
		};
	},

	// Hugging Face rounds the factor to the type of the hidden states: float32 here.
	embedding: (config) => ({
		table: TABLE,
		scale: Math.fround(Math.sqrt(count(config, 'hidden_size'))),
		placed: false
	}),
	readout: (config) => ({
		norm: norm(config, 'model.norm'),
		unembedding: isTied(config, true) ? TABLE : 'lm_head.weight',
		softcap: optional(config, 'final_logit_softcapping')
	}),

	weights(config) {
		const { layers, dModel, heads, kvHeads, dHead, vocabSize } = gemma.shape(config);
		const ff = count(config, 'intermediate_size');
		const shapes: Record<string, number[]> = { [TABLE]: [vocabSize, dModel] };
		shapes['model.norm.weight'] = [dModel];
		shapes[gemma.readout(config).unembedding] = [vocabSize, dModel];
		for (let l = 0; l < layers; l++) {
			const of = (name: string, ...shape: number[]) =>
				(shapes[`model.layers.${l}.${name}.weight`] = shape);
			of('self_attn.q_proj', heads * dHead, dModel);
			of('self_attn.k_proj', kvHeads * dHead, dModel);
			of('self_attn.v_proj', kvHeads * dHead, dModel);
			of('self_attn.o_proj', dModel, heads * dHead);
			if (isThird(config)) for (const part of ['q', 'k']) of(`self_attn.${part}_norm`, dHead);
			of('mlp.gate_proj', ff, dModel);
			of('mlp.up_proj', ff, dModel);
			of('mlp.down_proj', dModel, ff);
			for (const place of NORMS) of(`${place}_layernorm`, dModel);
		}
		return shapes;
	},

	// Gemma 2 multiplies rows of the table after the module that gives them, Gemma 3 in it.
	modules: (config) => ({
		...(isThird(config) && { embed_tokens: 'embed' }),
		post_attention_layernorm: 'attn',
		'self_attn.o_proj.input': 'heads',
		post_feedforward_layernorm: 'mlp'
	}),
	mixing: () => null,

	build(stream, config) {
		const { g, shape } = stream;
		const act = activation(config.hidden_activation ?? 'gelu_pytorch_tanh');
		const readout = gemma.readout(config);
		const { table, scale } = gemma.embedding(config);
		const kinds = kindsOf(config, shape.layers);
		const { dHead, context } = shape;
		const rotary = new Map(
			[...new Set(kinds)].map((kind) => [
				kind,
				rotaryValues(g, rotaryTables(ropeOf(config, kind), dHead, context), context)
			])
		);
		const normOf = (l: number, place: (typeof NORMS)[number]) =>
			norm(config, `model.layers.${l}.${place}_layernorm`);

		const factor = g.constant(Float32Array.of(scale), [1]);
		const embedded = g.op('Mul', [stream.tokens(table, readout), factor]);
		const before = (l: number) => normOf(l, 'input');
		buildBlocks(stream, embedded, readout, before, (l, h, normed) => {
			const linear = (x: Value, ...parts: string[]) =>
				stream.linear(
					x,
					parts.map((part) => `model.layers.${l}.${part}`)
				);
			const qkv = isThird(config)
				? normalisedHeads(stream, `model.layers.${l}.self_attn`, normed, (name) =>
						norm(config, name)
					)
				: linear(normed, ...['q', 'k', 'v'].map((part) => `self_attn.${part}_proj`));
			const mixed = stream.attention(l, qkv, {
				rotary: rotary.get(kinds[l]!)!,
				window: kinds[l] === 'sliding_attention' ? count(config, 'sliding_window') : null,
				scale: 1 / Math.sqrt(decimal(config, 'query_pre_attn_scalar', 256)),
				softcap: optional(config, 'attn_logit_softcapping')
			});
			const attended = stream.normalise(
				linear(mixed, 'self_attn.o_proj'),
				normOf(l, 'post_attention')
			);
			const [after, read] = stream.afterAttention(l, h, attended, normOf(l, 'pre_feedforward'));
			const gate = act(g, linear(read, 'mlp.gate_proj'));
			const gated = g.op('Mul', [gate, linear(read, 'mlp.up_proj')]);
			const down = linear(stream.hidden(l, gated), 'mlp.down_proj');
			return { h: after, mlp: stream.normalise(down, normOf(l, 'post_feedforward')) };
		});
	}
};

const isThird = (config: Config): boolean => config.model_type === 'gemma3_text';

const norm = (config: Config, name: string): Norm => ({
	gain: `${name}.weight`,
	epsilon: decimal(config, 'rms_norm_eps', 1e-6),
	onePlus: true
});

/** What each layer sees: named in newer configs; else every second layer, or all but every sixth, has a window. */
function kindsOf(config: Config, layers: number): string[] {
	const pattern = count(
		config,
		'sliding_window_pattern',
		count(config, '_sliding_window_pattern', 6)
	);
	const kinds: unknown = config.layer_types ?? [];
	if (Array.isArray(kinds) && kinds.length === 0)
		return Array.from({ length: layers }, (_, l) =>
			(isThird(config) ? (l + 1) % pattern !== 0 : l % 2 === 0)
				? 'sliding_attention'
				: 'full_attention'
		);
	const known = (kind: unknown) => kind === 'sliding_attention' || kind === 'full_attention';
	if (Array.isArray(kinds) && kinds.length === layers && kinds.every(known)) return kinds;
	throw new Problem(
		'unsupported',
		`This model's layer_types do not say sliding_attention or full_attention for each of its ${layers} layers.`,
		'Take config.json from the same place as the weights.'
	);
}

/** The rotary positions of a kind of layer: Gemma 3's windows have a base of their own, and no scaling. */
function ropeOf(config: Config, kind: string): Config {
	const each = config.rope_parameters as Record<string, unknown> | undefined;
	if (each && typeof each[kind] === 'object') return { rope_parameters: each[kind] };
	if (!isThird(config)) return config;
	return kind === 'sliding_attention'
		? { rope_theta: config.rope_local_base_freq ?? 10000 }
		: { rope_theta: 1e6, ...config };
}
