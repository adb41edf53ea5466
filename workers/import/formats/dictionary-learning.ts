/**
 * dictionary_learning (https://github.com/saprmarks/dictionary_learning, 0.1.0): `config.json` and `ae.pt`, or
 * `ae.safetensors` where it was converted. `trainer.dict_class` says which of its classes it is; where a config has
 * none, the tensors do, as far as they differ.
 */
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import type { ConfigFields } from '../files/config-fields';
import { readConfig, type Folder } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import type { TensorTable } from '../files/tensor-table';
import { withUnitDecoderRows } from '../sae/fold-weights';
import type { SaeParts } from '../sae/imported-sae';
import {
	readVectorOrScalar,
	readWeights,
	type SaeSizes,
	type SaeWeights
} from '../sae/read-weights';
import { unsupportedSae, unsupportedTranscoder, unsupportedValue } from '../sae/unsupported';
import type { SaeFormat } from './format';

const LINEAR = { W_enc: 'encoder.weight', W_dec: 'decoder.weight', b_enc: 'encoder.bias' };
const BARE = { W_enc: 'W_enc', W_dec: 'W_dec', b_enc: 'b_enc', b_dec: 'b_dec' };
const GATED = {
	W_enc: 'encoder.weight',
	W_dec: 'decoder.weight',
	r_mag: 'r_mag',
	b_gate: 'gate_bias',
	b_mag: 'mag_bias',
	b_dec: 'decoder_bias'
};

type Autoencoder = SaeWeights & Pick<SaeParts, 'architecture' | 'subtractBDec'>;

interface DictionaryClass {
	/** A tensor that no class below has; null where it shares all of its own. */
	mark: string | null;
	read(table: TensorTable, sizes: SaeSizes): Autoencoder;
}

const thresholded = (table: TensorTable, read: SaeWeights): SaeWeights => ({
	...read,
	weights: { ...read.weights, threshold: readVectorOrScalar(table, 'threshold', read.dSae) }
});

const CLASSES: Record<string, DictionaryClass> = {
	// `from_pretrained` counts its activations in decoder rows of length 1 (normalize_decoder=True); no other class does.
	AutoEncoder: {
		mark: 'bias',
		read(table, sizes) {
			const read = readWeights(table, { ...LINEAR, b_dec: 'bias' }, 'transposed', sizes);
			const weights = withUnitDecoderRows(read.weights, read.dIn);
			return { architecture: 'standard', subtractBDec: true, ...read, weights };
		}
	},
	AutoEncoderNew: {
		mark: 'decoder.bias',
		read: (table, sizes) => ({
			architecture: 'standard',
			subtractBDec: false,
			...readWeights(table, { ...LINEAR, b_dec: 'decoder.bias' }, 'transposed', sizes)
		})
	},
	GatedAutoEncoder: {
		mark: 'gate_bias',
		read: (table, sizes) => ({
			architecture: 'gated',
			subtractBDec: true,
			...readWeights(table, GATED, 'transposed', sizes)
		})
	},
	AutoEncoderTopK: {
		mark: null,
		read: (table, sizes) => ({
			architecture: 'topk',
			subtractBDec: true,
			...readWeights(table, { ...LINEAR, b_dec: 'b_dec' }, 'transposed', sizes)
		})
	},
	BatchTopKSAE: {
		mark: null,
		read(table, sizes) {
			const read = readWeights(table, { ...LINEAR, b_dec: 'b_dec' }, 'transposed', sizes);
			return { architecture: 'jumprelu', subtractBDec: true, ...thresholded(table, read) };
		}
	},
	MatryoshkaBatchTopKSAE: {
		mark: 'group_sizes',
		read: (table, sizes) => ({
			architecture: 'jumprelu',
			subtractBDec: true,
			...thresholded(table, readWeights(table, BARE, 'as-is', sizes))
		})
	},
	JumpReluAutoEncoder: {
		mark: 'W_enc',
		read: (table, sizes) => ({
			architecture: 'jumprelu',
			subtractBDec: false,
			...thresholded(table, readWeights(table, BARE, 'as-is', sizes))
		})
	}
};

