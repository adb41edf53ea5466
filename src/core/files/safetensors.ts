/**
 * Reads safetensors files in place: the header is parsed and checked, tensors are read when they are asked for.
 * Format: https://huggingface.co/docs/safetensors.
 */
import { Problem } from '../names/errors';
import { blockTypeOf, widenBlocks, widenedShape, type BlockType } from './blocks';
import { bitsOf, isDtype, toFloat32, toIntegers, type Dtype, type Integers } from './dtypes';
import { inMemory, type OpenFile } from './open-file';

export interface Tensor {
	dtype: Dtype;
	shape: number[];
	/** A view of the file where that is in memory. */
	bytes: Uint8Array;
}

/** The bytes of a tensor, from the beginning of the file. */
export interface TensorRange {
	dtype: Dtype;
	shape: number[];
	from: number;
	to: number;
}

/** The bytes of a tensor, from the beginning of the tensors' data. */
interface Entry {
	dtype: Dtype;
	shape: number[];
	start: number;
	end: number;
}

/** A parsed header. */
export interface Layout {
	/** The byte of the file at which the tensors' data begins. */
	data: number;
	entries: ReadonlyMap<string, Readonly<Entry>>;
}

/** Bytes at the beginning of a file that hold the length of its header. */
export const PREAMBLE = 8;

/** Bytes, of which a tensor takes about a hundred. Parsed, a header may take twenty times the memory. */
const LONGEST_HEADER = 8_000_000;
const LARGEST_TENSOR = 2 ** 40;

export class Safetensors {
	readonly #layout: Layout;

	constructor(
		readonly file: OpenFile,
		layout: Layout
	) {
		this.#layout = layout;
	}

	has(name: string): boolean {
		return this.#layout.entries.has(name);
	}

	get names(): string[] {
		return [...this.#layout.entries.keys()];
	}

	/** Throws a Problem when there is none of that name. */
	range(name: string): TensorRange {
		const { entries, data } = this.#layout;
		const entry = entries.get(name);
		if (!entry) throw damaged(`has no tensor named ${name.slice(0, 80)}`);
		const { dtype, shape, start, end } = entry;
		return { dtype, shape, from: data + start, to: data + end };
	}

	/** Throws a Problem when there is none of that name. */
	tensor(name: string): Tensor {
		const { dtype, shape, from, to } = this.range(name);
		return { dtype, shape, bytes: this.file.read(from, to) };
	}
}

/** Throws a Problem for any file whose header does not describe exactly the bytes that follow it. */
export function openSafetensors(file: OpenFile): Safetensors {
	const { size } = file;
	const end = headerEnd(file.read(0, Math.min(PREAMBLE, size)), size);
	return new Safetensors(file, parseLayout(file.read(0, end), size));
}

/** The same of bytes that are in memory. */
export const parseSafetensors = (bytes: Uint8Array): Safetensors =>
	openSafetensors(inMemory(bytes));

/** The byte after the header of a file of `length` bytes, from its first `PREAMBLE` bytes. */
export function headerEnd(beginning: Uint8Array, length: number): number {
	if (length < PREAMBLE || beginning.length < PREAMBLE)
		throw damaged('is too short to hold a header');
	const view = new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength);
	const header = Number(view.getBigUint64(0, true));
	if (header > length - PREAMBLE) throw damaged('announces a header longer than the file');
	if (header > LONGEST_HEADER) throw damaged('announces a header longer than that of any model');
	return PREAMBLE + header;
}

/** Parses the header of a file of `length` bytes; `beginning` is the file up to the end of the header. */
export function parseLayout(beginning: Uint8Array, length: number): Layout {
	const header = parseHeader(beginning.subarray(PREAMBLE));
	const entries = new Map<string, Entry>();
	for (const [name, value] of Object.entries(header))
		if (name !== '__metadata__') entries.set(name, parseEntry(name, value));
	checkLayout(entries, length - beginning.length);
	return { data: beginning.length, entries };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
	let text: string;
	let header: unknown;
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
		header = JSON.parse(text);
	} catch (cause) {
		throw damaged('has a header that is not JSON', { cause });
	}
	// The specification: it begins with this character, not with a space.
	if (!text.startsWith('{')) throw damaged('has a header that is not an object');
	const twice = repeatedKey(text);
	if (twice !== null) throw damaged(`has the key ${twice.slice(0, 80)} twice in its header`);
	return header as Record<string, unknown>;
}

/** A key that the header, or one of its entries, has more than once; of these, `JSON.parse` keeps the last. */
function repeatedKey(text: string): string | null {
	const levels: Set<string>[] = [];
	for (const [token, string] of text.matchAll(
		/("[^"\\]*(?:\\.[^"\\]*)*")\s*:|"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/g
	)) {
		if (token === '{') levels.push(new Set());
		else if (token === '}') levels.pop();
		else if (string !== undefined) {
			const key = JSON.parse(string) as string;
			const level = levels.at(-1)!;
			if (level.has(key)) return key;
			level.add(key);
		}
	}
	return null;
}

function parseEntry(name: string, value: unknown): Entry {
	const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
	const tensor = `tensor ${name.slice(0, 80)}`;
	if (!isDtype(dtype)) throw damaged(`has ${tensor} in a number format that does not exist`);
	if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount))
		throw damaged(`has ${tensor} without a usable shape`);
	if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
		throw damaged(`has ${tensor} without usable offsets`);
	const [start, end] = offsets as [number, number];
	const bits = shape.reduce((product, n) => product * n, bitsOf(dtype));
	if (8 * (end - start) !== bits) throw damaged(`has ${tensor} whose shape and length disagree`);
	return { dtype, shape, start, end };
}

const isCount = (n: unknown): n is number =>
	typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= LARGEST_TENSOR;

