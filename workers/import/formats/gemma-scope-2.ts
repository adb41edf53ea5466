/**
 * Gemma Scope 2 (https://huggingface.co/google/gemma-scope-2): `params.safetensors` and a `config.json` with
 * names of Hugging Face's modules; a JumpReLU SAE. Transcoders and crosscoders come in the same files.
 */
import type { Stated } from '../../../src/core/import/order';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { readJson, refused, type Folder } from '../files/folder';
import type { Format } from './format';
import { found, type FoundSae } from '../found/sae';
import { hookOfModule, layerIn, siteFor } from '../found/places';
import { lengthOf, matrix, safetensorsTable, vector } from '../files/table';
import { refusedTranscoder } from './transcoders';

export const gemmaScope2: Format = {
	name: 'Gemma Scope 2',
	layout: 'config.json and params.safetensors',
	claims: (names) => names.includes('config.json') && names.includes('params.safetensors'),
	read
};

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const cfg = await readJson(folder, 'config.json');
	const table = safetensorsTable('params.safetensors', await folder.read('params.safetensors'));
	const reads = cfg.text('hf_hook_point_in');
	const writes = cfg.text('hf_hook_point_out') ?? reads;
	const type = cfg.text('type') ?? 'sae';
	const affine = table.has('affine_skip_connection') || cfg.flag('affine_connection') === true;
	if (affine || writes !== reads || /transcoder|clt|crosscoder/.test(type))
		throw refusedTranscoder(folder);
	const architecture = cfg.text('architecture') ?? 'jump_relu';
	if (!/^jump_?relu$/.test(architecture))
		throw refused(
			folder,
			`has the architecture "${architecture.slice(0, 40)}", which is not supported`,
			'Supported in this format: jump_relu.'
		);
	const [dIn, dSae] = [lengthOf(table, 'b_dec'), lengthOf(table, 'b_enc')];
	return found(folder, {
		format: gemmaScope2.name,
		site: siteFor(folder, stated, reads ? hookOf(reads) : siteIn(folder.name)),
		architecture: 'jumprelu',
		dIn,
		dSae,
		subtractBDec: false,
		weights: {
			W_enc: matrix(table, 'w_enc', [dIn, dSae], 'as asked'),
			W_dec: matrix(table, 'w_dec', [dSae, dIn], 'as asked'),
			b_enc: vector(table, ['b_enc'], dSae),
			b_dec: vector(table, ['b_dec'], dIn),
			threshold: vector(table, ['threshold'], dSae)
		},
		metadata: { model_name: cfg.text('model_name') },
		l0: cfg.number('l0')
	});
}

/** Gemma 3 normalises what attention and MLP write: ours are the sites after that norm. */
function hookOf(module: string): string {
	const layer = layerIn(module);
	if (layer !== null && /\.post_attention_layernorm\.output$/.test(module)) return attnOut(layer);
	if (/\.(mlp|self_attn)\b.*output$/.test(module)) return module;
	return hookOfModule(module) ?? module;
}

function siteIn(path: string): string | null {
	const layer = layerIn(path);
	if (layer === null) return null;
	if (/resid_post/.test(path)) return residPost(layer);
	if (/mlp_out/.test(path)) return mlpOut(layer);
	return /attn_out/.test(path) ? attnOut(layer) : null;
}
