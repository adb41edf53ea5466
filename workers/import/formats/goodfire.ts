/** Goodfire's SAEs (https://huggingface.co/Goodfire): one `.pth`, named `…-SAE-l19`; ReLU, input as it is. */
import type { Stated } from '../../../src/core/import/order';
import { residPost } from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import type { Format } from './format';
import { found, type FoundSae } from '../found/sae';
import { siteFor } from '../found/places';
import { lengthOf, matrix, vector } from '../files/table';
import { readTorchFile } from '../files/torch-file';

const FILE = /^[^/]+\.pth$/;

export const goodfire: Format = {
	name: 'Goodfire',
	layout: 'one .pth file',
	claims: (names) => names.filter((name) => FILE.test(name)).length === 1,
	read
};

async function read(folder: Folder, stated: Stated): Promise<FoundSae> {
	const file = folder.names.find((name) => FILE.test(name))!;
	const { table } = await readTorchFile(file, await folder.read(file));
	const dIn = lengthOf(table, 'decoder_linear.bias');
	const dSae = lengthOf(table, 'encoder_linear.bias');
	const layer = /-l(\d{1,4})\.pth$/.exec(file);
	return found(folder, {
		format: goodfire.name,
		site: siteFor(folder, stated, layer ? residPost(Number(layer[1])) : null),
		architecture: 'standard',
		dIn,
		dSae,
		subtractBDec: false,
		weights: {
			W_enc: matrix(table, 'encoder_linear.weight', [dIn, dSae], 'transposed'),
			W_dec: matrix(table, 'decoder_linear.weight', [dSae, dIn], 'transposed'),
			b_enc: vector(table, ['encoder_linear.bias'], dSae),
			b_dec: vector(table, ['decoder_linear.bias'], dIn)
		}
	});
}
