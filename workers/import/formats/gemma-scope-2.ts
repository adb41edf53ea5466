/**
 * Gemma Scope 2 (https://huggingface.co/google/gemma-scope-2): `params.safetensors` and a `config.json` with names of
 * Hugging Face's modules; a JumpReLU SAE or transcoder, with an affine skip or not. Crosscoders come in the same files.
 */
import { headsOf, mlpOut, residPost } from '../../../src/core/names/site';
import { readConfig } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import { transpose } from '../files/tensor-table';
import { readWeights } from '../sae/read-weights';
import { forward, layerIn, moduleHook } from '../sae/site-names';
import { unsupportedTranscoder } from '../sae/unsupported';
import type { SaeFormat } from './format';

const SKIP = 'affine_skip_connection';
const WEIGHTS = {
	W_enc: 'w_enc',
	W_dec: 'w_dec',
	b_enc: 'b_enc',
	b_dec: 'b_dec',
	threshold: 'threshold'
};

export const gemmaScope2: SaeFormat = {
	name: 'Gemma Scope 2',
	files: ['config.json', 'params.safetensors'],
	words: {
		used: [
			'hf_hook_point_in',
			'hf_hook_point_out',
			'affine_connection',
			'type',
			'model_name',
			'l0'
		],
		only: { architecture: ['jump_relu', 'jumprelu'] },
		harmless: { 'the size, which the weights give': ['width'] }
	},
	async read(folder, [config = '', file = '']) {
		const cfg = await readConfig(folder, config);
		const table = await readTensors(folder, file);
		const reads = cfg.string('hf_hook_point_in');
		const out = cfg.string('hf_hook_point_out') ?? reads;
		const type = cfg.string('type') ?? 'sae';
		const transcodes = type === 'transcoder' || (out !== reads && reads !== null);
		const isAffine = table.has(SKIP);
		if (/clt|crosscoder|cross_layer/.test(type) || (isAffine && !transcodes))
			throw unsupportedTranscoder(folder);
		const { weights, ...sizes } = readWeights(table, WEIGHTS, 'as-is');
		const { dIn, dOut } = sizes;
		return {
			...sizes,
			// Stored as [d_in, d_out].
			weights: isAffine
				? { ...weights, W_skip: transpose(table.floats(SKIP).data, dIn, dOut) }
				: weights,
			site: reads ? hookOf(reads) : siteFromFolder(folder.name),
			writes: transcodes && out !== null ? hookOf(out) : null,
			architecture: 'jumprelu',
			subtractBDec: false,
			metadata: { model_name: cfg.string('model_name') },
			l0: cfg.number('l0')
		};
	}
};

/** Gemma 3 normalises what attention and MLP write: the sites are those after that norm. */
function hookOf(module: string): string {
	const isBeforeNorm = /\.(mlp|self_attn)(\.(o_proj|down_proj))?\.output$/.test(module);
	return isBeforeNorm ? module : (moduleHook(module) ?? module);
}

/** `resid_post/layer_12_width_16k_l0_small`; those of attention read its heads. */
function siteFromFolder(path: string): string | null {
	const [kind = '', name = ''] = forward(path).split('/').slice(-2);
	const layer = layerIn(name);
	const place = /^(resid_post|mlp_out|attn_out)(_all)?$/.exec(kind)?.[1];
	if (layer === null || place === undefined) return null;
	if (place === 'attn_out') return headsOf(layer);
	return place === 'mlp_out' ? mlpOut(layer) : residPost(layer);
}
