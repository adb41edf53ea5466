/**
 * Gemma Scope (https://huggingface.co/google/gemma-scope): `params.npz`, a JumpReLU SAE; where it sits and
 * its L0 stand in its path, `…-res/layer_20/width_16k/average_l0_71`.
 */
import type { Stated } from '../../../src/core/import/order';
import { EMBEDDING, headsOf, mlpOut, residPost } from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import { times } from '../found/folds';
import type { Format } from './format';
import { found, type FoundSae } from '../found/sae';
import { npzTable } from '../files/npy';
import { layerIn, siteFor } from '../found/places';
import { lengthOf, matrix, vector } from '../files/table';
import { refusedTranscoder } from './transcoders';

export const gemmaScope: Format = {
	name: 'Gemma Scope',
	layout: 'params.npz',
	claims: (names) => names.includes('params.npz'),
	read
};

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const path = folder.name.replaceAll('\\', '/');
	if (/transcoder/.test(path) && !stated.site) throw refusedTranscoder(folder);
	const table = await npzTable('params.npz', await folder.read('params.npz'));
	const [dIn, dSae] = [lengthOf(table, 'b_dec'), lengthOf(table, 'b_enc')];
	const [enc, dec] = table.has('W_enc') ? ['W_enc', 'W_dec'] : ['w_enc', 'w_dec'];
	const weights = {
		W_enc: matrix(table, enc, [dIn, dSae], 'as asked'),
		W_dec: matrix(table, dec, [dSae, dIn], 'as asked'),
		b_enc: vector(table, ['b_enc'], dSae),
		b_dec: vector(table, ['b_dec'], dIn),
		threshold: vector(table, ['threshold'], dSae)
	};
	const l0 = /average_l0_(\d+)/.exec(path);
	return found(folder, {
		format: gemmaScope.name,
		site: siteFor(folder, stated, siteIn(path)),
		architecture: 'jumprelu',
		dIn,
		dSae,
		subtractBDec: false,
		weights: /embedding\//.test(path) ? ofScaledEmbedding(weights, dIn) : weights,
		l0: l0 ? Number(l0[1]) : null
	});
}

/** The site that a path names; null where it names none. */
export function siteIn(path: string): string | null {
	if (/embedding\//.test(path)) return EMBEDDING;
	const layer = layerIn(path);
	if (layer === null) return null;
	if (/-res\b|resid_post|\bres\//.test(path)) return residPost(layer);
	if (/-mlp\b|mlp_out|\bmlp\//.test(path)) return mlpOut(layer);
	return /-att\b|attn_out|\batt\//.test(path) ? headsOf(layer) : null;
}

/** They were trained on the embedding table; what enters the first block is that times √d. */
function ofScaledEmbedding(
	weights: Record<'W_enc' | 'W_dec' | 'b_enc' | 'b_dec' | 'threshold', Float32Array>,
	dIn: number
) {
	const root = Math.sqrt(dIn);
	return {
		...weights,
		W_enc: times(weights.W_enc, 1 / root),
		W_dec: times(weights.W_dec, root),
		b_dec: times(weights.b_dec, root)
	};
}
