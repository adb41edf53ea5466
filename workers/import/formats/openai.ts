/**
 * OpenAI's SAEs of GPT-2 (https://github.com/openai/sparse_autoencoder): one `{layer}.pt` in a folder named after the
 * place. TopK SAEs normalise each input, those with ReLU do not.
 */
import { asWritten } from '../../../src/core/files/json';
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import { readWeights } from '../sae/read-weights';
import { forward } from '../sae/site-names';
import { missingFact, unsupportedSae } from '../sae/unsupported';
import { OTHER_CONFIGS, type SaeFormat } from './format';

/** A tied decoder is the encoder's matrix itself, `[dSae, dIn]`. */
const TIED = 'decoder.linear.weight';
const WEIGHTS = {
	W_enc: 'encoder.weight',
	W_dec: [TIED, 'decoder.weight'],
	b_enc: 'latent_bias',
	b_dec: 'pre_bias'
};

export const openAi: SaeFormat = {
	name: 'OpenAI',
	files: [
		{ pattern: /^(?!.*-l\d{1,4}\.pt$)[^/]+\.pt$|^(\d+|ae)\.safetensors$/, label: 'one .pt file' }
	],
	without: OTHER_CONFIGS,
	async read(folder, [file = ''], overrides) {
		const table = await readTensors(folder, file);
		if (!table.has('pre_bias'))
			throw unsupportedSae(
				folder,
				`has the tensors ${table.names.slice(0, 6).join(', ').slice(0, 120) || '(none)'}, which no supported format has`,
				'Convert it to one of the formats in models/README.md.'
			);
		const state = table.other?.get('activation_state_dict');
		const field = (key: string) => (state instanceof Map ? state.get(key) : undefined);
		const stored = table.other?.get('activation');
		const activation = stored ?? assumedActivation(folder, file, overrides);
		// Only TopK has a function after it.
		const after = (activation === 'TopK' ? field('postact_fn') : null) ?? 'ReLU';
		if (!['TopK', 'ReLU'].includes(activation as string) || after !== 'ReLU')
			throw unsupportedSae(
				folder,
				`has the activation ${asWritten(activation).slice(0, 40)} with ${asWritten(after).slice(0, 40)}, which is not supported`,
				'Supported in this format: TopK with ReLU, and ReLU.'
			);
		const isTopK = activation === 'TopK';
		const k = field('k');
		const decoder = table.has(TIED) ? 'as-is' : 'transposed';
		return {
			...readWeights(table, WEIGHTS, 'transposed', {}, decoder),
			site: overrides.site ?? siteFromFile(folder, file),
			architecture: isTopK ? 'topk' : 'standard',
			k: typeof k === 'number' ? k : null,
			subtractBDec: true,
			normalize: isTopK ? 'layer_norm' : 'none',
			took: stored === undefined && !isTopK ? ['activation'] : []
		};
	}
};

/** A converted file has lost all but its tensors; the library takes a `.pt` without an activation as ReLU. */
function assumedActivation(folder: Folder, file: string, { k, activation }: SaeOverrides) {
	if (k !== null) return 'TopK';
	if (activation === 'relu' || file.endsWith('.pt')) return 'ReLU';
	throw missingFact(
		folder,
		'activation',
		'does not say whether all positive features count or the k largest',
		'Add #activation=relu or #k= and the number to the folder.'
	);
}

/** `{place}_v5_32k/autoencoders/{layer}.pt`, the folder between them left out or not. */
function siteFromFile(folder: Folder, file: string): string | null {
	const layer = /^(\d{1,4})\./.exec(file);
	if (!layer) return null;
	const folders = forward(folder.name)
		.replace(/\/[^/]*\.(pt|safetensors)$/, '')
		.replace(/\/autoencoders$/, '')
		.split('/');
	const place =
		/^(resid_delta_attn|resid_delta_mlp|resid_post_attn|resid_post_mlp|mlp_post_act)(_v\d|$)/;
	const n = Number(layer[1]);
	switch (place.exec(folders.at(-1)!)?.[1]) {
		case 'resid_delta_attn':
			return attnOut(n);
		case 'resid_delta_mlp':
			return mlpOut(n);
		case 'resid_post_mlp':
			return residPost(n);
		case 'resid_post_attn':
			// Nothing but a folder's name says so, and its features cannot be followed through the layers.
			throw missingFact(
				folder,
				'site',
				`lies in a folder named resid_post_attn, the stream between attention and MLP, which flow does not follow (blocks.${n}.hook_resid_mid)`,
				`Add #site=blocks.${n}.hook_resid_mid to the folder to read it there all the same.`
			);
		case 'mlp_post_act':
			return `blocks.${n}.mlp.hook_post`;
		default:
			return null;
	}
}
