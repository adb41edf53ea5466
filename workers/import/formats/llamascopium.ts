/**
 * Llamascopium (https://github.com/OpenMOSS/Llamascopium) and Llama Scope R1-Distill: `config.json` and
 * `sae_weights.safetensors`. Thresholds are stored as logarithms; activations are times √d / their average norm,
 * unless `norm_activation` says otherwise.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Normalization } from '../../../src/core/sae/config';
import type { ConfigFields } from '../files/config-fields';
import { readConfig, type Folder } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import type { TensorTable } from '../files/tensor-table';
import { rowNorms, withInputScale, withUnitDecoderRows } from '../sae/fold-weights';
import { readVector, readWeights, vectorLength } from '../sae/read-weights';
import { missingFact, unsupportedTranscoder, unsupportedValue } from '../sae/unsupported';
import type { SaeFormat } from './format';

const ARCHITECTURES = { relu: 'standard', jumprelu: 'jumprelu', topk: 'topk' } as const;
const WEIGHTS = {
	W_enc: ['W_E', 'encoder.weight'],
	W_dec: ['W_D', 'decoder.weight'],
	b_enc: ['b_E', 'encoder.bias'],
	b_dec: ['b_D', 'decoder.bias']
};
const THRESHOLD = ['log_jumprelu_threshold', 'activation_function.log_jumprelu_threshold'];

export const llamascopium: SaeFormat = {
	name: 'Llamascopium',
	files: ['config.json', 'sae_weights.safetensors'],
	async read(folder, [config = '', file = ''], overrides) {
		const cfg = await readConfig(folder, config);
		const [reads, writes] = [cfg.string('hook_point_in'), cfg.string('hook_point_out')];
		const type = cfg.string('sae_type') ?? 'sae';
		if (type !== 'sae' || (writes !== null && writes !== reads))
			throw unsupportedTranscoder(folder);
		const activation = cfg.string('act_fn') ?? 'relu';
		const supported = Object.keys(ARCHITECTURES);
		if (!supported.includes(activation))
			throw unsupportedValue(folder, 'activation function', activation, supported.join(', '));
		if (cfg.boolean('use_glu_encoder'))
			throw unsupportedValue(folder, 'encoder', 'use_glu_encoder', 'use_glu_encoder: false');
		const architecture = ARCHITECTURES[activation as keyof typeof ARCHITECTURES];
		const table = await readTensors(folder, file);
		const { dIn, dSae, weights } = weightsOf(cfg, table);
		const { factor, normalize } = scaleOf(folder, overrides, cfg, table, reads ?? '', dIn);
		const includesNorm = cfg.boolean('sparsity_include_decoder_norm') !== false;
		if (architecture === 'jumprelu') {
			// p·‖w‖ must exceed the threshold, and p counts.
			const norms = includesNorm ? rowNorms(weights.W_dec!, dIn) : [];
			weights.threshold = readVector(table, THRESHOLD, dSae).map(
				(t, f) => Math.exp(t) / (norms[f] ?? 1)
			);
		}
		// TopK of p·‖w‖: its activations are measured along unit decoder rows.
		const isUnit = architecture === 'topk' && includesNorm;
		return {
			site: reads,
			architecture,
			dIn,
			dSae,
			k: cfg.positiveInteger('top_k'),
			subtractBDec: false,
			normalize,
			weights: withInputScale(isUnit ? withUnitDecoderRows(weights, dIn) : weights, factor)
		};
	}
};

/** Under the newer names, or those of linear layers. */
function weightsOf(cfg: ConfigFields, table: TensorTable) {
	const b_dec = cfg.boolean('use_decoder_bias') === false ? null : WEIGHTS.b_dec;
	const dIn = cfg.positiveInteger('d_model') ?? vectorLength(table, WEIGHTS.b_dec);
	const layout = table.has('W_E') ? 'as-is' : 'transposed';
	return readWeights(table, { ...WEIGHTS, b_dec }, layout, { dIn });
}

function scaleOf(
	folder: Folder,
	overrides: SaeOverrides,
	cfg: ConfigFields,
	table: TensorTable,
	hook: string,
	dIn: number
): { factor: number; normalize: Normalization } {
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
		'Add #norm_scaling_factor= and the number to the folder.'
	);
}
