/** Files of weights as a pack holds them. */
import type { StoredDtype } from '../../src/core/import/build-request';
import { Problem } from '../../src/core/names/errors';
import { LARGEST_PART, type PackWriter } from '../../src/core/packs/writer';
import type { ImportedSae } from './sae/imported-sae';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';
import type { ModelFolder } from './model-folder';
import { storedSize, SafetensorsWriter } from './files/safetensors-writer';

/** From here on a number rounds to infinity in float16. */
const HALF_OVERFLOW = 65520;

/** The files of a model's weights and the tensors in each: of at most `LARGEST_PART` bytes, or one tensor. */
export function planModelFiles(
	{ config, tensors }: Pick<ModelFolder, 'config' | 'tensors'>,
	dtype: StoredDtype
): { path: string; names: string[]; bytes: number }[] {
	const files: { names: string[]; bytes: number }[] = [];
	for (const [name, { shape, stored }] of tensors) {
		const bytes = stored?.bytes ?? storedSize(shape, dtype, scaleAxis(config, name));
		const last = files.at(-1);
		if (last && last.bytes + bytes <= LARGEST_PART) {
			last.names.push(name);
			last.bytes += bytes;
		} else files.push({ names: [name], bytes });
	}
	const five = (n: number) => String(n).padStart(5, '0');
	return files.map((file, i) => ({
		...file,
		path: `model${files.length > 1 ? `-${five(i + 1)}-of-${five(files.length)}` : ''}.safetensors`
	}));
}

/**
 * Writes the model's weights file by file, tensor by tensor, so that no more than one file is in memory. `onRead` gets
 * the bytes of each tensor. Returns the paths.
 */
export async function writeModelWeights(
	out: PackWriter,
	model: ModelFolder,
	dtype: StoredDtype,
	onRead: (path: string, bytes: number) => void
): Promise<string[]> {
	const files = planModelFiles(model, dtype);
	for (const { path, names } of files) {
		const file = new SafetensorsWriter();
		for (const name of names) {
			const found = model.tensors.get(name)!;
			if (found.stored) file.raw(found.stored, await found.stored.read());
			else {
				const tensor = await found.read();
				checkNumbers(name, tensor.data, dtype);
				file.floats(name, tensor, dtype, scaleAxis(model.config, name));
			}
			onRead(path, found.bytes);
		}
		await out.write(path, ...file.chunks());
	}
	return files.map(({ path }) => path);
}

/** int8 has one scale for each output, whichever axis that is. */
function scaleAxis(config: Config, name: string): 0 | 1 {
	return architectureOf(config).storedInOut?.test(name) ? 1 : 0;
}

function checkNumbers(name: string, data: Float32Array, dtype: StoredDtype): void {
	let largest = 0;
	for (const x of data) {
		if (!Number.isFinite(x))
			throw new Problem(
				'pack-damaged',
				`The model's ${name} has a number that is not finite.`,
				'Download the weights again.'
			);
		largest = Math.max(largest, Math.abs(x));
	}
	if (dtype !== 'f16' || largest < HALF_OVERFLOW) return;
	throw new Problem(
		'unsupported',
		`The model's ${name} has numbers too large for float16.`,
		'Store it as float32 (--dtype f32).'
	);
}

/** The axis of an SAE's tensor that int8 scales run along: its outputs, which are columns of all but `W_dec`. */
export const saeScaleAxis = (name: string, shape: number[]): 0 | 1 =>
	name !== 'W_dec' && shape.length === 2 ? 1 : 0;

/** `mean`: the site's mean activation, `[dIn]`, where it was measured. */
export function saeFileChunks(
	sae: ImportedSae,
	dtype: StoredDtype,
	mean: Float32Array | null = null
): Uint8Array[] {
	const file = new SafetensorsWriter();
	for (const [name, tensor] of sae.tensors)
		file.floats(name, tensor, dtype, saeScaleAxis(name, tensor.shape));
	if (mean) file.floats('mean', { shape: [mean.length], data: mean }, 'f32');
	return file.chunks();
}

/** Bytes of an SAE's tensors in a pack. */
export function storedSaeBytes(tensors: ImportedSae['tensors'], dtype: StoredDtype): number {
	const sizes = [...tensors].map(([name, { shape }]) =>
		storedSize(shape, dtype, saeScaleAxis(name, shape))
	);
	return sizes.reduce((a, b) => a + b, 0);
}
