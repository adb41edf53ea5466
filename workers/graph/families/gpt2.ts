/**
 * GPT-2: learned positions, LayerNorm with biases, queries, keys and values in one matrix, matrices stored
 * `[in, out]`. Follows Hugging Face's `GPT2LMHeadModel`, whose tensor and config names it uses.
 */
import { activation } from '../activation';
import { buildBlocks, type Architecture } from './family';
import { contextOf, count, isTied, layerCount } from './model-config';
import type { Value } from '../graph';
import { layerNorm } from '../norm';

const TABLE = 'transformer.wte.weight';
const PLACES = 'transformer.wpe.weight';

export const gpt2: Architecture = {
	modelTypes: ['gpt2'],
	head: 'lm_head.weight',
	words: {
		used: [
			...['vocab_size', 'n_embd', 'n_layer', 'n_head', 'n_inner', 'n_positions'],
			...['activation_function', 'layer_norm_epsilon', 'tie_word_embeddings']
		],
		only: { scale_attn_weights: [true], scale_attn_by_inverse_layer_idx: [false] },
		harmless: {
			'n_positions, said again': ['n_ctx'],
			'the form in which attention is computed, to the same numbers': ['reorder_and_upcast_attn'],
			'dropout of training': ['resid_pdrop', 'embd_pdrop', 'attn_pdrop'],
			'a head that is not run': [
				...['summary_type', 'summary_use_proj', 'summary_activation', 'summary_proj_to_labels'],
				'summary_first_dropout'
			]
		}
	},
	defaults: () => ({ vocab_size: 50257, n_embd: 768, n_layer: 12, n_head: 12, n_positions: 1024 }),
	prefixes: { 'transformer.': [''] },
	storedInOut: /\.(c_attn|c_proj|c_fc)\.weight$/,

	shape(config) {
		const dModel = count(config, 'n_embd');
		const heads = count(config, 'n_head');
		activation(config.activation_function ?? 'gelu_new');
		return {
			layers: layerCount(config, 'n_layer'),
			dModel,
			heads,
			kvHeads: heads,
			dHead: count({ n_head: dModel / heads }, 'n_head'),
			dMlp: count(config, 'n_inner', 4 * dModel),
			vocabSize: count(config, 'vocab_size'),
			context: contextOf(config, 'n_positions')
		};
	},

	embedding: () => ({ table: TABLE, scale: 1, placed: true }),
	readout: (config) => ({
		norm: layerNorm(config, 'layer_norm_epsilon', 'transformer.ln_f'),
		unembedding: isTied(config, true) ? TABLE : 'lm_head.weight',
		softcap: null
	}),

	weights(config) {
		const { layers, dModel, vocabSize } = gpt2.shape(config);
		const ff = count(config, 'n_inner', 4 * dModel);
		const shapes: Record<string, number[]> = { [TABLE]: [vocabSize, dModel] };
		shapes[PLACES] = [count(config, 'n_positions'), dModel];
		shapes[gpt2.readout(config).unembedding] = [vocabSize, dModel];
		const of = (name: string, ...shape: number[]) => {
			shapes[`transformer.${name}.weight`] = shape;
			shapes[`transformer.${name}.bias`] = shape.slice(-1);
		};
		of('ln_f', dModel);
		for (let l = 0; l < layers; l++) {
			of(`h.${l}.ln_1`, dModel);
			of(`h.${l}.attn.c_attn`, dModel, 3 * dModel);
			of(`h.${l}.attn.c_proj`, dModel, dModel);
			of(`h.${l}.ln_2`, dModel);
			of(`h.${l}.mlp.c_fc`, dModel, ff);
			of(`h.${l}.mlp.c_proj`, ff, dModel);
		}
		return shapes;
	},

	modules: () => ({
		wte: 'embed',
		attn: 'attn',
		'attn.c_proj': 'attn',
		'attn.c_proj.input': 'heads',
		mlp: 'mlp',
		'mlp.c_proj': 'mlp'
	}),
	mixing: (layer) => `transformer.h.${layer}.attn.c_proj.weight`,

	build(stream, config) {
		const { g } = stream;
		const act = activation(config.activation_function ?? 'gelu_new');
		const readout = gpt2.readout(config);
		const normOf = (l: number, part: string) =>
			layerNorm(config, 'layer_norm_epsilon', `transformer.h.${l}.${part}`);

		const embedded = g.op('Add', [stream.tokens(TABLE, readout), stream.places(PLACES)]);
		const before = (l: number) => normOf(l, 'ln_1');
		buildBlocks(stream, embedded, readout, before, (l, h, normed) => {
			const map = (x: Value, part: string) => {
				const name = `transformer.h.${l}.${part}`;
				return stream.product(x, stream.weight(`${name}.weight`), stream.weight(`${name}.bias`));
			};
			const out = map(stream.attention(l, map(normed, 'attn.c_attn')), 'attn.c_proj');
			const [after, read] = stream.afterAttention(l, h, out, normOf(l, 'ln_2'));
			const hidden = stream.hidden(l, act(g, map(read, 'mlp.c_fc')));
			return { h: after, mlp: map(hidden, 'mlp.c_proj') };
		});
	}
};
