/**
 * GPT-NeoX, the family of Pythia: attention and MLP side by side, rotary positions over a part of each head,
 * queries, keys and values interleaved head by head. Follows Hugging Face's `GPTNeoXForCausalLM`, whose
 * tensor and config names it uses.
 */
import { activation } from '../activation';
import { buildBlocks, type Architecture } from './family';
import type { Config } from './model-config';
import { contextOf, count, isTied, layerCount, ropeWords } from './model-config';
import type { Value } from '../graph';
import { layerNorm } from '../norm';
import { frequencies, rotaryTables, rotaryValues, type RotaryTables } from '../rotary';

const TABLE = 'gpt_neox.embed_in.weight';

export const gptNeox: Architecture = {
	modelTypes: ['gpt_neox'],
	head: 'embed_out.weight',
	words: {
		used: [
			...['vocab_size', 'hidden_size', 'intermediate_size', 'num_hidden_layers'],
			...['num_attention_heads', 'max_position_embeddings', 'hidden_act', 'layer_norm_eps'],
			...['use_parallel_residual', 'tie_word_embeddings', 'rotary_pct', 'partial_rotary_factor'],
			...['rotary_emb_base', 'rope_theta', 'rope_parameters.partial_rotary_factor'],
			...ropeWords('rope_scaling', 'rope_parameters')
		],
		only: { attention_bias: [true] },
		harmless: {}
	},
	defaults: () => ({
		vocab_size: 50432,
		hidden_size: 6144,
		intermediate_size: 24576,
		num_hidden_layers: 44,
		num_attention_heads: 64,
		max_position_embeddings: 2048
	}),
	// The class of transformers 5 calls its unembedding lm_head.
	prefixes: { 'gpt_neox.': [''], 'embed_out.': ['lm_head.'] },

	shape(config) {
		const dModel = count(config, 'hidden_size');
		const heads = count(config, 'num_attention_heads');
		const dHead = count({ num_attention_heads: dModel / heads }, 'num_attention_heads');
		activation(config.hidden_act ?? 'gelu');
		frequencies(ropeOf(config), turning(config, dHead));
		return {
			layers: layerCount(config, 'num_hidden_layers'),
			dModel,
			heads,
			kvHeads: heads,
			dHead,
			dMlp: count(config, 'intermediate_size'),
			vocabSize: count(config, 'vocab_size'),
			context: contextOf(config, 'max_position_embeddings')
		};
	},

	embedding: () => ({ table: TABLE, scale: 1, placed: false }),
	readout: (config) => ({
		norm: layerNorm(config, 'layer_norm_eps', 'gpt_neox.final_layer_norm'),
		unembedding: isTied(config, false) ? TABLE : 'embed_out.weight',
		softcap: null
	}),

	weights(config) {
		const { layers, dModel, vocabSize } = gptNeox.shape(config);
		const ff = count(config, 'intermediate_size');
		const shapes: Record<string, number[]> = { [TABLE]: [vocabSize, dModel] };
		shapes[gptNeox.readout(config).unembedding] = [vocabSize, dModel];
		const of = (name: string, ...shape: number[]) => {
			shapes[`gpt_neox.${name}.weight`] = shape;
			shapes[`gpt_neox.${name}.bias`] = [shape[0]!];
		};
		of('final_layer_norm', dModel);
		for (let l = 0; l < layers; l++) {
			of(`layers.${l}.input_layernorm`, dModel);
			of(`layers.${l}.post_attention_layernorm`, dModel);
			of(`layers.${l}.attention.query_key_value`, 3 * dModel, dModel);
			of(`layers.${l}.attention.dense`, dModel, dModel);
			of(`layers.${l}.mlp.dense_h_to_4h`, ff, dModel);
			of(`layers.${l}.mlp.dense_4h_to_h`, dModel, ff);
		}
		return shapes;
	},

	modules: () => ({
		embed_in: 'embed',
		attention: 'attn',
		'attention.dense': 'attn',
		'attention.dense.input': 'heads',
		mlp: 'mlp',
		'mlp.dense_4h_to_h': 'mlp'
	}),
	parallel: (config) => config.use_parallel_residual !== false,
	mixing: (layer) => `gpt_neox.layers.${layer}.attention.dense.weight`,

	build(stream, config) {
		const { g, shape } = stream;
		const { heads, dHead, context } = shape;
		const dims = turning(config, dHead);
		const tables = wholeHeads(rotaryTables(ropeOf(config), dims, context), dims, dHead, context);
		const rotary = rotaryValues(g, tables, context);
		const order = g.constant(packedOrder(heads, dHead, dims), [3 * heads * dHead]);
		const act = activation(config.hidden_act ?? 'gelu');
		const readout = gptNeox.readout(config);
		const parallel = gptNeox.parallel!(config);
		const normOf = (l: number, part: string) =>
			layerNorm(config, 'layer_norm_eps', `gpt_neox.layers.${l}.${part}`);

		const before = (l: number) => normOf(l, 'input_layernorm');
		buildBlocks(stream, stream.tokens(TABLE, readout), readout, before, (l, h, normed) => {
			const name = (part: string) => `gpt_neox.layers.${l}.${part}`;
			const linear = (x: Value, part: string) => stream.linear(x, [name(part)], true);
			const mlp = (x: Value) =>
				linear(stream.hidden(l, act(g, linear(x, 'mlp.dense_h_to_4h'))), 'mlp.dense_4h_to_h');
			const packed = ['weight', 'bias'].map((kind) => {
				const fused = stream.weight(`${name('attention.query_key_value')}.${kind}`);
				return g.op('Gather', [fused, order], { axis: 0 });
			});
			const matrix = g.op('Transpose', [packed[0]!], { perm: [1, 0] });
			const qkv = stream.product(normed, matrix, packed[1]);
			const out = linear(stream.attention(l, qkv, { rotary }), 'attention.dense');
			const second = normOf(l, 'post_attention_layernorm');
			if (parallel) {
				const read = stream.asideOfAttention(l, h, second);
				return { h: stream.besideAttention(l, h, out), mlp: mlp(read) };
			}
			const [after, read] = stream.afterAttention(l, h, out, second);
			return { h: after, mlp: mlp(read) };
		});
	}
};

