/**
 * dictionary_learning (https://github.com/saprmarks/dictionary_learning): `config.json` and `ae.pt`, or
 * `ae.safetensors` where it was converted. Its classes are told apart by their tensors and by `trainer.dict_class`.
 */
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import type { ConfigFields } from '../files/config-fields';
import { readConfig, type Folder } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import type { TensorTable } from '../files/tensor-table';
import { withUnitDecoderRows } from '../sae/fold-weights';
import type { SaeParts } from '../sae/imported-sae';
import {
	readVectorOrScalar,
	readWeights,
	type SaeSizes,
	type SaeWeights
} from '../sae/read-weights';
import { unsupportedTranscoder, unsupportedValue } from '../sae/unsupported';
import type { SaeFormat } from './format';

const LINEAR = {
	W_enc: 'encoder.weight',
	W_dec: 'decoder.weight',
	b_enc: 'encoder.bias',
	b_dec: ['b_dec', 'bias', 'decoder.bias']
};
const GATED = {
	W_enc: 'encoder.weight',
	W_dec: 'decoder.weight',
	r_mag: 'r_mag',
	b_gate: 'gate_bias',
	b_mag: 'mag_bias',
	b_dec: 'decoder_bias'
};
const BARE = { W_enc: 'W_enc', W_dec: 'W_dec', b_enc: 'b_enc', b_dec: 'b_dec' };
const CLASSES =
	'AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder, AutoEncoderTopK, BatchTopKSAE, MatryoshkaBatchTopKSAE';

export const dictionaryLearning: SaeFormat = {
	name: 'dictionary_learning',
	files: ['config.json', ['ae.safetensors', 'ae.pt']],
	async read(folder, [config = '', file = ''], overrides) {
		const trainer = (await readConfig(folder, config)).section('trainer');
		const dictClass = trainer.string('dict_class') ?? '';
		if (/crosscoder/i.test(dictClass)) throw unsupportedTranscoder(folder);
		const table = await readTensors(folder, file);
		const k =
			overrides.k ??
			trainer.positiveInteger('k') ??
			(table.has('k') ? table.floats('k').data[0] : null);
		const metadata = { model_name: trainer.string('lm_name'), dict_class: dictClass };
		const sizes = {
			dIn: trainer.positiveInteger('activation_dim'),
			dSae: trainer.positiveInteger('dict_size')
		};
		const autoencoder = autoencoderOf(folder, dictClass, table, sizes);
		return {
			...autoencoder,
			site: siteFromTrainer(trainer),
			k: k ?? null,
			l0: k ?? null,
			metadata
		};
	}
};

type Autoencoder = SaeWeights & Pick<SaeParts, 'architecture' | 'subtractBDec'>;

function autoencoderOf(
	folder: Folder,
	dictClass: string,
	table: TensorTable,
	sizes: SaeSizes
): Autoencoder {
	// The gated one and JumpReLU measure activations along unit decoder rows.
	if (table.has('gate_bias'))
		return {
			architecture: 'gated',
			subtractBDec: true,
			...unitRows(readWeights(table, GATED, 'transposed', sizes))
		};
	if (table.has('W_enc')) {
		const bare = withThreshold(table, readWeights(table, BARE, 'as-is', sizes));
		return table.has('group_sizes')
			? { architecture: 'jumprelu', subtractBDec: true, ...bare }
			: { architecture: 'jumprelu', subtractBDec: false, ...unitRows(bare) };
	}
	const linear = readWeights(table, LINEAR, 'transposed', sizes);
	if (!table.has('b_dec'))
		return { architecture: 'standard', subtractBDec: table.has('bias'), ...linear };
	// TopK and BatchTopK have the same tensors.
	if (/BatchTopK/.test(dictClass))
		return { architecture: 'jumprelu', subtractBDec: true, ...withThreshold(table, linear) };
	if (/TopK/.test(dictClass)) return { architecture: 'topk', subtractBDec: true, ...linear };
	throw unsupportedValue(folder, 'class', dictClass, CLASSES);
}

const unitRows = (read: SaeWeights): SaeWeights => ({
	...read,
	weights: withUnitDecoderRows(read.weights, read.dIn)
});

const withThreshold = (table: TensorTable, read: SaeWeights): SaeWeights => ({
	...read,
	weights: { ...read.weights, threshold: readVectorOrScalar(table, 'threshold', read.dSae) }
});

function siteFromTrainer(trainer: ConfigFields): string | null {
	const layer = trainer.number('layer');
	if (layer === null) return null;
	const module = trainer.string('submodule_name') ?? 'resid_post';
	if (/attn|attention/.test(module)) return attnOut(layer);
	if (/mlp/.test(module)) return mlpOut(layer);
	if (/resid_pre/.test(module)) return `blocks.${layer}.hook_resid_pre`;
	return /resid_post/.test(module) ? residPost(layer) : null;
}
