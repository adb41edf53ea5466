/** The model's tensors as the graph wants them: where each lies in the safetensors bytes, checked. */
import { Problem } from '../src/core/errors';
import { float32, type Safetensors } from '../src/core/safetensors';
import type { Config } from './graph/architecture';
import { architectureOf } from './graph/architectures';
import type { Weight } from './graph/graph';
import type { ModelWeights } from './language-model';
import type { SessionFiles } from './session';
import { foundAs } from './tensor-names';

/**
 * Checks that every tensor is there, under any of its known names, has its shape and holds finite numbers.
 * float32 and float16 stay where they are, as external data of the graph; with `wide`, since a GPU without
 * `shader-f16` cannot read float16, and for bfloat16 and int8 they are widened to float32 once, here.
 */
export function modelWeights(
	files: Record<string, Safetensors>,
	config: Config,
	wide: boolean
): ModelWeights {
	const weights = new Map<string, Weight>();
	const bytes: SessionFiles = {};
	const found = foundAs(
		config,
		Object.values(files).flatMap((file) => file.names)
	);
	const inFile = (name: string) => {
		const there = found.get(name);
		const place = Object.entries(files).find(([, f]) => there !== undefined && f.has(there));
		if (!place) throw damaged(`has no tensor ${name}`);
		return { path: place[0], file: place[1], there: there! };
	};
	const read = (name: string) => {
		const { file, there } = inFile(name);
		return float32(file, there);
	};
	for (const [name, shape] of Object.entries(architectureOf(config).weights(config))) {
		const { path, file, there } = inFile(name);
		const tensor = file.tensor(there);
		if (tensor.shape.join() !== shape.join())
			throw damaged(`has ${name} of shape [${tensor.shape.join()}] instead of [${shape.join()}]`);
		const scale = tensor.dtype === 'I8' ? file.tensor(`${there}.scale`) : tensor;
		if (!allFinite(scale.dtype, scale.bytes))
			throw damaged(`has a number in ${name} that is not finite`);
		if (!wide && (tensor.dtype === 'F32' || tensor.dtype === 'F16')) {
			weights.set(name, {
				name,
				type: tensor.dtype === 'F32' ? 'float32' : 'float16',
				shape,
				file: path,
				offset: tensor.bytes.byteOffset - file.bytes.byteOffset,
				length: tensor.bytes.byteLength
			});
			bytes[path] = file.bytes;
			continue;
		}
		const { data } = read(name);
		bytes[name] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		const whole = { file: name, offset: 0, length: data.byteLength };
		weights.set(name, { name, type: 'float32', shape, ...whole });
	}
	return { weight: (name) => weights.get(name)!, read, files: bytes };
}

/** Looks at the exponent bits: all ones means infinity or NaN. */
function allFinite(dtype: string, bytes: Uint8Array): boolean {
	const step = { F32: 4, BF16: 2, F16: 2 }[dtype];
	if (!step) return true;
	const mask = dtype === 'F16' ? 0x7c00 : 0x7f80;
	for (let i = step - 2; i + 1 < bytes.length; i += step)
		if (((bytes[i]! | (bytes[i + 1]! << 8)) & mask) === mask) return false;
	return true;
}

function damaged(what: string): Problem {
	return new Problem(
		'pack-damaged',
		`The model ${what}.`,
		'Make the pack again from the original weights.'
	);
}
