/**
 * Gemma Scope 2 (https://huggingface.co/google/gemma-scope-2): `params.safetensors` and a `config.json` with names of
 * Hugging Face's modules; a JumpReLU SAE. Transcoders and crosscoders come in the same files.
 */
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { readConfig } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import { readWeights } from '../sae/read-weights';
import { layerFromPath, moduleHook } from '../sae/site-names';
import { unsupportedTranscoder, unsupportedValue } from '../sae/unsupported';
import type { SaeFormat } from './format';

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
	async read(folder, [config = '', file = '']) {
		const cfg = await readConfig(folder, config);
		const table = await readTensors(folder, file);
		const reads = cfg.string('hf_hook_point_in');
		const writes = cfg.string('hf_hook_point_out') ?? reads;
		const affine = table.has('affine_skip_connection') || cfg.boolean('affine_connection');
		if (affine || writes !== reads || /transcoder|clt|crosscoder/.test(cfg.string('type') ?? 'sae'))
			throw unsupportedTranscoder(folder);
		const architecture = cfg.string('architecture') ?? 'jump_relu';
		if (!/^jump_?relu$/.test(architecture))
			throw unsupportedValue(folder, 'architecture', architecture, 'jump_relu');
		return {
			...readWeights(table, WEIGHTS, 'as-is'),
			site: reads ? hookOf(reads) : siteFromFolder(folder.name),
			architecture: 'jumprelu',
			subtractBDec: false,
			metadata: { model_name: cfg.string('model_name') },
			l0: cfg.number('l0')
		};
	}
};

/** Gemma 3 normalises what attention and MLP write: the sites are those after that norm. */
function hookOf(module: string): string {
	const layer = layerFromPath(module);
	if (layer !== null && /\.post_attention_layernorm\.output$/.test(module)) return attnOut(layer);
	if (/\.(mlp|self_attn)\b.*output$/.test(module)) return module;
	return moduleHook(module) ?? module;
}

function siteFromFolder(path: string): string | null {
	const layer = layerFromPath(path);
	if (layer === null) return null;
	if (/resid_post/.test(path)) return residPost(layer);
	if (/mlp_out/.test(path)) return mlpOut(layer);
	return /attn_out/.test(path) ? attnOut(layer) : null;
}