/** Tensors lie one behind the other, with no byte between them, from the header to the end of the file. */
function checkLayout(entries: Map<string, Entry>, length: number): void {
	let at = 0;
	for (const [name, entry] of [...entries].sort(
		([, a], [, b]) => a.start - b.start || a.end - b.end
	)) {
		if (entry.start < at) throw damaged(`has tensor ${name.slice(0, 80)} overlapping another`);
		if (entry.start > at) throw damaged(`has bytes that belong to no tensor (${entry.start - at})`);
		if (entry.end > length) throw damaged(`ends before tensor ${name.slice(0, 80)} does`);
		at = entry.end;
	}
	if (at < length) throw damaged(`has bytes that belong to no tensor (${length - at})`);
}

export interface Floats {
	shape: number[];
	/** Row-major. */
	data: Float32Array;
}

/**
 * A tensor as float32, converted as by `toFloat32`; I8 is multiplied by its float32 scale `{name}.scale`, of
 * shape [1, columns] or [rows, 1], and U8 whose name ends with a type of blocks is widened.
 */
export function float32(file: Pick<Safetensors, 'tensor'>, name: string): Floats {
	const tensor = file.tensor(name);
	const { shape, dtype } = tensor;
	if (dtype === 'I8') {
		const data = new Float32Array(tensor.bytes.length);
		widenInts(tensor.bytes, data, 0, scaleOf(file, name, shape));
		return { shape, data };
	}
	const type = blocksIn(tensor, name);
	if (type) {
		const wide = blocksShape(tensor, name, type);
		const data = new Float32Array(wide[0] * wide[1]);
		widenBlocks(type, tensor.bytes, data, 0);
		return { shape: wide, data };
	}
	const data = toFloat32(dtype, tensor.bytes);
	if (data) return { shape, data };
	throw notFloat(name, dtype);
}

/** Throws a Problem where `float32` would, without reading the tensor. */
export function checkFloats(file: Safetensors, name: string): void {
	const { dtype, shape } = file.range(name);
	const type = blocksIn({ dtype }, name);
	if (dtype === 'I8') scaledByRow(shape, file.range(`${name}.scale`), name);
	else if (type) blocksShape({ shape }, name, type);
	else if (!toFloat32(dtype, new Uint8Array(0))) throw notFloat(name, dtype);
}

/** The type of blocks in which a tensor of bytes holds its numbers; null where it holds none. */
export const blocksIn = ({ dtype }: { dtype: Dtype }, name: string): BlockType | null =>
	dtype === 'U8' ? blockTypeOf(name) : null;

/** The shape of a tensor's numbers. Throws a Problem for blocks that do not fill its rows. */
export function shapeOf(file: Safetensors, name: string): number[] {
	const range = file.range(name);
	const type = blocksIn(range, name);
	return type ? blocksShape(range, name, type) : range.shape;
}

function blocksShape(
	{ shape }: { shape: number[] },
	name: string,
	type: BlockType
): [number, number] {
	const wide = widenedShape(type, shape);
	if (wide) return wide;
	throw damaged(`has tensor ${name.slice(0, 80)}, whose rows are no whole blocks`);
}

/** Throws a Problem unless the tensor has this shape. */
export function checkShape(file: Safetensors, name: string, shape: number[]): void {
	const found = file.range(name).shape;
	if (found.join() !== shape.join())
		throw damaged(`has tensor ${name.slice(0, 80)} of shape [${found}] instead of [${shape}]`);
}

/** A tensor of integers of at most 32 bits, as a view where it is aligned. */
export function integers(file: Safetensors, name: string): Integers {
	const { dtype, bytes } = file.tensor(name);
	const data = toIntegers(dtype, bytes);
	if (data) return data;
	throw damaged(`has tensor ${name.slice(0, 80)} in ${dtype}, where integers are needed`);
}

/** int8 as float32, each times its scale; `first` is which number of its matrix the first one is. */
export function widenInts(
	bytes: Uint8Array,
	out: Float32Array,
	first: number,
	scale: (i: number) => number
): void {
	for (let i = 0; i < out.length; i++) out[i] = ((bytes[i]! << 24) >> 24) * scale(first + i);
}

/** What number i of an int8 matrix is multiplied by. Throws a Problem where it has no scale that fits. */
export function scaleOf(
	file: Pick<Safetensors, 'tensor'>,
	name: string,
	shape: number[]
): (i: number) => number {
	const scale = file.tensor(`${name}.scale`);
	const byRow = scaledByRow(shape, scale, name);
	const columns = shape[1]!;
	const factors = toFloat32('F32', scale.bytes)!;
	return byRow ? (i) => factors[Math.floor(i / columns)]! : (i) => factors[i % columns]!;
}

/** Whether an int8 matrix has a scale for each row; else it has one for each column. Throws a Problem when it has neither. */
function scaledByRow(
	shape: number[],
	scale: { dtype: Dtype; shape: number[] },
	name: string
): boolean {
	const [rows, columns] = shape;
	const byRow = scale.shape.join() === `${rows},1`;
	const fits = shape.length === 2 && (byRow || scale.shape.join() === `1,${columns}`);
	if (scale.dtype === 'F32' && fits) return byRow;
	throw damaged(`has a scale that does not fit tensor ${name.slice(0, 80)}`);
}

function notFloat(name: string, dtype: Dtype): Problem {
	return new Problem(
		'unsupported',
		`A file of tensors has tensor ${name.slice(0, 80)} in ${dtype}, where floats are needed.`,
		'Save it in float32, float16 or bfloat16.'
	);
}

function damaged(what: string, options?: { cause: unknown }): Problem {
	const sentence = `A file of tensors ${what}.`;
	return new Problem('pack-damaged', sentence, 'Fetch or make the file again.', options);
}
