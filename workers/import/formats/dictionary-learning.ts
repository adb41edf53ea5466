/**
 * dictionary_learning (https://github.com/saprmarks/dictionary_learning): `config.json` and `ae.pt`, or
 * `ae.safetensors` where somebody converted it. Its classes are told apart by their tensors and by
 * `trainer.dict_class`.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { readConfig, unsupportedSae, type Folder } from '../files/folder';
import { divideRows, rowNorms, scaleColumns, withUnitDecoderRows } from '../sae/fold-weights';
import type { Format } from './format';
import { toImportedSae, type ImportedSae, type SaeParts } from '../sae/imported-sae';
import { resolveSite } from '../sae/site-names';
import {
	vectorLength,
	readMatrix,
	safetensorsTable,
	readVectorOrScalar,
	readVector,
	type TensorTable
} from '../files/tensor-table';
import { readTorchFile } from '../files/torch-file';
import { unsupportedTranscoder } from './transcoders';
import type { ConfigFields } from '../files/config-fields';

const WEIGHTS = ['ae.safetensors', 'ae.pt'];

export const dictionaryLearning: Format = {
	name: 'dictionary_learning',
	layout: 'config.json and ae.pt or ae.safetensors',
	claims: (names) => names.includes('config.json') && WEIGHTS.some((file) => names.includes(file)),
	read
};

type Class = Pick<SaeParts, 'architecture' | 'weights' | 'subtractBDec'>;

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const trainer = (await readConfig(folder, 'config.json')).section('trainer');
	const name = trainer.string('dict_class') ?? '';
	if (/crosscoder/i.test(name)) throw unsupportedTranscoder(folder);
	const file = WEIGHTS.find((candidate) => folder.names.includes(candidate))!;
	const bytes = await folder.read(file);
	const table = file.endsWith('.pt')
		? (await readTorchFile(file, bytes)).table
		: safetensorsTable(file, bytes);
	const dIn =
		trainer.positiveInteger('activation_dim') ??
		vectorLength(table, 'b_dec', 'bias', 'decoder_bias', 'decoder.bias');
	const dSae =
		trainer.positiveInteger('dict_size') ?? vectorLength(table, 'encoder.bias', 'b_enc', 'r_mag');
	const k =
		overrides.k ??
		trainer.positiveInteger('k') ??
		(table.has('k') ? (table.floats('k').data[0] ?? null) : null);
	const read = classOf(folder, name, table, dIn, dSae);
	return toImportedSae(folder, {
		...read,
		format: dictionaryLearning.name,
		site: resolveSite(folder, overrides, siteFromTrainer(trainer)),
		dIn,
		dSae,
		k: read.architecture === 'topk' ? k : null,
		metadata: { model_name: trainer.string('lm_name'), dict_class: name },
		l0: k
	});
}

function classOf(
	folder: Folder,
	name: string,
	table: TensorTable,
	dIn: number,
	dSae: number
): Class {
	if (table.has('gate_bias')) return gated(table, dIn, dSae);
	if (table.has('W_enc')) return parameters(table, dIn, dSae);
	const linear = {
		W_enc: readMatrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
		W_dec: readMatrix(table, 'decoder.weight', [dSae, dIn], 'transposed'),
		b_enc: readVector(table, ['encoder.bias'], dSae),
		b_dec: readVector(table, ['b_dec', 'bias', 'decoder.bias'], dIn)
	};
	if (!table.has('b_dec'))
		return { architecture: 'standard', weights: linear, subtractBDec: table.has('bias') };
	// TopK and BatchTopK have the same tensors.
	if (/BatchTopK/.test(name))
		return {
			architecture: 'jumprelu',
			weights: { ...linear, threshold: readVectorOrScalar(table, 'threshold', dSae) },
			subtractBDec: true
		};
	if (/TopK/.test(name)) return { architecture: 'topk', weights: linear, subtractBDec: true };
	throw unsupportedSae(
		folder,
		`is of the class "${name.slice(0, 60)}", which is not supported`,
		'Supported: AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder, AutoEncoderTopK, BatchTopKSAE and MatryoshkaBatchTopKSAE.'
	);
}

/** Classes that hold bare matrices: Matryoshka, known by its groups, and JumpReLU. */
function parameters(table: TensorTable, dIn: number, dSae: number): Class {
	const weights = {
		W_enc: readMatrix(table, 'W_enc', [dIn, dSae], 'as asked'),
		W_dec: readMatrix(table, 'W_dec', [dSae, dIn], 'as asked'),
		b_enc: readVector(table, ['b_enc'], dSae),
		b_dec: readVector(table, ['b_dec'], dIn),
		threshold: readVectorOrScalar(table, 'threshold', dSae)
	};
	if (table.has('group_sizes')) return { architecture: 'jumprelu', weights, subtractBDec: true };
	// Its activations are counted in decoder rows of length 1.
	return {
		architecture: 'jumprelu',
		weights: withUnitDecoderRows(weights, dIn),
		subtractBDec: false
	};
}

/** Its activations are counted in decoder rows of length 1: exp(r)·u + b grows by ‖w‖. */
function gated(table: TensorTable, dIn: number, dSae: number): Class {
	const wDec = readMatrix(table, 'decoder.weight', [dSae, dIn], 'transposed');
	const norms = rowNorms(wDec, dIn);
	return {
		architecture: 'gated',
		subtractBDec: true,
		weights: {
			W_enc: readMatrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
			W_dec: divideRows(wDec, norms, dIn),
			b_gate: readVector(table, ['gate_bias'], dSae),
			b_mag: scaleColumns(readVector(table, ['mag_bias'], dSae), norms),
			r_mag: readVector(table, ['r_mag'], dSae).map((r, f) => r + Math.log(norms[f]!)),
			b_dec: readVector(table, ['decoder_bias'], dIn)
		}
	};
}

function siteFromTrainer(trainer: ConfigFields): string | null {
	const layer = trainer.number('layer');
	if (layer === null) return null;
	const module = trainer.string('submodule_name') ?? 'resid_post';
	if (/attn|attention/.test(module)) return attnOut(layer);
	if (/mlp/.test(module)) return mlpOut(layer);
	if (/resid_pre/.test(module)) return `blocks.${layer}.hook_resid_pre`;
	return /resid_post/.test(module) ? residPost(layer) : null;
}
