/**
 * Gemma Scope (https://huggingface.co/google/gemma-scope): `params.npz`, a JumpReLU SAE; where it sits and
 * its L0 stand in its path, `…-res/layer_20/width_16k/average_l0_71`.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { EMBEDDING, headsOf, mlpOut, residPost } from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import { scaleAll } from '../sae/fold-weights';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { npzTable } from '../files/npy';
import { layerFromPath, resolveSite } from '../sae/site-names';
import { vectorLength, readMatrix, readVector } from '../files/tensor-table';
import { unsupportedTranscoder } from './transcoders';

export const gemmaScope: Format = {
	name: 'Gemma Scope',
	layout: 'params.npz',
	claims: (names) => names.includes('params.npz'),
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const path = folder.name.replaceAll('\\', '/');
	if (/transcoder/.test(path) && !overrides.site) throw unsupportedTranscoder(folder);
	const table = await npzTable('params.npz', await folder.read('params.npz'));
	const [dIn, dSae] = [vectorLength(table, 'b_dec'), vectorLength(table, 'b_enc')];
	const [enc, dec] = table.has('W_enc') ? ['W_enc', 'W_dec'] : ['w_enc', 'w_dec'];
	const weights = {
		W_enc: readMatrix(table, enc, [dIn, dSae], 'as asked'),
		W_dec: readMatrix(table, dec, [dSae, dIn], 'as asked'),
		b_enc: readVector(table, ['b_enc'], dSae),
		b_dec: readVector(table, ['b_dec'], dIn),
		threshold: readVector(table, ['threshold'], dSae)
	};
	const l0 = /average_l0_(\d+)/.exec(path);
	return toImportedSae(folder, {
		format: gemmaScope.name,
		site: resolveSite(folder, overrides, siteFromPath(path)),
		architecture: 'jumprelu',
		dIn,
		dSae,
		subtractBDec: false,
		weights: /embedding\//.test(path) ? ofScaledEmbedding(weights, dIn) : weights,
		l0: l0 ? Number(l0[1]) : null
	});
}

/** The site that a path names; null where it names none. */
export function siteFromPath(path: string): string | null {
	if (/embedding\//.test(path)) return EMBEDDING;
	const layer = layerFromPath(path);
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
		W_enc: scaleAll(weights.W_enc, 1 / root),
		W_dec: scaleAll(weights.W_dec, root),
		b_dec: scaleAll(weights.b_dec, root)
	};
}
