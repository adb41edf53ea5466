/**
 * Llamascopium (https://github.com/OpenMOSS/Llamascopium) and Llama Scope R1-Distill: `config.json` and
 * `sae_weights.safetensors`. Thresholds are kept as logarithms; activations are times √d / their average
 * norm, unless `norm_activation` says otherwise.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { readConfig, unsupportedSae, missingFact, type Folder } from '../files/folder';
import { rowNorms, withInputScale, withUnitDecoderRows } from '../sae/fold-weights';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { resolveSite } from '../sae/site-names';
import {
	vectorLength,
	readMatrix,
	safetensorsTable,
	readVector,
	type TensorTable
} from '../files/tensor-table';
import { unsupportedTranscoder } from './transcoders';
import type { ConfigFields } from '../files/config-fields';

const THRESHOLD = ['log_jumprelu_threshold', 'activation_function.log_jumprelu_threshold'];
const ARCHITECTURES = { relu: 'standard', jumprelu: 'jumprelu', topk: 'topk' } as const;

export const llamascopium: Format = {
	name: 'Llamascopium',
	layout: 'config.json and sae_weights.safetensors',
	claims: (names) => names.includes('config.json') && names.includes('sae_weights.safetensors'),
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const cfg = await readConfig(folder, 'config.json');
	const [reads, writes] = [cfg.string('hook_point_in'), cfg.string('hook_point_out')];
	const type = cfg.string('sae_type') ?? 'sae';
	if (type !== 'sae' || (writes !== null && writes !== reads)) throw unsupportedTranscoder(folder);
	const named = (cfg.string('act_fn') ?? 'relu') as keyof typeof ARCHITECTURES;
	if (!Object.hasOwn(ARCHITECTURES, named) || cfg.boolean('use_glu_encoder'))
		throw unsupportedSae(
			folder,
			`has the activation function "${named.slice(0, 40)}"${cfg.boolean('use_glu_encoder') ? ' after a gated encoder' : ''}, which is not supported`,
			`Supported in this format: ${Object.keys(ARCHITECTURES).join(', ')}, without use_glu_encoder.`
		);
	const architecture = ARCHITECTURES[named];
	const file = 'sae_weights.safetensors';
	const table = safetensorsTable(file, await folder.read(file));
	const dIn = cfg.positiveInteger('d_model') ?? vectorLength(table, 'b_D', 'decoder.bias');
	const dSae = vectorLength(table, 'b_E', 'encoder.bias');
	const weights = weightsOf(cfg, table, dIn, dSae, named);
	const { factor, normalize } = scaleOf(folder, overrides, cfg, table, reads ?? '', dIn);
	const unit = architecture === 'topk' && cfg.boolean('sparsity_include_decoder_norm') !== false;
	return toImportedSae(folder, {
		format: llamascopium.name,
		site: resolveSite(folder, overrides, reads),
		architecture,
		dIn,
		dSae,
		k: architecture === 'topk' ? (overrides.k ?? cfg.positiveInteger('top_k')) : null,
		subtractBDec: false,
		normalize,
		// TopK of p·‖w‖: its activations are counted in decoder rows of length 1.
		weights: withInputScale(unit ? withUnitDecoderRows(weights, dIn) : weights, factor)
	});
}

/** The newer names, or those of linear layers. */
function weightsOf(
	cfg: ConfigFields,
	table: TensorTable,
	dIn: number,
	dSae: number,
	named: string
): Record<string, Float32Array> {
	const newer = table.has('W_E');
	const [enc, dec] = newer ? ['W_E', 'W_D'] : ['encoder.weight', 'decoder.weight'];
	const lies = newer ? 'as asked' : 'transposed';
	const weights: Record<string, Float32Array> = {
		W_enc: readMatrix(table, enc, [dIn, dSae], lies),
		W_dec: readMatrix(table, dec, [dSae, dIn], lies),
		b_enc: readVector(table, ['b_E', 'encoder.bias'], dSae),
		b_dec:
			cfg.boolean('use_decoder_bias') === false
				? new Float32Array(dIn)
				: readVector(table, ['b_D', 'decoder.bias'], dIn)
	};
	if (named !== 'jumprelu') return weights;
	const norms =
		cfg.boolean('sparsity_include_decoder_norm') === false ? null : rowNorms(weights.W_dec!, dIn);
	const threshold = readVector(table, THRESHOLD, dSae);
	// It is p·‖w‖ that must exceed the threshold, and p that counts.
	return { ...weights, threshold: threshold.map((t, f) => Math.exp(t) / (norms?.[f] ?? 1)) };
}

function scaleOf(
	folder: Folder,
	overrides: SaeOverrides,
	cfg: ConfigFields,
	table: TensorTable,
	hook: string,
	dIn: number
): { factor: number; normalize: string } {
	const how = cfg.string('norm_activation') ?? 'dataset-wise';
	if (how === 'inference') return { factor: 1, normalize: 'none' };
	if (how === 'token-wise') return { factor: 1, normalize: 'constant_norm_rescale' };
	const name = `dataset_average_activation_norm.${hook}`;
	const norm =
		(table.has(name) ? table.floats(name).data[0] : null) ??
		cfg.section('dataset_average_activation_norm').number(hook, 'in');
	const factor = overrides.normScalingFactor ?? (norm && norm > 0 ? Math.sqrt(dIn) / norm : null);
	if (how === 'dataset-wise' && factor !== null) return { factor, normalize: 'none' };
	throw missingFact(
		folder,
		'normScalingFactor',
		`normalises its input ${how.slice(0, 40)} and does not say by how much (dataset_average_activation_norm)`,
		'Put #norm_scaling_factor= and the number after the folder.'
	);
}
