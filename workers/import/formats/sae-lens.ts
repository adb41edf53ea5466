/**
 * SAELens (https://github.com/decoderesearch/SAELens): `cfg.json` and `sae_weights.safetensors`, of version 6 or the
 * flat configs before it. BatchTopK and Matryoshka SAEs are saved as JumpReLU, and run as such where they were not.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { SAE_ARCHITECTURES, saeArchitecture } from '../../../src/core/sae/architectures';
import { headsLayer } from '../../../src/core/names/site';
import { namedArchitecture, SAELENS_NORMALIZATIONS } from '../../../src/core/sae/config';
import { ConfigFields } from '../files/config-fields';
import { readConfig, type Folder } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import type { TensorTable } from '../files/tensor-table';
import { withInputScale, withUnitDecoderRows } from '../sae/fold-weights';
import type { SaeParts } from '../sae/imported-sae';
import { readKron } from '../sae/kron';
import { readMatrix, readVectorOrScalar, readWeights } from '../sae/read-weights';
import {
	missingFact,
	unsupportedSae,
	unsupportedTranscoder,
	unsupportedValue
} from '../sae/unsupported';
import { namedHook } from '../sae/hook-names';
import { moduleHook, modulePart } from '../sae/site-names';
import type { SaeFormat } from './format';
import { LOADED, SAE_LENS_WORDS } from '../sae/sae-lens-words';

const COMMON = { W_enc: 'W_enc', W_dec: 'W_dec', b_dec: 'b_dec' };
/** Version 2 and what came before loaded GPT-2 so by default; later ones do not, and say so. */
const UNSAID =
	'Its config does not say whether it was trained on a stream without its mean (center_writing_weights), as the first versions of SAELens did in models with LayerNorm; it is read as if it was not.';
const LOG = 'log_threshold';
const TOPK_THRESHOLD = 'topk_threshold';
const NORMALIZATIONS = [...SAELENS_NORMALIZATIONS, 'expected_average_only_in'] as const;
/** Beside configs of checkpoints that were trained on scaled activations. */
const SCALER = 'activation_scaler.json';

export const saeLens: SaeFormat = {
	name: 'SAELens',
	files: ['cfg.json', 'sae_weights.safetensors'],
	optional: [SCALER],
	words: SAE_LENS_WORDS,
	async read(folder, [config = '', file = ''], overrides) {
		const top = await readConfig(folder, config);
		const metadata = top.section('metadata').fields;
		const cfg = new ConfigFields({ ...metadata, ...top.fields });
		const table = await readTensors(folder, file);
		const architecture = architectureOf(folder, cfg, table);
		const common = {
			...placeOf(folder, cfg),
			metadata,
			subtractBDec: cfg.boolean('apply_b_dec_to_input') ?? true
		};
		if (architecture.name === 'kron') {
			const { weights, ...kron } = readKron(folder, cfg, table);
			return { ...common, ...kron, ...(await normalized(folder, overrides, cfg, weights)) };
		}
		const { transcodes, skip } = architecture;
		const sizes = {
			dIn: cfg.positiveInteger('d_in'),
			dSae: cfg.positiveInteger('d_sae'),
			dOut: transcodes ? cfg.positiveInteger('d_out') : null
		};
		const shapes = saeArchitecture(architecture.name).tensors({
			dIn: 1,
			dSae: 1,
			k: null,
			own: {}
		});
		const names = Object.keys(shapes).filter((name) => name !== 'threshold' || !architecture.batch);
		const inFile = { ...COMMON, ...Object.fromEntries(names.map((name) => [name, name])) };
		// As checkpoints of older versions have it.
		const isLog = names.includes('threshold') && !table.has('threshold') && table.has(LOG);
		const read = readWeights(table, isLog ? { ...inFile, threshold: LOG } : inFile, 'as-is', sizes);
		const { dIn, dOut, dSae, weights } = read;
		if (isLog) weights.threshold = weights.threshold!.map(Math.exp);
		const counted = architecture.batch || saeArchitecture(architecture.name).topK;
		// BatchTopK is trained so unless its config says otherwise.
		const isRescaled = cfg.boolean('rescale_acts_by_decoder_norm') ?? architecture.batch;
		const unit = isRescaled && counted ? withUnitDecoderRows(weights, dOut) : weights;
		if (architecture.batch) unit.threshold = readVectorOrScalar(table, TOPK_THRESHOLD, dSae);
		if (skip) unit.W_skip = readMatrix(table, 'W_skip', [dOut, dIn], 'as-is');
		const k = cfg.positiveInteger('k') ?? cfg.section('activation_fn_kwargs').positiveInteger('k');
		return {
			...common,
			...(transcodes && { writes: cfg.string('hook_name_out') ?? missingOut(folder) }),
			subtractBDec: common.subtractBDec && !transcodes,
			architecture: architecture.name,
			dIn,
			dOut,
			dSae,
			k,
			...(await normalized(folder, overrides, cfg, unit))
		};
	}
};

