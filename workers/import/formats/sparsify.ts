/**
 * sparsify (https://github.com/EleutherAI/sparsify): `cfg.json` and `sae.safetensors` in a folder named after the
 * module, `layers.12`. u = x − b_dec, or x in a transcoder; the k largest of relu(encoder(u)) count.
 */
import { readConfig } from '../files/folder';
import { readTensors } from '../files/read-tensors';
import { readSquare, readWeights } from '../sae/read-weights';
import { forward, moduleHook, modulePart } from '../sae/site-names';
import { unsupportedSae } from '../sae/unsupported';
import type { SaeFormat } from './format';

const WEIGHTS = { W_enc: 'encoder.weight', W_dec: 'W_dec', b_enc: 'encoder.bias', b_dec: 'b_dec' };

export const sparsify: SaeFormat = {
	name: 'sparsify',
	files: ['cfg.json', 'sae.safetensors'],
	words: {
		used: ['d_in', 'num_latents', 'k', 'transcode', 'skip_connection', 'signed'],
		// Absent before other activations came: TopK.
		only: { activation: ['topk'] },
		harmless: {
			'the size, which num_latents or the weights give': ['expansion_factor'],
			'how the decoder was kept while it was trained; its rows are used as saved': [
				'normalize_decoder'
			],
			'a loss of training': ['multi_topk']
		}
	},
	async read(folder, [config = '', file = ''], { decoderRows }) {
		const cfg = await readConfig(folder, config);
		const table = await readTensors(folder, file);
		const transcodes = cfg.boolean('transcode') ?? false;
		const skips = table.has('W_skip');
		if (skips && !transcodes)
			throw unsupportedSae(
				folder,
				'adds a linear map of its input (skip_connection) to the reconstruction of that same input',
				'Use one that was trained without skip_connection, or a transcoder.'
			);
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
		const module = forward(folder.name).split('/').at(-1)!;
		const { weights, ...read } = readWeights(table, WEIGHTS, 'transposed', sizes, decoder);
		const { dIn } = read;
		return {
			...read,
			// x @ W_skip.mT: [out, in], as here.
			weights: skips ? { ...weights, W_skip: readSquare(table, 'W_skip', dIn) } : weights,
			// A transcoder is trained from what its module reads to what that writes.
			site: moduleHook(transcodes ? `${module}.input` : module),
			writes: transcodes ? moduleHook(module) : null,
			module: modulePart(module),
			architecture: 'topk',
			k: cfg.positiveInteger('k'),
			subtractBDec: !transcodes,
			took: ['decoderRows']
		};
	}
};
