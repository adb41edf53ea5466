/** Goodfire's SAEs (https://huggingface.co/Goodfire): one `.pth`, named `…-SAE-l19`; ReLU, input as it is. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import { residPost } from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import type { Format } from './format';
import { toImportedSae, type ImportedSae } from '../sae/imported-sae';
import { resolveSite } from '../sae/site-names';
import { vectorLength, readMatrix, readVector } from '../files/tensor-table';
import { readTorchFile } from '../files/torch-file';

const FILE = /^[^/]+\.pth$/;

export const goodfire: Format = {
	name: 'Goodfire',
	layout: 'one .pth file',
	claims: (names) => names.filter((name) => FILE.test(name)).length === 1,
	read
};

async function read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae> {
	const file = folder.names.find((name) => FILE.test(name))!;
	const { table } = await readTorchFile(file, await folder.read(file));
	const dIn = vectorLength(table, 'decoder_linear.bias');
	const dSae = vectorLength(table, 'encoder_linear.bias');
	const layer = /-l(\d{1,4})\.pth$/.exec(file);
	return toImportedSae(folder, {
		format: goodfire.name,
		site: resolveSite(folder, overrides, layer ? residPost(Number(layer[1])) : null),
		architecture: 'standard',
		dIn,
		dSae,
		subtractBDec: false,
		weights: {
			W_enc: readMatrix(table, 'encoder_linear.weight', [dIn, dSae], 'transposed'),
			W_dec: readMatrix(table, 'decoder_linear.weight', [dSae, dIn], 'transposed'),
			b_enc: readVector(table, ['encoder_linear.bias'], dSae),
			b_dec: readVector(table, ['decoder_linear.bias'], dIn)
		}
	});
}
