/**
 * sparsify (https://github.com/EleutherAI/sparsify): `cfg.json` and `sae.safetensors` in a folder named after
 * the module, `layers.12`. u = x − b_dec; the k largest of relu(encoder(u)) count.
 */
import type { Stated } from '../../../src/core/import/order';
import { readJson, refused, type Folder } from '../files/folder';
import type { Format } from './format';
import { found, type FoundSae } from '../found/sae';
import { hookOfModule, siteFor } from '../found/places';
import { lengthOf, matrix, safetensorsTable, vector, type Lies } from '../files/table';
import { refusedTranscoder } from './transcoders';
import type { Words } from '../found/config-words';

export const sparsify: Format = {
	name: 'sparsify',
	layout: 'cfg.json and sae.safetensors',
	claims: (names) => names.includes('cfg.json') && names.includes('sae.safetensors'),
	read
};

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const cfg = await readJson(folder, 'cfg.json');
	const table = safetensorsTable('sae.safetensors', await folder.read('sae.safetensors'));
	checkKind(folder, cfg);
	if (table.has('W_skip')) throw refusedTranscoder(folder);
	const dIn = cfg.count('d_in') ?? lengthOf(table, 'b_dec');
	const dSae = cfg.count('num_latents') ?? lengthOf(table, 'encoder.bias');
	const module = folder.name.replaceAll('\\', '/').replace(/\/+$/, '').split('/').at(-1)!;
	return found(folder, {
		format: sparsify.name,
		site: siteFor(folder, stated, hookOfModule(module)),
		architecture: 'topk',
		dIn,
		dSae,
		k: stated.k ?? cfg.count('k'),
		subtractBDec: true,
		weights: {
			// A linear layer's weight is [out, in] by definition.
			W_enc: matrix(table, 'encoder.weight', [dIn, dSae], 'transposed'),
			W_dec: matrix(table, 'W_dec', [dSae, dIn], decoderLies(stated)),
			b_enc: vector(table, ['encoder.bias'], dSae),
			b_dec: vector(table, ['b_dec'], dIn)
		}
	});
}

/** Two readers of this format disagree: where the shape does not tell, a person must. */
function decoderLies({ decoderRows }: Stated): Lies {
	if (decoderRows === null) return 'unknown';
	return decoderRows === 'features' ? 'as asked' : 'transposed';
}

function checkKind(folder: Folder, cfg: Words): void {
	if (cfg.flag('transcode') || cfg.flag('skip_connection')) throw refusedTranscoder(folder);
	const activation = cfg.text('activation') ?? 'topk';
	if (activation !== 'topk')
		throw refused(
			folder,
			`has the activation function "${activation.slice(0, 40)}", which is not supported`,
			'Supported in this format: topk.'
		);
	if (cfg.flag('signed'))
		throw refused(
			folder,
			'has features with negative activations (signed), which is not supported',
			'Use an SAE that was trained without "signed".'
		);
}
