/**
 * OpenAI's SAEs of GPT-2 (https://github.com/openai/sparse_autoencoder): one `{layer}.pt` in a folder named
 * after the place. TopK SAEs normalise each input, those with ReLU do not.
 */
import type { Stated } from '../../../src/core/import/order';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { refused, unstated, type Folder } from '../files/folder';
import type { Format } from './format';
import { found, type FoundSae } from '../found/sae';
import { siteFor } from '../found/places';
import { lengthOf, matrix, safetensorsTable, vector, type TensorTable } from '../files/table';
import { readTorchFile, type TorchFile } from '../files/torch-file';

const FILE = /^[^/]+\.pt$|^(\d+|ae)\.safetensors$/;

export const openAi: Format = {
	name: 'OpenAI',
	layout: 'one .pt file',
	claims: (names) =>
		!names.includes('config.json') && names.filter((name) => FILE.test(name)).length === 1,
	read
};

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const file = folder.names.find((name) => FILE.test(name))!;
	const bytes = await folder.read(file);
	const { table, rest }: TorchFile = file.endsWith('.pt')
		? await readTorchFile(file, bytes)
		: { table: safetensorsTable(file, bytes), rest: new Map() };
	if (!table.has('pre_bias'))
		throw refused(
			folder,
			`holds ${table.names.slice(0, 6).join(', ').slice(0, 120) || 'no tensors'}, which no supported format does`,
			'Convert it to one of the formats in models/README.md.'
		);
	const state = rest.get('activation_state_dict');
	const said = (word: string) => (state instanceof Map ? state.get(word) : undefined);
	const after = said('postact_fn') ?? 'ReLU';
	const activation = rest.get('activation') ?? unsaid(folder, file, stated);
	if (!['TopK', 'ReLU'].includes(activation as string) || after !== 'ReLU')
		throw refused(
			folder,
			`has the activation ${String(activation).slice(0, 40)} with ${String(after).slice(0, 40)}, which is not supported`,
			'Supported in this format: TopK with ReLU, and ReLU.'
		);
	const k = stated.k ?? said('k');
	const [dIn, dSae] = [lengthOf(table, 'pre_bias'), lengthOf(table, 'latent_bias')];
	const top = activation === 'TopK';
	return found(folder, {
		format: openAi.name,
		site: siteFor(folder, stated, siteIn(folder, file)),
		architecture: top ? 'topk' : 'standard',
		dIn,
		dSae,
		k: top && typeof k === 'number' ? k : null,
		subtractBDec: true,
		normalize: top ? 'layer_norm' : 'none',
		weights: {
			W_enc: matrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
			W_dec: decoder(table, dIn, dSae),
			b_enc: vector(table, ['latent_bias'], dSae),
			b_dec: vector(table, ['pre_bias'], dIn)
		}
	});
}

/** A converted file has lost all but its tensors; the library takes a `.pt` that says nothing as ReLU. */
function unsaid(folder: Folder, file: string, stated: Stated): 'TopK' | 'ReLU' {
	if (stated.k !== null) return 'TopK';
	if (stated.activation === 'relu' || file.endsWith('.pt')) return 'ReLU';
	throw unstated(
		folder,
		'activation',
		'does not say whether all positive features count or the k largest',
		'Put #activation=relu or #k= and the number after the folder.'
	);
}

/** A tied decoder is the encoder's matrix itself, `[dSae, dIn]`. */
function decoder(table: TensorTable, dIn: number, dSae: number): Float32Array {
	return table.has('decoder.linear.weight')
		? matrix(table, 'decoder.linear.weight', [dSae, dIn], 'as asked')
		: matrix(table, 'decoder.weight', [dSae, dIn], 'transposed');
}

function siteIn(folder: Folder, file: string): string | null {
	const layer = /^(\d{1,4})\./.exec(file);
	if (!layer) return null;
	const n = Number(layer[1]);
	if (/resid_delta_attn/.test(folder.name)) return attnOut(n);
	if (/resid_delta_mlp/.test(folder.name)) return mlpOut(n);
	if (/resid_post_attn/.test(folder.name)) return `blocks.${n}.hook_resid_mid`;
	return /resid_post_mlp/.test(folder.name) ? residPost(n) : null;
}
