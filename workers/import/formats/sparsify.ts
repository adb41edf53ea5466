/**
 * sparsify (https://github.com/EleutherAI/sparsify): `cfg.json` and `sae.safetensors` in a folder named after the
 * module, `layers.12`. u = x − b_dec; the k largest of relu(encoder(u)) count.
 */
import { readConfig } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import { readWeights } from '../sae/read-weights';
import { moduleHook } from '../sae/site-names';
import { unsupportedSae, unsupportedTranscoder, unsupportedValue } from '../sae/unsupported';
import type { SaeFormat } from './format';

const WEIGHTS = { W_enc: 'encoder.weight', W_dec: 'W_dec', b_enc: 'encoder.bias', b_dec: 'b_dec' };

export const sparsify: SaeFormat = {
	name: 'sparsify',
	files: ['cfg.json', 'sae.safetensors'],
	async read(folder, [config = '', file = ''], { decoderRows }) {
		const cfg = await readConfig(folder, config);
		const table = await readTensors(folder, file);
		if (cfg.boolean('transcode') || cfg.boolean('skip_connection') || table.has('W_skip'))
			throw unsupportedTranscoder(folder);
		const activation = cfg.string('activation') ?? 'topk';
		if (activation !== 'topk')
			throw unsupportedValue(folder, 'activation function', activation, 'topk');
		if (cfg.boolean('signed'))
			throw unsupportedSae(
				folder,
				'has features with negative activations (signed), which is not supported',
				'Use an SAE that was trained without "signed".'
			);
		const sizes = { dIn: cfg.positiveInteger('d_in'), dSae: cfg.positiveInteger('num_latents') };
		// Two readers of this format disagree on a square W_dec.
		const decoder =
			decoderRows === null ? 'unknown' : decoderRows === 'features' ? 'as-is' : 'transposed';
		const module = folder.name.replaceAll('\\', '/').replace(/\/+$/, '').split('/').at(-1)!;
		return {
			...readWeights(table, WEIGHTS, 'transposed', sizes, decoder),
			site: moduleHook(module),
			architecture: 'topk',
			k: cfg.positiveInteger('k'),
			subtractBDec: true
		};
	}
};
