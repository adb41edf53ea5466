/** Tensors as files of float32, each by itself, as a graph's weights are given. */
import { Problem } from '../../src/core/names/errors';
import { areFiniteBlocks, BLOCK_LAYOUTS, widenBlocks } from '../../src/core/files/blocks';
import { checkRange, chunksFrom, partOf, type OpenFile } from '../../src/core/files/open-file';
import { bitsOf, float32Bytes, toFloat32, type Dtype } from '../../src/core/files/dtypes';
import {
	blocksIn,
	checkFloats,
	float32,
	scaleOf,
	shapeOf,
	widenInts,
	type Safetensors
} from '../../src/core/files/safetensors';

/**
 * float32 where it lies in its file; what must be widened is so each time that it is read, only as much of it as is
 * read. Throws a Problem for what is no decimal numbers.
 */
export function floatFile(file: Safetensors, name: string): OpenFile {
	checkFloats(file, name);
	const { dtype, from, to } = file.range(name);
	const stored = partOf(file.file, from, to);
	if (dtype === 'F32') return stored;
	const type = blocksIn({ dtype }, name);
	if (type) {
		const { bytes, values } = BLOCK_LAYOUTS[type];
		return widenedFile(stored, { bytes, values }, (blocks, out) =>
			widenBlocks(type, blocks, out, 0)
		);
	}
	if (dtype === 'I8') {
		const scale = scaleOf(file, name, file.range(name).shape);
		return widenedFile(stored, { bytes: 1, values: 1 }, (bytes, out, first) =>
			widenInts(bytes, out, first, scale)
		);
	}
	const unit = { bytes: bitsOf(dtype) / 8, values: 1 };
	return widenedFile(stored, unit, (bytes, out) => out.set(toFloat32(dtype, bytes)!));
}

/** The float32 that `units` of some bytes are widened to; `widen` is told where in the tensor its first number stands. */
function widenedFile(
	stored: OpenFile,
	unit: { bytes: number; values: number },
	widen: (stored: Uint8Array, out: Float32Array, first: number) => void
): OpenFile {
	const width = 4 * unit.values;
	const size = (stored.size / unit.bytes) * width;
	let mostRead = 0;
	return {
		size,
		resident: 0,
		copies: true,
		get mostRead() {
			return mostRead;
		},
		read(from, to) {
			checkRange(size, from, to);
			const [first, end] = [Math.floor(from / width), Math.ceil(to / width)];
			const wide = new Float32Array((end - first) * unit.values);
			let at = 0;
			for (const chunk of chunksFrom(stored, first * unit.bytes, end * unit.bytes, unit.bytes)) {
				const length = (chunk.length / unit.bytes) * unit.values;
				widen(chunk, wide.subarray(at, at + length), first * unit.values + at);
				at += length;
			}
			mostRead = Math.max(mostRead, wide.byteLength);
			return float32Bytes(wide).subarray(from - first * width, to - first * width);
		}
	};
}

/**
 * Throws a Problem unless the file has this tensor, of this shape and of finite numbers. `whose` is the subject of
 * its sentence, `called` what the tensor is called there.
 */
export function checkTensor(
	file: Safetensors,
	name: string,
	shape: number[],
	whose: string,
	called = name
): void {
	const damaged = (what: string) =>
		new Problem(
			'pack-damaged',
			`${whose} ${what}.`,
			'Make the pack again from the original weights.'
		);
	if (!file.has(name)) throw damaged(`has no tensor ${called}`);
	const found = shapeOf(file, name);
	if (found.join() !== shape.join())
		throw damaged(`has ${called} of shape [${found.join()}] instead of [${shape.join()}]`);
	if (!allFinite(file, name)) throw damaged(`has a number in ${called} that is not finite`);
}

/** Looks at the exponent bits: all ones means infinity or NaN. int8 and blocks are as finite as their scales. */
function allFinite(file: Safetensors, name: string): boolean {
	const { dtype, from, to } = file.range(name);
	if (dtype === 'I8') return allFinite(file, `${name}.scale`);
	const type = blocksIn({ dtype }, name);
	if (type) {
		for (const bytes of chunksFrom(file.file, from, to, BLOCK_LAYOUTS[type].bytes))
			if (!areFiniteBlocks(type, bytes)) return false;
		return true;
	}
	if (dtype === 'F64') return float32(file, name).data.every(Number.isFinite);
	const step = STEPS[dtype];
	if (!step) return true;
	const mask = dtype === 'F16' ? 0x7c00 : 0x7f80;
	for (const bytes of chunksFrom(file.file, from, to))
		for (let i = step - 2; i + 1 < bytes.length; i += step)
			if (((bytes[i]! | (bytes[i + 1]! << 8)) & mask) === mask) return false;
	return true;
}

/** Bytes of a number, of which the last two hold its exponent. */
const STEPS: Partial<Record<Dtype, number>> = { F32: 4, BF16: 2, F16: 2 };
