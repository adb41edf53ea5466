/**
 * GPT-Neo, the family of the TinyStories models: learned positions, LayerNorm with biases, scores that are not
 * divided, and layers that see everything alternating with layers that see a window. Follows Hugging Face's
 * `GPTNeoForCausalLM`, whose tensor and config names it uses.
 */
import { Problem } from '../../../src/core/names/errors';
import { activation } from '../activation';
import { buildBlocks, type Architecture } from './family';
import type { Config } from './model-config';
import { contextOf, count, isTied, layerCount } from './model-config';
import type { Value } from '../graph';
import { layerNorm } from '../norm';

const TABLE = 'transformer.wte.weight';
const PLACES = 'transformer.wpe.weight';

export const gptNeo: Architecture = {
	modelTypes: ['gpt_neo'],
	head: 'lm_head.weight',
	words: {
		used: [
			...['vocab_size', 'hidden_size', 'intermediate_size', 'num_layers', 'num_heads'],
			...['max_position_embeddings', 'attention_types', 'attention_layers', 'window_size'],
			...['activation_function', 'layer_norm_epsilon', 'tie_word_embeddings']
		],
		harmless: {
			'dropout of training': ['resid_dropout', 'embed_dropout'],
			'a head that is not run': [
				...['summary_type', 'summary_use_proj', 'summary_activation', 'summary_proj_to_labels'],
				'summary_first_dropout'
			]
		}
	},
	defaults: () => ({
		vocab_size: 50257,
		hidden_size: 2048,
		num_layers: 24,
		num_heads: 16,
		max_position_embeddings: 2048
	}),
	prefixes: { 'transformer.': [''] },

	shape(config) {
		const dModel = count(config, 'hidden_size');
		const heads = count(config, 'num_heads');
		const layers = layerCount(config, 'num_layers');
		activation(config.activation_function ?? 'gelu_new');
		windows(config, layers);
		return {
			layers,
			dModel,
			heads,
			kvHeads: heads,
			dHead: count({ num_heads: dModel / heads }, 'num_heads'),
			dMlp: count(config, 'intermediate_size', 4 * dModel),
			vocabSize: count(config, 'vocab_size'),
			context: contextOf(config, 'max_position_embeddings')
		};
	},

	embedding: () => ({ table: TABLE, scale: 1, placed: true }),
	readout: (config) => ({
		norm: layerNorm(config, 'layer_norm_epsilon', 'transformer.ln_f'),
		unembedding: isTied(config, true) ? TABLE : 'lm_head.weight',
		softcap: null
	}),

	weights(config) {
		const { layers, dModel, vocabSize } = gptNeo.shape(config);
		const ff = count(config, 'intermediate_size', 4 * dModel);
		const shapes: Record<string, number[]> = { [TABLE]: [vocabSize, dModel] };
		shapes[PLACES] = [count(config, 'max_position_embeddings'), dModel];
		shapes[gptNeo.readout(config).unembedding] = [vocabSize, dModel];
		const of = (name: string, ...shape: number[]) => {
			shapes[`transformer.${name}.weight`] = shape;
			shapes[`transformer.${name}.bias`] = [shape[0]!];
		};
		of('ln_f', dModel);
		for (let l = 0; l < layers; l++) {
			of(`h.${l}.ln_1`, dModel);
			for (const part of ['q', 'k', 'v'])
				shapes[`transformer.h.${l}.attn.attention.${part}_proj.weight`] = [dModel, dModel];
			of(`h.${l}.attn.attention.out_proj`, dModel, dModel);
			of(`h.${l}.ln_2`, dModel);
			of(`h.${l}.mlp.c_fc`, ff, dModel);
			of(`h.${l}.mlp.c_proj`, dModel, ff);
		}
		return shapes;
	},

	modules: () => ({
		wte: 'embed',
		attn: 'attn',
		'attn.attention': 'attn',
		'attn.attention.out_proj': 'attn',
		'attn.attention.out_proj.input': 'heads',
		mlp: 'mlp',
		'mlp.c_proj': 'mlp'
	}),
	mixing: (layer) => `transformer.h.${layer}.attn.attention.out_proj.weight`,

	build(stream, config) {
		const { g, shape } = stream;
		const act = activation(config.activation_function ?? 'gelu_new');
		const seen = windows(config, shape.layers);
		const readout = gptNeo.readout(config);
		const normOf = (l: number, part: string) =>
			layerNorm(config, 'layer_norm_epsilon', `transformer.h.${l}.${part}`);

		const embedded = g.op('Add', [stream.tokens(TABLE, readout), stream.places(PLACES)]);
		const before = (l: number) => normOf(l, 'ln_1');
		buildBlocks(stream, embedded, readout, before, (l, h, normed) => {
			const name = (part: string) => `transformer.h.${l}.${part}`;
			const linear = (x: Value, part: string) => stream.linear(x, [name(part)], true);
			const into = ['q', 'k', 'v'].map((part) => name(`attn.attention.${part}_proj`));
			const qkv = stream.linear(normed, into);
			const mixed = stream.attention(l, qkv, { window: seen[l]!, scale: 1 });
			const out = linear(mixed, 'attn.attention.out_proj');
			const [after, read] = stream.afterAttention(l, h, out, normOf(l, 'ln_2'));
			const hidden = stream.hidden(l, act(g, linear(read, 'mlp.c_fc')));
			return { h: after, mlp: linear(hidden, 'mlp.c_proj') };
		});
	}
};

/** What each layer sees: `attention_types` is a list of [kinds, how many times over]. */
function windows(config: Config, layers: number): (number | null)[] {
	const each = config.attention_layers;
	const types =
		config.attention_types ??
		(Array.isArray(each) ? [[each, 1]] : [[['global', 'local'], layers / 2]]);
	const kinds: unknown[] = [];
	for (const type of Array.isArray(types) ? (types as unknown[]) : []) {
		const [names, times] = (Array.isArray(type) ? type : []) as [unknown, unknown];
		if (!Array.isArray(names) || names.length === 0 || typeof times !== 'number') continue;
		// Few words can ask for any number of kinds.
		if (!(names.length * times <= layers - kinds.length)) break;
		for (let n = 0; n + 1 <= times; n++) kinds.push(...(names as unknown[]));
	}
	if (kinds.length !== layers || !kinds.every((kind) => kind === 'global' || kind === 'local'))
		throw new Problem(
			'unsupported',
			`This model's attention_types do not say "global" or "local" for each of its ${layers} layers.`,
			'Take config.json from the same place as the weights.'
		);
	const window = count(config, 'window_size', 256);
	return kinds.map((kind) => (kind === 'local' ? window : null));
}
