/** An SAE taken apart, so that it can be put together another way: what is measured is what would be stored. */
import type { StoredDtype } from '../../../src/core/import/build-request';
import type { PackSae } from '../../../src/core/packs/manifest';
import { float32, parseSafetensors, type Floats } from '../../../src/core/files/safetensors';
import { SafetensorsWriter } from '../../import/files/safetensors-writer';
import { saeScaleAxis } from '../../import/weight-files';
import { Sae } from '../../sae/sae';
import type { Workbench } from '../../packs/open-pack';

export interface UnpackedSae {
	info: PackSae;
	/** Every tensor of its file, as float32. */
	tensors: Map<string, Floats>;
}

/** Throws a Problem when the file is damaged. */
export async function unpackSae(
	bench: Workbench,
	info: PackSae,
	signal?: AbortSignal
): Promise<UnpackedSae> {
	return unpackBytes(info, await bench.source.bytes(info.weights, signal));
}

/** `bytes`: its file of weights. Throws a Problem when that is damaged. */
export function unpackBytes(info: PackSae, bytes: Uint8Array): UnpackedSae {
	const file = parseSafetensors(bytes);
	const names = file.names.filter((name) => !name.endsWith('.scale'));
	return { info, tensors: new Map(names.map((name) => [name, float32(file, name)])) };
}

/** As the pack stores it. */
export function fileOf({ tensors }: Pick<UnpackedSae, 'tensors'>, dtype: StoredDtype): Uint8Array {
	const file = new SafetensorsWriter();
	for (const [name, tensor] of tensors)
		file.floats(name, tensor, dtype, saeScaleAxis(name, tensor.shape));
	return file.toBytes();
}

/** Put together. Throws a Problem when a tensor is missing, has another shape, or holds a NaN. */
export const assembled = (unpacked: UnpackedSae): Sae =>
	new Sae(unpacked.info, parseSafetensors(fileOf(unpacked, 'f32')));

/** The numbers of a tensor; empty where it has none of that name. */
export const numbers = ({ tensors }: UnpackedSae, name: string): Float32Array =>
	tensors.get(name)?.data ?? new Float32Array(0);