const TRAINING = [
	...['trainer_class', 'lr', 'seed', 'steps', 'warmup_steps', 'decay_start', 'resample_steps'],
	...['sparsity_warmup_steps', 'l1_penalty', 'sparsity_function', 'sparsity_penalty', 'p_start'],
	...['p_end', 'anneal_start', 'anneal_end', 'sparsity_queue_length', 'n_sparsity_updates'],
	...[
		'bandwidth',
		'target_l0',
		'auxk_alpha',
		'threshold_beta',
		'threshold_start_step',
		'top_k_aux'
	],
	...['group_fractions', 'group_weights', 'device', 'wandb_name']
];

export const dictionaryLearning: SaeFormat = {
	name: 'dictionary_learning',
	files: ['config.json', ['ae.safetensors', 'ae.pt']],
	words: {
		used: [
			...[
				'dict_class',
				'activation_dim',
				'dict_size',
				'k',
				'layer',
				'submodule_name',
				'lm_name'
			].map((word) => `trainer.${word}`),
			'buffer.io'
		],
		harmless: {
			'how it was trained; its weights are used as saved': TRAINING.map(
				(word) => `trainer.${word}`
			),
			'training scaled its input by it, and its biases back before they were saved': [
				'trainer.norm_factor'
			],
			'all groups are active in a trained one': ['trainer.group_sizes'],
			'how activations were gathered': [
				...['d_submodule', 'layer', 'n_ctxs', 'ctx_len', 'refresh_batch_size', 'out_batch_size'],
				...['device', 'remove_bos', 'add_special_tokens']
			].map((word) => `buffer.${word}`)
		}
	},
	async read(folder, [config = '', file = ''], overrides) {
		const cfg = await readConfig(folder, config);
		const trainer = cfg.section('trainer');
		const dictClass = trainer.string('dict_class');
		const io = cfg.section('buffer').string('io') ?? 'out';
		if (/crosscoder|transcoder/i.test(dictClass ?? '') || io === 'in_and_out')
			throw unsupportedTranscoder(folder);
		const table = await readTensors(folder, file);
		const k = trainer.positiveInteger('k') ?? (table.has('k') ? table.floats('k').data[0] : null);
		const sizes = {
			dIn: trainer.positiveInteger('activation_dim'),
			dSae: trainer.positiveInteger('dict_size')
		};
		const place = io === 'out' || overrides.site !== null ? placeOf(trainer) : null;
		return {
			...classOf(folder, dictClass, table).read(table, sizes),
			...(place ?? { site: null }),
			k: k ?? null,
			l0: overrides.k ?? k ?? null,
			metadata: { model_name: trainer.string('lm_name'), dict_class: dictClass }
		};
	}
};

/** Throws a Problem for a class that is not known, or that nothing tells. */
function classOf(folder: Folder, named: string | null, table: TensorTable): DictionaryClass {
	const known = Object.keys(CLASSES);
	if (named) {
		// Its authors' first spelling.
		const name = named.replace('Matroyshka', 'Matryoshka');
		if (known.includes(name)) return CLASSES[name]!;
		throw unsupportedValue(folder, 'class', named, known.join(', '));
	}
	const found = Object.values(CLASSES).find(({ mark }) => mark !== null && table.has(mark));
	if (found) return found;
	throw unsupportedSae(
		folder,
		'does not say of which class of dictionary_learning it is (trainer.dict_class), and several have its tensors',
		'Add "dict_class": "AutoEncoderTopK" or "BatchTopKSAE" to "trainer" in its config.json, whichever it was trained as.'
	);
}

/** `resid_post_layer_3`, as the library's own scripts name what they train on; any other name says nothing. */
function placeOf(trainer: ConfigFields): Pick<SaeParts, 'site' | 'module'> | null {
	const layer = trainer.number('layer');
	const named =
		/^(resid_post|mlp_out|attn_out|attention_out)(?:_layer_?(\d{1,4}))?$/.exec(
			trainer.string('submodule_name') ?? ''
		) ?? [];
	if (layer === null || (named[2] !== undefined && Number(named[2]) !== layer)) return null;
	if (named[1] === 'resid_post') return { site: residPost(layer) };
	if (named[1] === 'mlp_out') return { site: mlpOut(layer), module: 'mlp' };
	return named[1] ? { site: attnOut(layer), module: 'attn' } : null;
}
