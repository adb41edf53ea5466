/**
 * Llama-shaped models: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied or untied
 * embeddings. Follows Hugging Face's `LlamaForCausalLM` and `Qwen2ForCausalLM`, whose names it uses.
 */
import { activation } from '../activation';
import type { Architecture } from './family';
import type { Config } from './model-config';
import { contextOf, count, decimal, isTied, only } from './model-config';
import type { Norm } from '../norm';
import { frequencies, rotaryTables } from '../rotary';

const TABLE = 'model.embed_tokens.weight';

export const llama: Architecture = {
	modelTypes: ['llama', 'qwen2'],
	prefixes: { 'model.': ['', 'model.model.'] },

	shape(config) {
		const dModel = count(config, 'hidden_size');
		const heads = count(config, 'num_attention_heads');
		only(config, {
			mlp_bias: [false],
			rope_interleaved: [false],
			partial_rotary_factor: [1],
			use_sliding_window: [false],
			num_experts: [0],
			num_local_experts: [0]
		});
		const dHead = count(config, 'head_dim', dModel / heads);
		activation(config.hidden_act ?? 'silu');
		frequencies(config, dHead);
		return {
			layers: count(config, 'num_hidden_layers'),
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
		if (!isTied(config, false)) shapes['lm_head.weight'] = [vocabSize, dModel];
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

	mixing: (layer) => `model.layers.${layer}.self_attn.o_proj.weight`,

	build(stream, config) {
		const { g, shape } = stream;
		const { cos, sin } = rotaryTables(config, shape.dHead, shape.context);
		const size = [shape.context, shape.dHead / 2];
		const rotary = { cos: g.constant(cos, size), sin: g.constant(sin, size) };
		const act = activation(config.hidden_act ?? 'silu');
		const biased = biases(config);
		const readout = llama.readout(config);
		const normOf = (l: number, part: string) => norm(config, `model.layers.${l}.${part}`);

		let h = stream.embed(stream.tokens(TABLE, readout));
		let normed = stream.normalise(h, normOf(0, 'input_layernorm'));
		for (let l = 0; l < shape.layers; l++) {
			const linear = (x: string, ...parts: string[]) => {
				const names = parts.map((part) => `model.layers.${l}.${part}`);
				const own = parts.every((part) => biased.includes(part));
				return stream.linear(
					x,
					names.map((name) => `${name}.weight`),
					own ? names.map((name) => `${name}.bias`) : []
				);
			};
			const qkv = linear(normed, ...['q', 'k', 'v'].map((part) => `self_attn.${part}_proj`));
			const out = linear(stream.attention(l, qkv, { rotary }), 'self_attn.o_proj');
			[h, normed] = stream.afterAttention(l, h, out, normOf(l, 'post_attention_layernorm'));

			const gate = act(g, linear(normed, 'mlp.gate_proj'));
			const up = linear(normed, 'mlp.up_proj');
			const down = linear(g.op('Mul', [gate, up]), 'mlp.down_proj');
			const last = l + 1 === shape.layers;
			const next = last ? readout.norm : normOf(l + 1, 'input_layernorm');
			[h, normed] = stream.afterMlp(l, h, down, next);
		}
		stream.head(normed, readout);
	}
};

const norm = (config: Config, name: string): Norm => ({
	gain: `${name}.weight`,
	epsilon: decimal(config, 'rms_norm_eps', 1e-6)
});

/** The linear maps that have a bias: in Qwen2 those into attention, in Llama none or all of attention's. */
function biases(config: Config): string[] {
	const into = ['q', 'k', 'v'].map((part) => `self_attn.${part}_proj`);
	if (config.model_type === 'qwen2') return into;
	return config.attention_bias === true ? [...into, 'self_attn.o_proj'] : [];
}
