/**
 * SAELens (https://github.com/decoderesearch/SAELens): `cfg.json` and `sae_weights.safetensors`, of version 6
 * or the flat configs before it. BatchTopK and Matryoshka SAEs are saved as JumpReLU.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { readConfig, unsupportedSae, missingFact, type Folder } from '../files/folder';
import { toImportedSae, type ImportedSae, type SaeParts } from '../sae/imported-sae';
import { withInputScale, withUnitDecoderRows } from '../sae/fold-weights';
import type { Format } from './format';
import { readKron } from './kron-sae';
import { resolveSite } from '../sae/site-names';
import {
	vectorLength,
	readMatrix,
	safetensorsTable,
	readVector,
	type TensorTable
} from '../files/tensor-table';
import { unsupportedTranscoder } from './transcoders';
import { ConfigFields } from '../files/config-fields';

const VECTORS = {
	standard: ['b_enc'],
	topk: ['b_enc'],
	jumprelu: ['b_enc', 'threshold'],
	gated: ['b_gate', 'b_mag', 'r_mag']
};
type Architecture = keyof typeof VECTORS;

export const saeLens: Format = {
	name: 'SAELens',
	layout: 'cfg.json and sae_weights.safetensors',
	claims: (names) => names.includes('cfg.json') && names.includes('sae_weights.safetensors'),
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const top = await readConfig(folder, 'cfg.json');
	const cfg = new ConfigFields({ ...top.section('metadata').fields, ...top.fields });
	const weights = await folder.read('sae_weights.safetensors');
	const table = safetensorsTable('sae_weights.safetensors', weights);
	const architecture = architectureOf(folder, cfg, table);
	const site = resolveSite(folder, overrides, cfg.string('hook_name', 'hook_point'));
	const metadata = top.section('metadata').fields;
	if (architecture === 'kron')
		return toImportedSae(
			folder,
			readKron(folder, cfg, table, { format: saeLens.name, site, metadata })
		);
	const dIn = cfg.positiveInteger('d_in') ?? vectorLength(table, 'b_dec');
	const dSae = cfg.positiveInteger('d_sae') ?? vectorLength(table, VECTORS[architecture][0]!);
	const asSaved: Record<string, Float32Array> = {
		W_enc: readMatrix(table, 'W_enc', [dIn, dSae], 'as asked'),
		W_dec: readMatrix(table, 'W_dec', [dSae, dIn], 'as asked'),
		b_dec: readVector(table, ['b_dec'], dIn),
		...Object.fromEntries(VECTORS[architecture].map((n) => [n, readVector(table, [n], dSae)]))
	};
	const rescaled = cfg.boolean('rescale_acts_by_decoder_norm') && architecture === 'topk';
	const { weights: tensors, normalize } = await normalised(
		folder,
		overrides,
		cfg,
		rescaled ? withUnitDecoderRows(asSaved, dIn) : asSaved
	);
	return toImportedSae(folder, {
		format: saeLens.name,
		site,
		architecture,
		dIn,
		dSae,
		k: architecture === 'topk' ? (overrides.k ?? kOf(cfg)) : null,
		subtractBDec: cfg.boolean('apply_b_dec_to_input') ?? true,
		normalize,
		weights: tensors,
		metadata
	});
}

/** Throws a Problem for what is no autoencoder, or one that this program cannot run. */
function architectureOf(
	folder: Folder,
	cfg: ConfigFields,
	table: TensorTable
): Architecture | 'kron' {
	const activation = cfg.string('activation_fn', 'activation_fn_str') ?? 'relu';
	const named = cfg.string('architecture') ?? 'standard';
	const out = cfg.string('hook_name_out');
	const writes = out !== null && out !== cfg.string('hook_name', 'hook_point');
	if (/transcoder|clt|crosscoder/.test(named) || writes || table.has('W_skip'))
		throw unsupportedTranscoder(folder);
	const architecture = named === 'standard' && activation === 'topk' ? 'topk' : named;
	if (architecture !== 'kron' && !Object.hasOwn(VECTORS, architecture))
		throw unsupportedSae(
			folder,
			`has the architecture "${named.slice(0, 40)}", which is not supported`,
			/batchtopk/.test(named)
				? 'Save it with SAELens for inference, which turns it into JumpReLU.'
				: `Supported: ${Object.keys(VECTORS).join(', ')}, kron.`
		);
	if (!['relu', 'topk'].includes(activation))
		throw unsupportedSae(
			folder,
			`has the activation function "${activation.slice(0, 40)}", which is not supported`,
			'Supported: relu and topk.'
		);
	if (cfg.get('hook_head_index', 'hook_point_head_index') !== null)
		throw unsupportedSae(folder, 'reads a single head', 'Use an SAE of a whole site.');
	const scaling = table.has('scaling_factor') ? table.floats('scaling_factor').data : [];
	if (scaling.some((factor) => Math.abs(factor - 1) > 1e-5))
		throw unsupportedSae(
			folder,
			'multiplies its activations by finetuned factors (scaling_factor)',
			'Use the SAE as it was before it was finetuned.'
		);
	return architecture as Architecture | 'kron';
}

function kOf(cfg: ConfigFields): number | null {
	return cfg.positiveInteger('k') ?? cfg.section('activation_fn_kwargs').positiveInteger('k');
}

/** What is left to do to the input at run time, and weights that have the rest folded in. */
async function normalised(
	folder: Folder,
	overrides: SaeOverrides,
	cfg: ConfigFields,
	weights: SaeParts['weights']
): Promise<{ weights: SaeParts['weights']; normalize: string }> {
	const value = cfg.get('normalize_activations');
	const normalize = value === true ? 'expected_average_only_in' : value || 'none';
	if (['none', 'layer_norm', 'constant_norm_rescale'].includes(normalize as string))
		return { weights, normalize: normalize as string };
	if (normalize !== 'expected_average_only_in')
		throw unsupportedSae(
			folder,
			`normalises its input in a way that is not supported (${String(normalize).slice(0, 40)})`,
			'Supported: none, layer_norm, constant_norm_rescale and expected_average_only_in.'
		);
	const factor =
		overrides.normScalingFactor ??
		cfg.number('norm_scaling_factor') ??
		(folder.names.includes('activation_scaler.json')
			? (await readConfig(folder, 'activation_scaler.json')).number('scaling_factor')
			: null);
	if (factor === null || factor <= 0)
		throw missingFact(
			folder,
			'normScalingFactor',
			'expects activations scaled to an average norm (expected_average_only_in), and its files do not say by how much',
			'Put #norm_scaling_factor= and the number after the folder, or fold it in with SAELens (fold_activation_norm_scaling_factor).'
		);
	return { weights: withInputScale(weights, factor), normalize: 'none' };
}
