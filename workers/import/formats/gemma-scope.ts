/**
 * Gemma Scope (https://huggingface.co/google/gemma-scope): `params.npz`, a JumpReLU SAE or transcoder, which reads the MLP's
 * normalised input before its gain; its site and its L0 are in its path, `…-res/layer_20/width_16k/average_l0_71`.
 */
import { readTensors } from '../files/read-tensors';
import { withInputScale } from '../sae/fold-weights';
import { readWeights } from '../sae/read-weights';
import { scopeFacts } from '../sae/site-names';
import type { SaeFormat } from './format';

const WEIGHTS = {
	W_enc: ['W_enc', 'w_enc'],
	W_dec: ['W_dec', 'w_dec'],
	b_enc: 'b_enc',
	b_dec: 'b_dec',
	threshold: 'threshold'
};

export const gemmaScope: SaeFormat = {
	name: 'Gemma Scope',
	files: ['params.npz'],
	async read(folder, [file = '']) {
		const { site, writes, l0, isEmbedding } = scopeFacts(folder.name);
		const { dIn, dSae, weights } = readWeights(await readTensors(folder, file), WEIGHTS, 'as-is');
		return {
			site,
			writes,
			architecture: 'jumprelu',
			dIn,
			dSae,
			subtractBDec: false,
			// Trained on the rows of the embedding table, which enter the first block times √d.
			weights: isEmbedding ? withInputScale(weights, 1 / Math.sqrt(dIn)) : weights,
			l0
		};
	}
};
