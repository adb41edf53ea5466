/** A tensor of a GGUF file as Hugging Face's model has it, and as a pack stores it: the same numbers, none rounded. */
import {
	areFiniteBlocks,
	BLOCK_LAYOUTS,
	widenBlocks,
	type BlockType
} from '../../../src/core/files/blocks';
import { float32Bytes, toFloat32 } from '../../../src/core/files/dtypes';
import { bytesOfRow, type GgufTensor } from '../../../src/core/files/gguf';
import { damagedGguf } from '../../../src/core/files/gguf-cursor';
import type { Floats } from '../../../src/core/files/safetensors';
import { transpose } from '../files/tensor-table';
import { toHalf } from '../files/safetensors-writer';
import type { ModelTensor, StoredTensor } from '../model-folder';
import type { RowOrder } from './families';
import type { GgufReader } from './reader';

export interface Differences {
	/** Where rows are in another order. */
	rowOrder: RowOrder | null;
	/** Hugging Face stores it `[in, out]`. */
	isTurned: boolean;
	/** 1 is added to it in the file. */
	isOneMore: boolean;
}

/** `name`: Hugging Face's, and what it is stored under. */
export function ggufTensor(
	reader: GgufReader,
	name: string,
	tensor: GgufTensor,
	differences: Differences
): ModelTensor {
	const { type, from, to } = tensor;
	const shape = differences.isTurned ? tensor.shape.toReversed() : tensor.shape;
	const blocks = isBlocks(type) ? type : null;
	const inOrder = async () => {
		const bytes = await reader.bytes(tensor);
		const { rowOrder } = differences;
		return rowOrder ? reordered(bytes, rowBytesOf(tensor), rowOrder) : bytes;
	};
	const floats = async (): Promise<Float32Array> => {
		const data = widened(name, tensor, await inOrder());
		return differences.isOneMore ? data.map((x) => x - 1) : data;
	};
	const read = async (): Promise<Floats> => {
		const data = await floats();
		const [rows = 1, columns = 1] = tensor.shape;
		return { shape, data: differences.isTurned ? transpose(data, rows, columns) : data };
	};
	const row = bytesOfRow(tensor);
	const stored: StoredTensor =
		blocks && shape.length === 2
			? {
					name: `${name}.${blocks}`,
					dtype: 'U8',
					shape: [tensor.shape[0]!, row],
					bytes: to - from,
					read: async () => finite(name, blocks, await inOrder())
				}
			: plainTensor(name, tensor, shape, read);
	return { dtype: blocks?.toUpperCase() ?? type, shape, bytes: to - from, read, stored };
}

/** Matrices of float16 and bfloat16 stay so; everything else is float32. */
function plainTensor(
	name: string,
	{ type, shape: inFile }: GgufTensor,
	shape: number[],
	read: () => Promise<Floats>
): StoredTensor {
	const size = inFile.reduce((a, b) => a * b, 1);
	if (shape.length < 2 || (type !== 'F16' && type !== 'BF16'))
		return {
			...{ name, dtype: 'F32', shape, bytes: 4 * size },
			read: async () => float32Bytes((await read()).data)
		};
	const narrow = type === 'F16' ? toHalf : upperHalf;
	return {
		...{ name, dtype: type, shape, bytes: 2 * size },
		read: async () => new Uint8Array(Uint16Array.from((await read()).data, narrow).buffer)
	};
}

/** The bits of a number that bfloat16 holds exactly. */
function upperHalf(x: number): number {
	return new Uint32Array(Float32Array.of(x).buffer)[0]! >>> 16;
}

const isBlocks = (type: GgufTensor['type']): type is BlockType =>
	Object.hasOwn(BLOCK_LAYOUTS, type);

/** A vector is one number a row: its rows are put in order like those of its matrix. */
const rowBytesOf = (tensor: GgufTensor): number =>
	tensor.shape.length === 1 ? bytesOfRow(tensor) / tensor.shape[0]! : bytesOfRow(tensor);

function reordered(bytes: Uint8Array, row: number, order: RowOrder): Uint8Array {
	const out = new Uint8Array(bytes.length);
	for (let r = 0; r * row < bytes.length; r++) {
		const from = order(r) * row;
		out.set(bytes.subarray(from, from + row), r * row);
	}
	return out;
}

function finite(name: string, type: BlockType, blocks: Uint8Array): Uint8Array {
	if (areFiniteBlocks(type, blocks)) return blocks;
	throw damagedGguf(`has a number in ${name.slice(0, 80)} that is not finite`);
}

function widened(name: string, { type, shape }: GgufTensor, bytes: Uint8Array): Float32Array {
	let data: Float32Array;
	if (isBlocks(type)) {
		data = new Float32Array(shape.reduce((a, b) => a * b, 1));
		widenBlocks(type, bytes, data, 0);
	} else data = toFloat32(type, bytes)!;
	if (data.every(Number.isFinite)) return data;
	throw damagedGguf(`has a number in ${name.slice(0, 80)} that is not finite`);
}
