/**
 * Llamascopium (https://github.com/OpenMOSS/Llamascopium) and Llama Scope R1-Distill: `config.json` and
 * `sae_weights.safetensors`. Thresholds are stored as logarithms; activations are times √d / their average norm,
 * unless `norm_activation` says otherwise.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { ConfigFields } from '../files/config-fields';
import { readConfig, type Folder } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import type { TensorTable } from '../files/tensor-table';
import { rowNorms, withInputScale, withUnitDecoderRows } from '../sae/fold-weights';
import type { SaeParts } from '../sae/imported-sae';
import { readVector, readWeights, vectorLength } from '../sae/read-weights';
import {
	missingFact,
	unsupportedSae,
	unsupportedTranscoder,
	unsupportedValue
} from '../sae/unsupported';
import { OPENMOSS_TRAINING } from '../sae/openmoss-words';
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
	words: {
		used: [
			'sae_type',
			'hook_point_in',
			'hook_point_out',
			'd_model',
			'act_fn',
			'norm_activation',
			'dataset_average_activation_norm',
			'sparsity_include_decoder_norm',
			'use_decoder_bias',
			'top_k'
		],
		only: { use_glu_encoder: [false], apply_decoder_bias_to_pre_encoder: [false] },
		harmless: {
			...OPENMOSS_TRAINING,
			'an older SAE’s, whose thresholds are in the weights': ['jump_relu_threshold', 'd_sae']
		}
	},
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
		const architecture = ARCHITECTURES[activation as keyof typeof ARCHITECTURES];
		const table = await readTensors(folder, file);
		const { dIn, dSae, weights } = weightsOf(cfg, table);
		const { factor, normalize, took } = scaleOf(folder, overrides, cfg, table, reads ?? '', dIn);
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
			took,
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
): Pick<SaeParts, 'normalize' | 'took'> & { factor: number } {
	const how = cfg.string('norm_activation') ?? 'dataset-wise';
	if (how === 'inference') return { factor: 1, normalize: 'none' };
	if (how === 'token-wise') return { factor: 1, normalize: 'constant_norm_rescale' };
	if (how !== 'dataset-wise')
		throw unsupportedSae(
			folder,
			`divides activations by an average over the tokens that are read with them (norm_activation: ${how.slice(0, 40)}), so that no activation has a value of its own`,
			'Use one with norm_activation dataset-wise, token-wise or inference.'
		);
	const name = `dataset_average_activation_norm.${hook}`;
	const norm =
		(table.has(name) ? table.floats(name).data[0] : null) ??
		cfg.section('dataset_average_activation_norm').number(hook, 'in');
	const factor = overrides.normScalingFactor ?? (norm && norm > 0 ? Math.sqrt(dIn) / norm : null);
	if (factor !== null) return { factor, normalize: 'none', took: ['normScalingFactor'] };
	throw missingFact(
		folder,
		'normScalingFactor',
		'scales its input by the average norm of a dataset and does not say which that is (dataset_average_activation_norm)',
		'Add #norm_scaling_factor= and the number to the folder.'
	);
}
