/**
 * KronSAE (https://arxiv.org/abs/2505.22255) in words of our own, which a pack uses too (`models/README.md`):
 * a SAELens folder whose `architecture` is "kron", with two small encoders a head in place of `W_enc`.
 */
import { unsupportedSae, type Folder } from '../files/folder';
import type { SaeParts } from '../sae/imported-sae';
import { readMatrix, readVector, type TensorTable } from '../files/tensor-table';
import type { ConfigFields } from '../files/config-fields';

/** Throws a Problem when its heads, rows and columns are not stated or do not fit its tensors. */
export function readKron(
	folder: Folder,
	cfg: ConfigFields,
	table: TensorTable,
	{ format, site, metadata }: Pick<SaeParts, 'format' | 'site' | 'metadata'>
): SaeParts {
	const sizes = ['d_in', 'k', 'kron_h', 'kron_m', 'kron_n'].map((word) =>
		cfg.positiveInteger(word)
	);
	if (sizes.includes(null))
		throw unsupportedSae(
			folder,
			'is a KronSAE that lacks one of d_in, k, kron_h, kron_m and kron_n',
			'Add them to its cfg.json.'
		);
	const [dIn, k, heads, rows, columns] = sizes as [number, number, number, number, number];
	const dSae = heads * rows * columns;
	const normalize = cfg.string('normalize_activations') ?? 'none';
	if (!['none', 'layer_norm', 'constant_norm_rescale'].includes(normalize))
		throw unsupportedSae(
			folder,
			`is a KronSAE that normalises its input by "${normalize.slice(0, 40)}", which is not supported`,
			'Supported: none, layer_norm and constant_norm_rescale.'
		);
	return {
		format,
		site,
		metadata,
		architecture: 'kron',
		dIn,
		dSae,
		k,
		subtractBDec: cfg.boolean('apply_b_dec_to_input') ?? true,
		normalize,
		weights: {
			W_p: readMatrix(table, 'W_p', [dIn, heads * rows], 'as asked'),
			W_q: readMatrix(table, 'W_q', [dIn, heads * columns], 'as asked'),
			b_p: readVector(table, ['b_p'], heads * rows),
			b_q: readVector(table, ['b_q'], heads * columns),
			W_dec: readMatrix(table, 'W_dec', [dSae, dIn], 'as asked'),
			b_dec: readVector(table, ['b_dec'], dIn)
		},
		more: { kron_h: heads, kron_m: rows, kron_n: columns }
	};
}
