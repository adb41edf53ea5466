/**
 * dictionary_learning (https://github.com/saprmarks/dictionary_learning): `config.json` and `ae.pt`, or
 * `ae.safetensors` where somebody converted it. Its classes are told apart by their tensors and by
 * `trainer.dict_class`.
 */
import type { Stated } from '../../../src/core/import/order';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { readJson, refused, type Folder } from '../files/folder';
import { overRows, rowNorms, timesColumns, withUnitRows } from '../found/folds';
import type { Format } from './format';
import { found, type FoundSae, type Parts } from '../found/sae';
import { siteFor } from '../found/places';
import {
	lengthOf,
	matrix,
	safetensorsTable,
	spread,
	vector,
	type TensorTable
} from '../files/table';
import { readTorchFile } from '../files/torch-file';
import { refusedTranscoder } from './transcoders';
import type { Words } from '../found/config-words';

const WEIGHTS = ['ae.safetensors', 'ae.pt'];

export const dictionaryLearning: Format = {
	name: 'dictionary_learning',
	layout: 'config.json and ae.pt or ae.safetensors',
	claims: (names) => names.includes('config.json') && WEIGHTS.some((file) => names.includes(file)),
	read
};

type Class = Pick<Parts, 'architecture' | 'weights' | 'subtractBDec'>;

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const trainer = (await readJson(folder, 'config.json')).inner('trainer');
	const name = trainer.text('dict_class') ?? '';
	if (/crosscoder/i.test(name)) throw refusedTranscoder(folder);
	const file = WEIGHTS.find((candidate) => folder.names.includes(candidate))!;
	const bytes = await folder.read(file);
	const table = file.endsWith('.pt')
		? (await readTorchFile(file, bytes)).table
		: safetensorsTable(file, bytes);
	const dIn =
		trainer.count('activation_dim') ??
		lengthOf(table, 'b_dec', 'bias', 'decoder_bias', 'decoder.bias');
	const dSae = trainer.count('dict_size') ?? lengthOf(table, 'encoder.bias', 'b_enc', 'r_mag');
	const k =
		stated.k ?? trainer.count('k') ?? (table.has('k') ? (table.floats('k').data[0] ?? null) : null);
	const read = classOf(folder, name, table, dIn, dSae);
	return found(folder, {
		...read,
		format: dictionaryLearning.name,
		site: siteFor(folder, stated, siteIn(trainer)),
		dIn,
		dSae,
		k: read.architecture === 'topk' ? k : null,
		metadata: { model_name: trainer.text('lm_name'), dict_class: name },
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
		W_enc: matrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
		W_dec: matrix(table, 'decoder.weight', [dSae, dIn], 'transposed'),
		b_enc: vector(table, ['encoder.bias'], dSae),
		b_dec: vector(table, ['b_dec', 'bias', 'decoder.bias'], dIn)
	};
	if (!table.has('b_dec'))
		return { architecture: 'standard', weights: linear, subtractBDec: table.has('bias') };
	// TopK and BatchTopK have the same tensors.
	if (/BatchTopK/.test(name))
		return {
			architecture: 'jumprelu',
			weights: { ...linear, threshold: spread(table, 'threshold', dSae) },
			subtractBDec: true
		};
	if (/TopK/.test(name)) return { architecture: 'topk', weights: linear, subtractBDec: true };
	throw refused(
		folder,
		`is of the class "${name.slice(0, 60)}", which is not supported`,
		'Supported: AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder, AutoEncoderTopK, BatchTopKSAE and MatryoshkaBatchTopKSAE.'
	);
}

/** Classes that hold bare matrices: Matryoshka, known by its groups, and JumpReLU. */
function parameters(table: TensorTable, dIn: number, dSae: number): Class {
	const weights = {
		W_enc: matrix(table, 'W_enc', [dIn, dSae], 'as asked'),
		W_dec: matrix(table, 'W_dec', [dSae, dIn], 'as asked'),
		b_enc: vector(table, ['b_enc'], dSae),
		b_dec: vector(table, ['b_dec'], dIn),
		threshold: spread(table, 'threshold', dSae)
	};
	if (table.has('group_sizes')) return { architecture: 'jumprelu', weights, subtractBDec: true };
	// Its activations are counted in decoder rows of length 1.
	return { architecture: 'jumprelu', weights: withUnitRows(weights, dIn), subtractBDec: false };
}

/** Its activations are counted in decoder rows of length 1: exp(r)·u + b grows by ‖w‖. */
function gated(table: TensorTable, dIn: number, dSae: number): Class {
	const wDec = matrix(table, 'decoder.weight', [dSae, dIn], 'transposed');
	const norms = rowNorms(wDec, dIn);
	return {
		architecture: 'gated',
		subtractBDec: true,
		weights: {
			W_enc: matrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
			W_dec: overRows(wDec, norms, dIn),
			b_gate: vector(table, ['gate_bias'], dSae),
			b_mag: timesColumns(vector(table, ['mag_bias'], dSae), norms),
			r_mag: vector(table, ['r_mag'], dSae).map((r, f) => r + Math.log(norms[f]!)),
			b_dec: vector(table, ['decoder_bias'], dIn)
		}
	};
}

function siteIn(trainer: Words): string | null {
	const layer = trainer.number('layer');
	if (layer === null) return null;
	const module = trainer.text('submodule_name') ?? 'resid_post';
	if (/attn|attention/.test(module)) return attnOut(layer);
	if (/mlp/.test(module)) return mlpOut(layer);
	if (/resid_pre/.test(module)) return `blocks.${layer}.hook_resid_pre`;
	return /resid_post/.test(module) ? residPost(layer) : null;
}
