/**
 * Llama Scope (https://arxiv.org/abs/2410.20526): `hyperparams.json` and `checkpoints/final.safetensors`. A
 * JumpReLU SAE of activations times √d / their average norm, with one threshold for all features, given in
 * the activations' own size.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { readConfig, unsupportedSae, missingFact, type Folder } from '../files/folder';
import { rowNorms, withInputScale } from '../sae/fold-weights';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { resolveSite } from '../sae/site-names';
import { vectorLength, readMatrix, safetensorsTable, readVector } from '../files/tensor-table';
import { unsupportedTranscoder } from './transcoders';

const WEIGHTS = 'checkpoints/final.safetensors';

export const llamaScope: Format = {
	name: 'Llama Scope',
	layout: `hyperparams.json and ${WEIGHTS}`,
	claims: (names) => names.includes('hyperparams.json') && names.includes(WEIGHTS),
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const cfg = await readConfig(folder, 'hyperparams.json');
	const [reads, writes] = [cfg.string('hook_point_in'), cfg.string('hook_point_out')];
	if (writes !== null && writes !== reads) throw unsupportedTranscoder(folder);
	const threshold = cfg.number('jump_relu_threshold');
	if ((cfg.string('act_fn') ?? 'jumprelu') !== 'jumprelu' || threshold === null)
		throw unsupportedSae(
			folder,
			'is no JumpReLU SAE with a jump_relu_threshold, as this format is published',
			'Use the published files.'
		);
	if (cfg.boolean('apply_decoder_bias_to_pre_encoder'))
		throw unsupportedSae(
			folder,
			'subtracts its decoder bias from scaled activations, which is not supported',
			'Use the published files.'
		);
	const table = safetensorsTable(WEIGHTS, await folder.read(WEIGHTS));
	const dIn = cfg.positiveInteger('d_model') ?? vectorLength(table, 'decoder.bias');
	const dSae = cfg.positiveInteger('d_sae') ?? vectorLength(table, 'encoder.bias');
	const norm = cfg.section('dataset_average_activation_norm').number('in');
	const factor = overrides.normScalingFactor ?? (norm && norm > 0 ? Math.sqrt(dIn) / norm : null);
	if (factor === null)
		throw missingFact(
			folder,
			'normScalingFactor',
			'does not say what its activations were scaled by (dataset_average_activation_norm)',
			'Put #norm_scaling_factor= and the number after the folder.'
		);
	const wDec = readMatrix(table, 'decoder.weight', [dSae, dIn], 'transposed');
	const norms = cfg.boolean('sparsity_include_decoder_norm') ? rowNorms(wDec, dIn) : null;
	const weights = {
		W_enc: readMatrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
		W_dec: wDec,
		b_enc: readVector(table, ['encoder.bias'], dSae),
		b_dec: readVector(table, ['decoder.bias'], dIn),
		threshold: new Float32Array(dSae).fill(threshold * factor)
	};
	// It is p·‖w‖ that must exceed the threshold, and p that counts.
	if (norms) weights.threshold = weights.threshold.map((t, f) => t / norms[f]!);
	return toImportedSae(folder, {
		format: llamaScope.name,
		site: resolveSite(folder, overrides, reads),
		architecture: 'jumprelu',
		dIn,
		dSae,
		subtractBDec: false,
		weights: withInputScale(weights, factor),
		l0: cfg.positiveInteger('top_k')
	});
}
