/** Files of weights as a pack holds them. */
import type { StoredDtype } from '../../src/core/bringing';
import { Problem } from '../../src/core/errors';
import type { FoundSae } from '../formats/found';
import { architectureOf } from '../graph/architectures';
import type { ModelFolder } from './hugging-face';
import { startsOf } from './measure';
import { TensorFile } from './tensors';

/** From here on a number rounds to infinity in float16. */
const LARGEST_HALF = 65520;

export function modelFile(model: ModelFolder, dtype: StoredDtype): Uint8Array {
	const file = new TensorFile();
	const { storedInOut } = architectureOf(model.config);
	// One scale for each output, whichever axis that is.
	for (const [name, tensor] of model.tensors) {
		if (dtype === 'f16' && tensor.data.some((x) => Math.abs(x) >= LARGEST_HALF))
			throw new Problem(
				'unsupported',
				`The model's ${name} holds numbers too large for float16.`,
				'Make the pack with --dtype f32.'
			);
		file.floats(name, tensor, dtype, storedInOut?.test(name) ? 1 : 0);
	}
	return file.finish();
}

/** `mean`: the site's mean activation, `[dIn]`, where it was measured. */
export function saeFile(
	sae: FoundSae,
	dtype: StoredDtype,
	mean: Float32Array | null = null
): Uint8Array {
	const file = new TensorFile();
	for (const [name, tensor] of sae.tensors)
		file.floats(name, tensor, dtype, ['W_enc', 'W_p', 'W_q'].includes(name) ? 1 : 0);
	if (mean) file.floats('mean', { shape: [mean.length], data: mean }, 'f32');
	return file.finish();
}

/** The texts of a walk, for examples to point into. */
export function exampleFile(windows: number[][]): Uint8Array {
	const ids = windows.flat();
	const wide = ids.some((id) => id > 65535);
	return new TensorFile()
		.integers('tokens', [ids.length], wide ? Uint32Array.from(ids) : Uint16Array.from(ids))
		.integers('documents', [windows.length], Int32Array.from(startsOf(windows)))
		.integers('kind', [windows.length], new Uint8Array(windows.length).fill(2))
		.finish();
}
