/**
 * Gemma Scope 2 (https://huggingface.co/google/gemma-scope-2): `params.safetensors` and a `config.json` with
 * names of Hugging Face's modules; a JumpReLU SAE. Transcoders and crosscoders come in the same files.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { readConfig, unsupportedSae, type Folder } from '../files/folder';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { moduleHook, layerFromPath, resolveSite } from '../sae/site-names';
import { vectorLength, readMatrix, safetensorsTable, readVector } from '../files/tensor-table';
import { unsupportedTranscoder } from './transcoders';

export const gemmaScope2: Format = {
	name: 'Gemma Scope 2',
	layout: 'config.json and params.safetensors',
	claims: (names) => names.includes('config.json') && names.includes('params.safetensors'),
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const cfg = await readConfig(folder, 'config.json');
	const table = safetensorsTable('params.safetensors', await folder.read('params.safetensors'));
	const reads = cfg.string('hf_hook_point_in');
	const writes = cfg.string('hf_hook_point_out') ?? reads;
	const type = cfg.string('type') ?? 'sae';
	const affine = table.has('affine_skip_connection') || cfg.boolean('affine_connection') === true;
	if (affine || writes !== reads || /transcoder|clt|crosscoder/.test(type))
		throw unsupportedTranscoder(folder);
	const architecture = cfg.string('architecture') ?? 'jump_relu';
	if (!/^jump_?relu$/.test(architecture))
		throw unsupportedSae(
			folder,
			`has the architecture "${architecture.slice(0, 40)}", which is not supported`,
			'Supported in this format: jump_relu.'
		);
	const [dIn, dSae] = [vectorLength(table, 'b_dec'), vectorLength(table, 'b_enc')];
	return toImportedSae(folder, {
		format: gemmaScope2.name,
		site: resolveSite(folder, overrides, reads ? hookOfGemma3(reads) : siteFromFolder(folder.name)),
		architecture: 'jumprelu',
		dIn,
		dSae,
		subtractBDec: false,
		weights: {
			W_enc: readMatrix(table, 'w_enc', [dIn, dSae], 'as asked'),
			W_dec: readMatrix(table, 'w_dec', [dSae, dIn], 'as asked'),
			b_enc: readVector(table, ['b_enc'], dSae),
			b_dec: readVector(table, ['b_dec'], dIn),
			threshold: readVector(table, ['threshold'], dSae)
		},
		metadata: { model_name: cfg.string('model_name') },
		l0: cfg.number('l0')
	});
}

/** Gemma 3 normalises what attention and MLP write: ours are the sites after that norm. */
function hookOfGemma3(module: string): string {
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
