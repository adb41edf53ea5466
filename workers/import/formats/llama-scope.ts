/**
 * Llama Scope (https://arxiv.org/abs/2410.20526): `hyperparams.json` and `checkpoints/final.safetensors`. A
 * JumpReLU SAE of activations times √d / their average norm, with one threshold for all features, given in
 * the activations' own size.
 */
import type { Stated } from '../../../src/core/import/order';
import { readJson, refused, unstated, type Folder } from '../files/folder';
import { rowNorms, withInputScale } from '../found/folds';
import type { Format } from './format';
import { found, type FoundSae } from '../found/sae';
import { siteFor } from '../found/places';
import { lengthOf, matrix, safetensorsTable, vector } from '../files/table';
import { refusedTranscoder } from './transcoders';

const WEIGHTS = 'checkpoints/final.safetensors';

export const llamaScope: Format = {
	name: 'Llama Scope',
	layout: `hyperparams.json and ${WEIGHTS}`,
	claims: (names) => names.includes('hyperparams.json') && names.includes(WEIGHTS),
	read
};

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const cfg = await readJson(folder, 'hyperparams.json');
	const [reads, writes] = [cfg.text('hook_point_in'), cfg.text('hook_point_out')];
	if (writes !== null && writes !== reads) throw refusedTranscoder(folder);
	const threshold = cfg.number('jump_relu_threshold');
	if ((cfg.text('act_fn') ?? 'jumprelu') !== 'jumprelu' || threshold === null)
		throw refused(
			folder,
			'is no JumpReLU SAE with a jump_relu_threshold, as this format is published',
			'Use the published files.'
		);
	if (cfg.flag('apply_decoder_bias_to_pre_encoder'))
		throw refused(
			folder,
			'subtracts its decoder bias from scaled activations, which is not supported',
			'Use the published files.'
		);
	const table = safetensorsTable(WEIGHTS, await folder.read(WEIGHTS));
	const dIn = cfg.count('d_model') ?? lengthOf(table, 'decoder.bias');
	const dSae = cfg.count('d_sae') ?? lengthOf(table, 'encoder.bias');
	const norm = cfg.inner('dataset_average_activation_norm').number('in');
	const factor = stated.normScalingFactor ?? (norm && norm > 0 ? Math.sqrt(dIn) / norm : null);
	if (factor === null)
		throw unstated(
			folder,
			'normScalingFactor',
			'does not say what its activations were scaled by (dataset_average_activation_norm)',
			'Put #norm_scaling_factor= and the number after the folder.'
		);
	const wDec = matrix(table, 'decoder.weight', [dSae, dIn], 'transposed');
	const norms = cfg.flag('sparsity_include_decoder_norm') ? rowNorms(wDec, dIn) : null;
	const weights = {
		W_enc: matrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
		W_dec: wDec,
		b_enc: vector(table, ['encoder.bias'], dSae),
		b_dec: vector(table, ['decoder.bias'], dIn),
		threshold: new Float32Array(dSae).fill(threshold * factor)
	};
	// It is p·‖w‖ that must exceed the threshold, and p that counts.
	if (norms) weights.threshold = weights.threshold.map((t, f) => t / norms[f]!);
	return found(folder, {
		format: llamaScope.name,
		site: siteFor(folder, stated, reads),
		architecture: 'jumprelu',
		dIn,
		dSae,
		subtractBDec: false,
		weights: withInputScale(weights, factor),
		l0: cfg.count('top_k')
	});
}
