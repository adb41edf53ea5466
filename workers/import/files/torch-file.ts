/**
 * Files of `torch.save`: a zip archive with a pickle that describes tensors, and their numbers in a file each. Format: https://github.com/pytorch/pytorch/blob/main/docs/source/notes/serialization.rst.
 */
import { Problem } from '../../../src/core/names/errors';
import { toFloat32, type Dtype } from '../../../src/core/files/dtypes';
import type { Floats } from '../../../src/core/files/safetensors';
import { damagedFile } from './damaged-file';
import { CONVERSION_HINT, parsePickle, PickledTensor, type PickledValue } from './pickle';
import { tensorTable, type TensorTable } from './tensor-table';
import { ZipReader } from './zip-reader';

/** Types of storages, and their sizes in bytes; integers are converted to float32. */
const KINDS: Record<string, [Dtype, number]> = {
	Float: ['F32', 4],
	Double: ['F64', 8],
	Half: ['F16', 2],
	BFloat16: ['BF16', 2],
	Long: ['I64', 8],
	Int: ['I32', 4],
	Short: ['I16', 2],
	Char: ['I8', 1],
	Byte: ['U8', 1],
	Bool: ['U8', 1]
};

/** Throws a Problem for anything but a dictionary of tensors by their names. */
export async function readTorchFile(file: string, bytes: Uint8Array): Promise<TensorTable> {
	if (!ZipReader.isZip(bytes))
		throw new Problem(
			'unsupported',
			`The file ${file} is in the old format of torch.save, or not a PyTorch file at all.`,
			`${CONVERSION_HINT}.`
		);
	const zip = await ZipReader.open(bytes);
	const pickle = zip.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
	if (!pickle) throw damagedFile(file, 'holds no description of tensors (data.pkl)');
	const root = pickle.slice(0, -'data.pkl'.length);
	if (zip.names.includes(`${root}byteorder`)) {
		const order = new TextDecoder().decode(await zip.read(`${root}byteorder`));
		if (order.trim() !== 'little') throw damagedFile(file, 'was written in big-endian byte order');
	}
	const top = parsePickle(await zip.read(pickle));
	if (!(top instanceof Map)) throw damagedFile(file, 'is not a dictionary of tensors');
	const tensors = new Map<string, Floats>();
	const other = new Map<string, PickledValue>();
	const storages = new Map<string, Float32Array>();
	let numbers = 0;
	for (const [name, value] of top) {
		if (typeof name !== 'string')
			throw damagedFile(file, 'has a tensor whose name is not a string');
		if (!(value instanceof PickledTensor)) {
			other.set(name, value);
			continue;
		}
		const { kind, key } = value.storage;
		const path = `${root}data/${key}`;
		const id = `${kind} ${path}`;
		if (!storages.has(id)) storages.set(id, widened(kind, await zip.read(path)));
		const tensor = numbersOf(file, name, value, storages.get(id)!);
		numbers += tensor.data.length;
		// Many tensors that share a storage could be of any size together.
		if (numbers > bytes.length)
			throw damagedFile(file, 'has tensors that share their numbers too often');
		tensors.set(name, tensor);
	}
	return tensorTable(file, tensors, other);
}

function widened(kind: string, bytes: Uint8Array): Float32Array {
	const [dtype, width] = KINDS[kind]!;
	const even = bytes.subarray(0, bytes.length - (bytes.length % width));
	return toFloat32(dtype, even) ?? fromIntegers(dtype, even);
}

function numbersOf(file: string, name: string, tensor: PickledTensor, data: Float32Array): Floats {
	const { storage, offset, shape, stride } = tensor;
	const count = shape.reduce((product, n) => product * n, 1);
	const last = shape.reduce((at, n, axis) => at + (n - 1) * stride[axis]!, offset);
	// A stride of 0 could make a tensor of any size.
	if (storage.length > data.length || count > data.length || last >= data.length)
		throw damagedFile(file, `has the tensor ${name.slice(0, 80)} outside its storage`);
	if (count === 0) return { shape, data: new Float32Array(0) };
	return { shape, data: readStrided(data, offset, shape, stride, count) };
}

/** The numbers of a tensor in row-major order; a view where they are contiguous. */
function readStrided(
	data: Float32Array,
	offset: number,
	shape: number[],
	stride: number[],
	count: number
): Float32Array {
	let dense = 1;
	let contiguous = true;
	for (let axis = shape.length - 1; axis >= 0; axis--) {
		if (shape[axis]! > 1 && stride[axis] !== dense) contiguous = false;
		dense *= shape[axis]!;
	}
	if (contiguous) return data.subarray(offset, offset + count);
	const out = new Float32Array(count);
	const place = new Array<number>(shape.length).fill(0);
	let at = offset;
	for (let i = 0; i < count; i++) {
		out[i] = data[at]!;
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			at += stride[axis]!;
			if (++place[axis]! < shape[axis]!) break;
			at -= shape[axis]! * stride[axis]!;
			place[axis] = 0;
		}
	}
	return out;
}

function fromIntegers(dtype: Dtype, bytes: Uint8Array): Float32Array {
	const { buffer, byteOffset, length } = bytes.slice();
	if (dtype === 'I64')
		return Float32Array.from(new BigInt64Array(buffer, byteOffset, length / 8), Number);
	if (dtype === 'I32') return Float32Array.from(new Int32Array(buffer, byteOffset, length / 4));
	if (dtype === 'I16') return Float32Array.from(new Int16Array(buffer, byteOffset, length / 2));
	return Float32Array.from(dtype === 'I8' ? new Int8Array(buffer) : new Uint8Array(buffer));
}