/** Where it reads, and in which of the streams that TransformerLens makes of one. */
function placeOf(
	folder: Folder,
	cfg: ConfigFields
): Pick<SaeParts, 'site' | 'module' | 'centred' | 'notes'> {
	const hook = cfg.string('hook_name', 'hook_point');
	const kwargs = cfg.section(LOADED);
	const isOfLens = /^(blocks\.|hook_embed$|embed\.)/.test(hook ?? '');
	const isModule = cfg.string('model_class_name') === 'AutoModelForCausalLM' || !isOfLens;
	if (hook !== null && isModule)
		return { site: moduleHook(hook) ?? hook, module: modulePart(hook) };
	const named = namedHook(hook ?? '');
	if (kwargs.boolean('fold_value_biases') && headsLayer(named.site) !== null)
		throw unsupportedSae(
			folder,
			`reads heads from which the biases of their values were taken (${LOADED}.fold_value_biases), so that its numbers are of another model`,
			'Use an SAE that was trained without it.'
		);
	const centred = kwargs.boolean('center_writing_weights');
	const isSilent =
		centred === null && cfg.get('sae_lens_version', 'sae_lens_training_version') === null;
	return {
		site: named.site || null,
		module: named.module,
		centred: centred ?? false,
		...(isSilent && { notes: [UNSAID] })
	};
}

function missingOut(folder: Folder): never {
	throw unsupportedSae(
		folder,
		'is a transcoder that does not say where it writes (hook_name_out)',
		'Add hook_name_out to its cfg.json: mostly blocks.N.hook_mlp_out.'
	);
}

/** Throws a Problem for what cannot be run. */
function architectureOf(folder: Folder, cfg: ConfigFields, table: TensorTable) {
	const activation = cfg.string('activation_fn', 'activation_fn_str') ?? 'relu';
	const named = cfg.string('architecture') ?? 'standard';
	const out = cfg.string('hook_name_out');
	const writes = out !== null && out !== cfg.string('hook_name', 'hook_point');
	// As they are while they train: the threshold that inference goes by is kept beside the weights.
	const batch = /^(matryoshka_)?batchtopk$/.test(named);
	if (batch && !table.has(TOPK_THRESHOLD))
		throw unsupportedSae(
			folder,
			`is a training checkpoint (${named.slice(0, 60)}) without the threshold that it is run with (${TOPK_THRESHOLD}), and which features are active depended on the batch`,
			'Save it with SAELens for inference, which turns it into JumpReLU.'
		);
	const name = named === 'standard' && activation === 'topk' ? 'topk' : named;
	const architecture = namedArchitecture(batch ? 'jumprelu' : name);
	const transcodes = architecture?.transcodes ?? false;
	if (/clt|crosscoder/.test(named) || (!transcodes && (writes || table.has('W_skip'))))
		throw unsupportedTranscoder(folder);
	if (!architecture) {
		const supported = SAE_ARCHITECTURES.map((one) => one.name);
		throw unsupportedValue(folder, 'architecture', named, supported.join(', '));
	}
	if (!['relu', 'topk'].includes(activation))
		throw unsupportedValue(folder, 'activation function', activation, 'relu, topk');
	if (cfg.get('hook_head_index', 'hook_point_head_index') !== null)
		throw unsupportedSae(folder, 'reads a single head', 'Use an SAE of a whole site.');
	const scaling = table.has('scaling_factor') ? table.floats('scaling_factor').data : [];
	if (scaling.some((factor) => Math.abs(factor - 1) > 1e-5))
		throw unsupportedSae(
			folder,
			'multiplies its activations by finetuned factors (scaling_factor)',
			'Use the SAE as it was before it was finetuned.'
		);
	const { architecture: own, skip } = architecture;
	return { name: own, transcodes, skip, batch };
}

/** What is left to do to the input at run time, and weights that have the rest folded in. */
async function normalized(
	folder: Folder,
	overrides: SaeOverrides,
	cfg: ConfigFields,
	weights: SaeParts['weights']
): Promise<Pick<SaeParts, 'weights' | 'normalize' | 'took'>> {
	const value = cfg.get('normalize_activations');
	const named = value === true ? 'expected_average_only_in' : value || 'none';
	const normalize = NORMALIZATIONS.find((one) => one === named);
	if (!normalize) throw unsupportedValue(folder, 'normalisation', named, NORMALIZATIONS.join(', '));
	if (normalize !== 'expected_average_only_in') return { weights, normalize };
	const factor =
		overrides.normScalingFactor ??
		cfg.number('norm_scaling_factor') ??
		(folder.names.includes(SCALER)
			? (await readConfig(folder, SCALER)).number('scaling_factor')
			: null);
	if (factor === null || factor <= 0)
		throw missingFact(
			folder,
			'normScalingFactor',
			'expects activations scaled to an average norm (expected_average_only_in), and its files do not say by how much',
			'Add #norm_scaling_factor= and the number to the folder, or fold it in with SAELens (fold_activation_norm_scaling_factor).'
		);
	const scaled = withInputScale(weights, factor);
	return { weights: scaled, normalize: 'none', took: ['normScalingFactor'] };
}
