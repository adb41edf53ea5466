/** Goodfire's SAEs (https://huggingface.co/Goodfire): one file, named `…-SAE-l19.pth`; ReLU, input as it is. */
import { residPost } from '../../../src/core/names/site';
import { readTensors } from '../files/read-tensors';
import { readWeights } from '../sae/read-weights';
import { OTHER_CONFIGS, type SaeFormat } from './format';

const WEIGHTS = {
	W_enc: 'encoder_linear.weight',
	W_dec: 'decoder_linear.weight',
	b_enc: 'encoder_linear.bias',
	b_dec: 'decoder_linear.bias'
};

export const goodfire: SaeFormat = {
	name: 'Goodfire',
	files: [{ pattern: /^[^/]+(\.pth|-l\d{1,4}\.(pt|safetensors))$/, label: 'one .pth file' }],
	without: OTHER_CONFIGS,
	async read(folder, [file = '']) {
		const layer = /-l(\d{1,4})\.\w+$/.exec(file);
		return {
			...readWeights(await readTensors(folder, file), WEIGHTS, 'transposed'),
			site: layer ? residPost(Number(layer[1])) : null,
			architecture: 'standard',
			subtractBDec: false
		};
	}
};