/** How many entries of a head turn with the position. */
function turning(config: Config, dHead: number): number {
	const asked = ropeOf(config);
	const share = asked.partial_rotary_factor ?? asked.rotary_pct ?? 0.25;
	const turned = typeof share === 'number' ? 2 * Math.floor((dHead * share) / 2) : share;
	return count({ rotary_pct: turned }, 'rotary_pct');
}

function ropeOf(config: Config): Config {
	const parameters = (config.rope_parameters ?? {}) as Config;
	return { rope_theta: config.rotary_emb_base, ...config, ...parameters };
}

/**
 * Tables for whole heads, of which the entries that do not turn have an angle of 0: the fused operator takes
 * no part of a head smaller than 16.
 */
function wholeHeads({ cos, sin }: RotaryTables, dims: number, dHead: number, context: number) {
	const wide = {
		cos: new Float32Array((context * dHead) / 2).fill(1),
		sin: new Float32Array((context * dHead) / 2)
	};
	for (let p = 0; p < context; p++) {
		const row = (table: Float32Array) => table.subarray((p * dims) / 2, ((p + 1) * dims) / 2);
		wide.cos.set(row(cos), (p * dHead) / 2);
		wide.sin.set(row(sin), (p * dHead) / 2);
	}
	return wide;
}

/**
 * Rows of the fused matrix, `[heads, (query, key, value), dHead]`, in the order that attention takes, all
 * queries first. Within queries and keys the two halves of what turns come to the two halves of the head,
 * which leaves every score as it is.
 */
function packedOrder(heads: number, dHead: number, dims: number): BigInt64Array {
	const still = Array.from({ length: dHead - dims }, (_, i) => dims + i);
	const first = Array.from({ length: dims / 2 }, (_, i) => i);
	const halves = [
		...first,
		...still.slice(0, still.length / 2),
		...first.map((i) => i + dims / 2),
		...still.slice(still.length / 2)
	];
	const order: number[] = [];
	for (let part = 0; part < 3; part++)
		for (let head = 0; head < heads; head++)
			for (let i = 0; i < dHead; i++)
				order.push((head * 3 + part) * dHead + (part < 2 ? halves[i]! : i));
	return BigInt64Array.from(order, BigInt);
}
