/**
 * sparsify (https://github.com/EleutherAI/sparsify): `cfg.json` and `sae.safetensors` in a folder named after
 * the module, `layers.12`. u = x − b_dec; the k largest of relu(encoder(u)) count.
 */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { readConfig, unsupportedSae, type Folder } from '../files/folder';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { moduleHook, resolveSite } from '../sae/site-names';
import {
	vectorLength,
	readMatrix,
	safetensorsTable,
	readVector,
	type MatrixLayout
} from '../files/tensor-table';
import { unsupportedTranscoder } from './transcoders';
import type { ConfigFields } from '../files/config-fields';

export const sparsify: Format = {
	name: 'sparsify',
	layout: 'cfg.json and sae.safetensors',
	claims: (names) => names.includes('cfg.json') && names.includes('sae.safetensors'),
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const cfg = await readConfig(folder, 'cfg.json');
	const table = safetensorsTable('sae.safetensors', await folder.read('sae.safetensors'));
	checkKind(folder, cfg);
	if (table.has('W_skip')) throw unsupportedTranscoder(folder);
	const dIn = cfg.positiveInteger('d_in') ?? vectorLength(table, 'b_dec');
	const dSae = cfg.positiveInteger('num_latents') ?? vectorLength(table, 'encoder.bias');
	const module = folder.name.replaceAll('\\', '/').replace(/\/+$/, '').split('/').at(-1)!;
	return toImportedSae(folder, {
		format: sparsify.name,
		site: resolveSite(folder, overrides, moduleHook(module)),
		architecture: 'topk',
		dIn,
		dSae,
		k: overrides.k ?? cfg.positiveInteger('k'),
		subtractBDec: true,
		weights: {
			// A linear layer's weight is [out, in] by definition.
			W_enc: readMatrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
			W_dec: readMatrix(table, 'W_dec', [dSae, dIn], decoderLies(overrides)),
			b_enc: readVector(table, ['encoder.bias'], dSae),
			b_dec: readVector(table, ['b_dec'], dIn)
		}
	});
}

/** Two readers of this format disagree: where the shape does not tell, a person must. */
function decoderLies({ decoderRows }: SaeOverrides): MatrixLayout {
	if (decoderRows === null) return 'unknown';
	return decoderRows === 'features' ? 'as asked' : 'transposed';
}

function checkKind(folder: Folder, cfg: ConfigFields): void {
	if (cfg.boolean('transcode') || cfg.boolean('skip_connection'))
		throw unsupportedTranscoder(folder);
	const activation = cfg.string('activation') ?? 'topk';
	if (activation !== 'topk')
		throw unsupportedSae(
			folder,
			`has the activation function "${activation.slice(0, 40)}", which is not supported`,
			'Supported in this format: topk.'
		);
	if (cfg.boolean('signed'))
		throw unsupportedSae(
			folder,
			'has features with negative activations (signed), which is not supported',
			'Use an SAE that was trained without "signed".'
		);
}
