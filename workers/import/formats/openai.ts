/**
 * OpenAI's SAEs of GPT-2 (https://github.com/openai/sparse_autoencoder): one `{layer}.pt` in a folder named
 * after the place. TopK SAEs normalise each input, those with ReLU do not.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { attnOut, mlpOut, residPost } from '../../../src/core/names/site';
import { unsupportedSae, missingFact, type Folder } from '../files/folder';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { resolveSite } from '../sae/site-names';
import {
	vectorLength,
	readMatrix,
	safetensorsTable,
	readVector,
	type TensorTable
} from '../files/tensor-table';
import { readTorchFile, type TorchFile } from '../files/torch-file';

const FILE = /^[^/]+\.pt$|^(\d+|ae)\.safetensors$/;

export const openAi: Format = {
	name: 'OpenAI',
	layout: 'one .pt file',
	claims: (names) =>
		!names.includes('config.json') && names.filter((name) => FILE.test(name)).length === 1,
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const file = folder.names.find((name) => FILE.test(name))!;
	const bytes = await folder.read(file);
	const { table, rest }: TorchFile = file.endsWith('.pt')
		? await readTorchFile(file, bytes)
		: { table: safetensorsTable(file, bytes), rest: new Map() };
	if (!table.has('pre_bias'))
		throw unsupportedSae(
			folder,
			`holds ${table.names.slice(0, 6).join(', ').slice(0, 120) || 'no tensors'}, which no supported format does`,
			'Convert it to one of the formats in models/README.md.'
		);
	const state = rest.get('activation_state_dict');
	const said = (word: string) => (state instanceof Map ? state.get(word) : undefined);
	const after = said('postact_fn') ?? 'ReLU';
	const activation = rest.get('activation') ?? assumedActivation(folder, file, overrides);
	if (!['TopK', 'ReLU'].includes(activation as string) || after !== 'ReLU')
		throw unsupportedSae(
			folder,
			`has the activation ${String(activation).slice(0, 40)} with ${String(after).slice(0, 40)}, which is not supported`,
			'Supported in this format: TopK with ReLU, and ReLU.'
		);
	const k = overrides.k ?? said('k');
	const [dIn, dSae] = [vectorLength(table, 'pre_bias'), vectorLength(table, 'latent_bias')];
	const top = activation === 'TopK';
	return toImportedSae(folder, {
		format: openAi.name,
		site: resolveSite(folder, overrides, siteFromFile(folder, file)),
		architecture: top ? 'topk' : 'standard',
		dIn,
		dSae,
		k: top && typeof k === 'number' ? k : null,
		subtractBDec: true,
		normalize: top ? 'layer_norm' : 'none',
		weights: {
			W_enc: readMatrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
			W_dec: decoder(table, dIn, dSae),
			b_enc: readVector(table, ['latent_bias'], dSae),
			b_dec: readVector(table, ['pre_bias'], dIn)
		}
	});
}

/** A converted file has lost all but its tensors; the library takes a `.pt` that says nothing as ReLU. */
function assumedActivation(folder: Folder, file: string, overrides: SaeOverrides): 'TopK' | 'ReLU' {
	if (overrides.k !== null) return 'TopK';
	if (overrides.activation === 'relu' || file.endsWith('.pt')) return 'ReLU';
	throw missingFact(
		folder,
		'activation',
		'does not say whether all positive features count or the k largest',
		'Put #activation=relu or #k= and the number after the folder.'
	);
}

/** A tied decoder is the encoder's matrix itself, `[dSae, dIn]`. */
function decoder(table: TensorTable, dIn: number, dSae: number): Float32Array {
	return table.has('decoder.linear.weight')
		? readMatrix(table, 'decoder.linear.weight', [dSae, dIn], 'as asked')
		: readMatrix(table, 'decoder.weight', [dSae, dIn], 'transposed');
}

function siteFromFile(folder: Folder, file: string): string | null {
	const layer = /^(\d{1,4})\./.exec(file);
	if (!layer) return null;
	const n = Number(layer[1]);
	if (/resid_delta_attn/.test(folder.name)) return attnOut(n);
	if (/resid_delta_mlp/.test(folder.name)) return mlpOut(n);
	if (/resid_post_attn/.test(folder.name)) return `blocks.${n}.hook_resid_mid`;
	return /resid_post_mlp/.test(folder.name) ? residPost(n) : null;
}
