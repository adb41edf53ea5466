/**
 * Llama Scope (https://arxiv.org/abs/2410.20526): `hyperparams.json` and `checkpoints/final.safetensors`. A JumpReLU
 * SAE of activations times √d / their average norm, with one threshold for all features in the scale of the
 * activations.
 */
import { readConfig } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import { rowNorms, withInputScale } from '../sae/fold-weights';
import { readWeights } from '../sae/read-weights';
import { missingFact, unsupportedSae, unsupportedTranscoder } from '../sae/unsupported';
import { OPENMOSS_TRAINING } from '../sae/openmoss-words';
import type { SaeFormat } from './format';

const WEIGHTS = {
	W_enc: 'encoder.weight',
	W_dec: 'decoder.weight',
	b_enc: 'encoder.bias',
	b_dec: 'decoder.bias'
};

export const llamaScope: SaeFormat = {
	name: 'Llama Scope',
	files: ['hyperparams.json', 'checkpoints/final.safetensors'],
	words: {
		used: [
			'hook_point_in',
			'hook_point_out',
			'jump_relu_threshold',
			'd_model',
			'd_sae',
			'dataset_average_activation_norm',
			'sparsity_include_decoder_norm',
			'use_decoder_bias',
			'top_k'
		],
		only: {
			act_fn: ['jumprelu'],
			norm_activation: ['dataset-wise'],
			use_glu_encoder: [false],
			apply_decoder_bias_to_pre_encoder: [false]
		},
		harmless: OPENMOSS_TRAINING
	},
	async read(folder, [config = '', file = ''], overrides) {
		const cfg = await readConfig(folder, config);
		const [reads, writes] = [cfg.string('hook_point_in'), cfg.string('hook_point_out')];
		if (writes !== null && writes !== reads) throw unsupportedTranscoder(folder);
		const threshold = cfg.number('jump_relu_threshold');
		if (threshold === null)
			throw unsupportedSae(
				folder,
				'has no jump_relu_threshold in its hyperparams.json, as this format is published',
				'Use the published files.'
			);
		const sizes = { dIn: cfg.positiveInteger('d_model'), dSae: cfg.positiveInteger('d_sae') };
		const table = await readTensors(folder, file);
		const b_dec = cfg.boolean('use_decoder_bias') === false ? null : WEIGHTS.b_dec;
		const names = { ...WEIGHTS, b_dec };
		const { dIn, dSae, weights } = readWeights(table, names, 'transposed', sizes);
		const norm = cfg.section('dataset_average_activation_norm').number('in');
		const factor = overrides.normScalingFactor ?? (norm && norm > 0 ? Math.sqrt(dIn) / norm : null);
		if (factor === null)
			throw missingFact(
				folder,
				'normScalingFactor',
				'does not say what its activations were scaled by (dataset_average_activation_norm)',
				'Add #norm_scaling_factor= and the number to the folder.'
			);
		// p·‖w‖ must exceed the threshold, and p counts.
		const includesNorm = cfg.boolean('sparsity_include_decoder_norm') !== false;
		const norms = includesNorm ? rowNorms(weights.W_dec!, dIn) : new Float64Array(dSae).fill(1);
		return {
			site: reads,
			architecture: 'jumprelu',
			dIn,
			dSae,
			subtractBDec: false,
			weights: {
				...withInputScale(weights, factor),
				threshold: Float32Array.from(norms, (n) => Math.fround(threshold * factor) / n)
			},
			l0: cfg.positiveInteger('top_k'),
			took: ['normScalingFactor']
		};
	}
};
