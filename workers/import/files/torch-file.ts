/**
 * Files of `torch.save`: a zip archive with a pickle that describes tensors and, one file each, their
 * numbers. Format: https://github.com/pytorch/pytorch/blob/main/docs/source/notes/serialization.rst.
 */
import { Problem } from '../../../src/core/names/errors';
import { toFloat32, type Dtype, type Floats } from '../../../src/core/files/safetensors';
import { CONVERSION_HINT, parsePickle, PickledTensor, type PickledValue } from './pickle';
import { tensorTable, type TensorTable } from './tensor-table';
import { ZipReader } from './zip-reader';

/** Numbers a storage may hold and what they are here; whole numbers are turned into decimals. */
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

export interface TorchFile {
	table: TensorTable;
	/** What stands in the dictionary beside tensors: numbers, words, dictionaries. */
	rest: Map<string, PickledValue>;
}

/** Throws a Problem for anything but a dictionary of tensors by their names. */
export async function readTorchFile(file: string, bytes: Uint8Array): Promise<TorchFile> {
	if (!ZipReader.isZip(bytes))
		throw new Problem(
			'unsupported',
			`The file ${file} is of an old form of torch.save, or none of PyTorch's.`,
			`${CONVERSION_HINT}.`
		);
	const zip = await ZipReader.open(bytes);
	const pickle = zip.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
	if (!pickle) throw damaged(file, 'holds no description of tensors (data.pkl)');
	const root = pickle.slice(0, -'data.pkl'.length);
	if (zip.names.includes(`${root}byteorder`)) {
		const order = new TextDecoder().decode(await zip.read(`${root}byteorder`));
		if (order.trim() !== 'little') throw damaged(file, 'was written in another order of bytes');
	}
	const top = parsePickle(await zip.read(pickle));
	if (!(top instanceof Map)) throw damaged(file, 'holds no dictionary of tensors');
	const tensors = new Map<string, Floats>();
	const rest = new Map<string, PickledValue>();
	const storages = new Map<string, Float32Array>();
	let numbers = 0;
	for (const [name, value] of top) {
		if (typeof name !== 'string')
			throw damaged(file, 'names a tensor by something else than a word');
		if (!(value instanceof PickledTensor)) {
			rest.set(name, value);
			continue;
		}
		const { kind, key } = value.storage;
		const path = `${root}data/${key}`;
		const id = `${kind} ${path}`;
		if (!storages.has(id)) storages.set(id, widened(kind, await zip.read(path)));
		const tensor = numbersOf(file, name, value, storages.get(id)!);
		numbers += tensor.data.length;
		// Many tensors over the same numbers could be of any size together.
		if (numbers > bytes.length) throw damaged(file, 'uses its numbers over and over');
		tensors.set(name, tensor);
	}
	return { table: tensorTable(file, tensors), rest };
}

function widened(kind: string, bytes: Uint8Array): Float32Array {
	const [dtype, width] = KINDS[kind]!;
	const whole = bytes.subarray(0, bytes.length - (bytes.length % width));
	return toFloat32(dtype, whole) ?? wholeNumbers(dtype, whole);
}

function numbersOf(file: string, name: string, tensor: PickledTensor, data: Float32Array): Floats {
	const { storage, offset, shape, stride } = tensor;
	const count = shape.reduce((product, n) => product * n, 1);
	const last = shape.reduce((at, n, axis) => at + (n - 1) * stride[axis]!, offset);
	// A tensor that repeats its storage could be of any size.
	if (storage.length > data.length || count > data.length || last >= data.length)
		throw damaged(file, `has the tensor ${name.slice(0, 80)} beyond its numbers`);
	if (count === 0) return { shape, data: new Float32Array(0) };
	return { shape, data: gathered(data, offset, shape, stride, count) };
}

/** The tensor's numbers in the order of its shape. */
function gathered(
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

function wholeNumbers(dtype: Dtype, bytes: Uint8Array): Float32Array {
	const { buffer, byteOffset, length } = bytes.slice();
	if (dtype === 'I64')
		return Float32Array.from(new BigInt64Array(buffer, byteOffset, length / 8), Number);
	if (dtype === 'I32') return Float32Array.from(new Int32Array(buffer, byteOffset, length / 4));
	if (dtype === 'I16') return Float32Array.from(new Int16Array(buffer, byteOffset, length / 2));
	return Float32Array.from(dtype === 'I8' ? new Int8Array(buffer) : new Uint8Array(buffer));
}

function damaged(file: string, what: string): Problem {
	return new Problem('pack-damaged', `The file ${file} ${what}.`, 'Download it again.');
}
