/**
 * Files of `torch.save`: a zip archive with a pickle that describes tensors, and their numbers in a file each.
 * Format: https://github.com/pytorch/pytorch/blob/main/docs/source/notes/serialization.rst.
 */
import { Problem } from '../../../src/core/names/errors';
import { toFloat32 } from '../../../src/core/files/dtypes';
import type { Floats } from '../../../src/core/files/safetensors';
import { damagedFile } from './damaged-file';
import {
	CONVERSION_HINT,
	LONGEST_PICKLE,
	parsePickle,
	PickledTensor,
	type PickledValue
} from './pickle';
import { tensorTable, withUnread, type TensorTable } from './tensor-table';
import { ZipReader } from './zip-reader';

/** Storages of floating-point numbers, and how many bytes a number takes. */
const FLOATS = {
	Float: ['F32', 4],
	Double: ['F64', 8],
	Half: ['F16', 2],
	BFloat16: ['BF16', 2]
} as const;
/** Storages of integers, which are converted to float32. */
const INTEGERS = {
	Long: BigInt64Array,
	Int: Int32Array,
	Short: Int16Array,
	Char: Int8Array,
	Byte: Uint8Array,
	Bool: Uint8Array
};

/** Throws a Problem for anything but a dictionary of tensors by their names. */
export async function readTorchFile(file: string, bytes: Uint8Array): Promise<TensorTable> {
	if (!ZipReader.isZip(bytes))
		throw new Problem(
			'unsupported',
			`The file ${file} is in the old format of torch.save, or not a PyTorch file at all.`,
			CONVERSION_HINT
		);
	const zip = await ZipReader.open(bytes);
	const pickle = zip.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
	if (!pickle) throw damagedFile(file, 'holds no description of tensors (data.pkl)');
	const root = pickle.slice(0, -'data.pkl'.length);
	if (zip.names.includes(`${root}byteorder`)) {
		const order = new TextDecoder().decode(await zip.read(`${root}byteorder`));
		if (order.trim() !== 'little')
			throw damagedFile(file, 'was written in big-endian byte order', CONVERSION_HINT);
	}
	if (zip.sizeOf(pickle) > LONGEST_PICKLE) throw damagedFile(file, 'describes too many tensors');
	const top = parsePickle(await zip.read(pickle));
	if (!(top instanceof Map))
		throw damagedFile(
			file,
			'is not a dictionary of tensors',
			'Save the state_dict() of what it holds, with torch.save or safetensors.'
		);
	const tensors = new Map<string, Floats>();
	const other = new Map<string, PickledValue>();
	const unread = new Map<string, string>();
	const storages = new Map<string, { kind: string; data: Float32Array }>();
	let [numbers, stored] = [0, 0];
	for (const [name, value] of top) {
		if (typeof name !== 'string')
			throw damagedFile(file, 'has a tensor whose name is not a string');
		if (!(value instanceof PickledTensor)) {
			other.set(name, value);
			continue;
		}
		const { kind, key } = value.storage;
		if (!Object.hasOwn(FLOATS, kind) && !Object.hasOwn(INTEGERS, kind)) {
			unread.set(name, `PyTorch's ${kind}`);
			continue;
		}
		const path = `${root}data/${key}`;
		let storage = storages.get(path);
		if (!storage) {
			// Numbers take four bytes each once they are read, however few they had before.
			stored += zip.sizeOf(path) / widthOf(kind);
			if (stored > bytes.length) throw damagedFile(file, 'unpacks to far more than it should');
			storage = { kind, data: storedNumbers(kind, await zip.read(path)) };
			storages.set(path, storage);
		}
		// PyTorch itself does not save a storage as two types.
		if (storage.kind !== kind) throw damagedFile(file, 'has numbers that are of two types at once');
		numbers += value.shape.reduce((product, n) => product * n, 1);
		// Many tensors that share a storage could be of any size together.
		if (numbers > bytes.length)
			throw damagedFile(file, 'has tensors that share their numbers too often');
		const data = numbersOf(value, storage.data);
		if (!data) throw damagedFile(file, `has the tensor ${name.slice(0, 80)} outside its storage`);
		tensors.set(name, { shape: value.shape, data });
	}
	return withUnread(tensorTable(file, tensors, other), unread, 'Save it again after .float().');
}

const widthOf = (kind: string): number =>
	INTEGERS[kind as keyof typeof INTEGERS]?.BYTES_PER_ELEMENT ??
	FLOATS[kind as keyof typeof FLOATS][1];

function storedNumbers(kind: string, bytes: Uint8Array): Float32Array {
	const end = (width: number) => bytes.length - (bytes.length % width);
	const Integers = INTEGERS[kind as keyof typeof INTEGERS];
	if (Integers) {
		const { buffer } = bytes.slice(0, end(Integers.BYTES_PER_ELEMENT));
		return Float32Array.from<number | bigint>(new Integers(buffer), Number);
	}
	const [dtype, width] = FLOATS[kind as keyof typeof FLOATS];
	return toFloat32(dtype, bytes.subarray(0, end(width)))!;
}

/** In row-major order, a view where they are contiguous; null where they are not all in the storage. */
function numbersOf(
	{ storage, offset, shape, stride }: PickledTensor,
	data: Float32Array
): Float32Array | null {
	const count = shape.reduce((product, n) => product * n, 1);
	const last = shape.reduce((at, n, axis) => at + (n - 1) * stride[axis]!, offset);
	// A stride of 0 could make a tensor of any size.
	if (storage.length > data.length || count > data.length || last >= data.length) return null;
	const dense = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
	if (count === 0 || shape.every((n, axis) => n === 1 || stride[axis] === dense[axis]))
		return data.subarray(offset, offset + count);
	const out = new Float32Array(count);
	for (let i = 0; i < count; i++) {
		let at = offset;
		for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
			at += (rest % shape[axis]!) * stride[axis]!;
			rest = Math.floor(rest / shape[axis]!);
		}
		out[i] = data[at]!;
	}
	return out;
}
