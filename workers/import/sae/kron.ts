/**
 * KronSAE (https://arxiv.org/abs/2505.22255): a SAELens folder whose `architecture` is "kron", with two small
 * encoders per head in place of `W_enc`. SAELens has no such architecture: the fields are described in
 * `models/README.md`.
 */
import type { ConfigFields } from '../files/config-fields';
import type { Folder } from '../files/folder';
import type { TensorTable } from '../files/tensor-table';
import type { SaeParts } from './imported-sae';
import { readMatrix, readVector } from './read-weights';
import { unsupportedSae } from './unsupported';

/** Throws a Problem when its heads, rows and columns are missing or do not fit its tensors. */
export function readKron(folder: Folder, cfg: ConfigFields, table: TensorTable) {
	const sizes = ['d_in', 'k', 'kron_h', 'kron_m', 'kron_n'].map((key) => cfg.positiveInteger(key));
	if (sizes.includes(null))
		throw unsupportedSae(
			folder,
			'is a KronSAE that lacks one of d_in, k, kron_h, kron_m and kron_n',
			'Add them to its cfg.json.'
		);
	const [dIn, k, heads, rows, columns] = sizes as [number, number, number, number, number];
	const dSae = heads * rows * columns;
	return {
		architecture: 'kron',
		dIn,
		dSae,
		k,
		weights: {
			W_p: readMatrix(table, 'W_p', [dIn, heads * rows], 'as-is'),
			W_q: readMatrix(table, 'W_q', [dIn, heads * columns], 'as-is'),
			b_p: readVector(table, 'b_p', heads * rows),
			b_q: readVector(table, 'b_q', heads * columns),
			W_dec: readMatrix(table, 'W_dec', [dSae, dIn], 'as-is'),
			b_dec: readVector(table, 'b_dec', dIn)
		},
		own: { kron_h: heads, kron_m: rows, kron_n: columns }
	} satisfies Partial<SaeParts>;
}
