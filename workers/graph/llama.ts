/**
 * Llama-shaped models: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied or untied
 * embeddings. Follows Hugging Face's `LlamaForCausalLM`, whose tensor and config names it uses.
 */
import { Problem } from '../../src/core/errors';
import type { Architecture, Config } from './architecture';
import { count, decimal } from './architecture';
import { Stream } from './stream';

export const llama: Architecture = {
	modelTypes: ['llama'],

	shape(config) {
		const dModel = count(config, 'hidden_size');
		const heads = count(config, 'num_attention_heads');
		refuseUnsupported(config);
		return {
			layers: count(config, 'num_hidden_layers'),
			dModel,
			heads,
			kvHeads: count(config, 'num_key_value_heads', heads),
			dHead: count(config, 'head_dim', dModel / heads),
			vocabSize: count(config, 'vocab_size'),
			context: count(config, 'max_position_embeddings')
		};
	},

	unembedding: (config) =>
		config.tie_word_embeddings === true ? 'model.embed_tokens.weight' : 'lm_head.weight',
	embedding: () => 'model.embed_tokens.weight',
	finalNorm: (config) => ({
		gain: 'model.norm.weight',
		epsilon: decimal(config, 'rms_norm_eps', 1e-6)
	}),

	weights(config) {
		const { layers, dModel, heads, kvHeads, dHead, vocabSize } = llama.shape(config);
		const ff = count(config, 'intermediate_size');
		const shapes: Record<string, number[]> = {
			'model.embed_tokens.weight': [vocabSize, dModel],
			'model.norm.weight': [dModel]
		};
		if (config.tie_word_embeddings !== true) shapes['lm_head.weight'] = [vocabSize, dModel];
		for (let l = 0; l < layers; l++) {
			const of = (name: string, shape: number[]) =>
				(shapes[`model.layers.${l}.${name}.weight`] = shape);
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

	build(stream, config) {
		const { g, shape } = stream;
		const epsilon = decimal(config, 'rms_norm_eps', 1e-6);
		const rotary = rotaryTables(shape.context, shape.dHead, decimal(config, 'rope_theta', 10000));
		const size = [shape.context, shape.dHead / 2];
		const tables = { cos: g.constant(rotary.cos, size), sin: g.constant(rotary.sin, size) };
		const name = (l: number, part: string) => `model.layers.${l}.${part}.weight`;
		const normAfter = (l: number) =>
			l + 1 < shape.layers ? name(l + 1, 'input_layernorm') : 'model.norm.weight';

		let h = stream.embed(stream.weight('model.embed_tokens.weight'));
		let normed = Stream.rmsNorm(g, h, stream.weight(name(0, 'input_layernorm')), epsilon);
		for (let l = 0; l < shape.layers; l++) {
			const of = (part: string) => name(l, part);
			const qkv = stream.linear(
				normed,
				of('self_attn.q_proj'),
				of('self_attn.k_proj'),
				of('self_attn.v_proj')
			);
			const mixed = stream.attention(l, qkv, tables);
			const out = stream.linear(mixed, of('self_attn.o_proj'));
			const gain = stream.weight(of('post_attention_layernorm'));
			[h, normed] = stream.afterAttention(l, h, out, gain, epsilon);

			const gate = g.op('QuickGelu', [stream.linear(normed, of('mlp.gate_proj'))], {
				alpha: { float: 1 }
			});
			const up = stream.linear(normed, of('mlp.up_proj'));
			const down = stream.linear(g.op('Mul', [gate, up]), of('mlp.down_proj'));
			[h, normed] = stream.afterMlp(l, h, down, stream.weight(normAfter(l)), epsilon);
		}
		stream.head(normed, llama.unembedding(config));
	}
};

/** What a Llama config may ask for that this graph would silently get wrong. */
function refuseUnsupported(config: Config): void {
	const scaling = config.rope_scaling;
	if (scaling !== undefined && scaling !== null)
		throw new Problem(
			'unsupported',
			'This model scales its rotary positions (rope_scaling), which is not supported yet.',
			'Choose a Llama-shaped model without rope_scaling.'
		);
	if (config.attention_bias === true || config.mlp_bias === true)
		throw new Problem(
			'unsupported',
			'This model has biases in its attention or MLP, which are not supported yet.',
			'Choose a Llama-shaped model without attention_bias and mlp_bias.'
		);
	const activation = config.hidden_act ?? 'silu';
	if (activation !== 'silu')
		throw new Problem(
			'unsupported',
			`This model's activation is "${String(activation).slice(0, 40)}", and only "silu" is supported.`,
			'Choose a model whose hidden_act is silu.'
		);
}

/** cos and sin of position · theta^(−2i/dHead), `[context, dHead/2]` each. */
function rotaryTables(context: number, dHead: number, theta: number) {
	const half = dHead / 2;
	const cos = new Float32Array(context * half);
	const sin = new Float32Array(context * half);
	for (let i = 0; i < half; i++) {
		// Hugging Face computes the frequencies and angles in float32; so must we, to agree late in the context.
		const frequency = Math.fround(1 / Math.fround(theta ** Math.fround((2 * i) / dHead)));
		for (let p = 0; p < context; p++) {
			const angle = Math.fround(p * frequency);
			cos[p * half + i] = Math.cos(angle);
			sin[p * half + i] = Math.sin(angle);
		}
	}
	return { cos, sin };
}
