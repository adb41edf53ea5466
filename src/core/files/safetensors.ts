/**
 * Reads safetensors files in place: the header is checked, tensors are read when asked for.
 * Format: https://huggingface.co/docs/safetensors.
 */
import { Problem } from '../names/errors';
import { inMemory, type OpenFile } from './open-file';

const SIZES = {
	F64: 8,
	I64: 8,
	F32: 4,
	F16: 2,
	BF16: 2,
	BOOL: 1,
	I8: 1,
	U8: 1,
	U16: 2,
	I16: 2,
	I32: 4,
	U32: 4
} as const;
export type Dtype = keyof typeof SIZES;

export interface Tensor {
	dtype: Dtype;
	shape: number[];
	/** A view of the file where that is in memory. */
	bytes: Uint8Array;
}

/** Where a tensor lies, in bytes from the beginning of the file. */
export interface Place {
	dtype: Dtype;
	shape: number[];
	from: number;
	to: number;
}

/** Where a tensor lies, in bytes from the beginning of the tensors' data. */
interface Entry {
	dtype: Dtype;
	shape: number[];
	start: number;
	end: number;
}

/** What the beginning of a file says of the rest. */
export interface Layout {
	/** Where the tensors' data begins, in bytes from the beginning of the file. */
	data: number;
	entries: ReadonlyMap<string, Readonly<Entry>>;
}

/** Bytes at the beginning of a file that say how long its header is. */
export const PREAMBLE = 8;

/** The longest header that the reference implementation accepts. */
const LONGEST_HEADER = 100_000_000;
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
	place(name: string): Place {
		const { entries, data } = this.#layout;
		const entry = entries.get(name);
		if (!entry) throw damaged(`has no tensor named ${name.slice(0, 80)}`);
		const { dtype, shape, start, end } = entry;
		return { dtype, shape, from: data + start, to: data + end };
	}

	/** Throws a Problem when there is none of that name. */
	tensor(name: string): Tensor {
		const { dtype, shape, from, to } = this.place(name);
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

/** Where the header of a file of `length` bytes ends, by its first `PREAMBLE` bytes. */
export function headerEnd(beginning: Uint8Array, length: number): number {
	if (length < PREAMBLE || beginning.length < PREAMBLE)
		throw damaged('is too short to hold a header');
	const view = new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength);
	const header = Number(view.getBigUint64(0, true));
	if (header > LONGEST_HEADER || header > length - PREAMBLE)
		throw damaged('announces a header longer than the file');
	return PREAMBLE + header;
}

/** The same as `parseSafetensors` of a file of `length` bytes, from its beginning up to the header's end alone. */
export function parseLayout(beginning: Uint8Array, length: number): Layout {
	const header = parseHeader(beginning.subarray(PREAMBLE));
	const entries = new Map<string, Entry>();
	for (const [name, value] of Object.entries(header))
		if (name !== '__metadata__') entries.set(name, parseEntry(name, value));
	checkLayout(entries, length - beginning.length);
	return { data: beginning.length, entries };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
	let header: unknown;
	try {
		header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch (cause) {
		throw damaged('has a header that is not JSON', { cause });
	}
	if (typeof header !== 'object' || header === null || Array.isArray(header))
		throw damaged('has a header that is not an object');
	return header as Record<string, unknown>;
}

function parseEntry(name: string, value: unknown): Entry {
	const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
	const tensor = `tensor ${name.slice(0, 80)}`;
	if (typeof dtype !== 'string' || !Object.hasOwn(SIZES, dtype))
		throw damaged(`has ${tensor} in a number format that is not supported`);
	if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount))
		throw damaged(`has ${tensor} without a usable shape`);
	if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
		throw damaged(`has ${tensor} without usable offsets`);
	const [start, end] = offsets as [number, number];
	const size = shape.reduce((product, n) => product * n, SIZES[dtype as Dtype]);
	if (end - start !== size) throw damaged(`has ${tensor} whose shape and length disagree`);
	return { dtype: dtype as Dtype, shape: shape, start, end };
}

const isCount = (n: unknown): n is number =>
	typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= LARGEST_TENSOR;

/** Tensors lie side by side, none over another, none beyond the end. */
function checkLayout(entries: Map<string, Entry>, length: number): void {
	let at = 0;
	for (const [name, entry] of [...entries].sort(
		([, a], [, b]) => a.start - b.start || a.end - b.end
	)) {
		if (entry.start < at) throw damaged(`has tensor ${name.slice(0, 80)} overlapping another`);
		if (entry.end > length) throw damaged(`ends before tensor ${name.slice(0, 80)} does`);
		at = entry.end;
	}
}

export interface Floats {
	shape: number[];
	/** Row-major. */
	data: Float32Array;
}

/**
 * A tensor as float32, as `decimals` gives it; I8 is multiplied by its float32 scale `{name}.scale`, of
 * shape [1, columns] or [rows, 1].
 */
export function float32(file: Pick<Safetensors, 'tensor'>, name: string): Floats {
	const tensor = file.tensor(name);
	const { shape, dtype } = tensor;
	if (dtype === 'I8') return { shape, data: scaled(tensor, file.tensor(`${name}.scale`), name) };
	const data = decimals(dtype, tensor.bytes);
	if (data) return { shape, data };
	throw notDecimal(name, dtype);
}

/** Throws a Problem where `float32` would, and reads no tensor for it. */
export function checkFloats(file: Safetensors, name: string): void {
	const { dtype, shape } = file.place(name);
	if (dtype === 'I8') scaledByRow(shape, file.place(`${name}.scale`), name);
	else if (!decimals(dtype, new Uint8Array(0))) throw notDecimal(name, dtype);
}

/**
 * Little-endian decimal numbers as float32: F32 as a view where it is aligned, F16 and BF16 widened, F64
 * rounded; null for whole numbers.
 */
export function decimals(dtype: Dtype, bytes: Uint8Array): Float32Array | null {
	if (dtype === 'F32') return floatView(bytes);
	if (dtype === 'F16') return widened(bytes, halfTable());
	if (dtype === 'BF16') return widenedBrain(bytes);
	if (dtype !== 'F64') return null;
	const { buffer, byteOffset, length } = aligned(bytes, 8);
	return Float32Array.from(new Float64Array(buffer, byteOffset, length / 8));
}

/** float32 as it lies in memory, not copied: little-endian on every machine that browsers run on. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Throws a Problem unless the tensor has this shape. */
export function checkShape(file: Safetensors, name: string, shape: number[]): void {
	const found = file.place(name).shape;
	if (found.join() !== shape.join())
		throw damaged(`has tensor ${name.slice(0, 80)} of shape [${found}] instead of [${shape}]`);
}

export type Integers = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array;

/** A tensor of whole numbers, as a view where it is aligned. */
export function integers(file: Safetensors, name: string): Integers {
	const { dtype, bytes } = file.tensor(name);
	const { buffer, byteOffset, length } = aligned(bytes, SIZES[dtype]);
	const n = length / SIZES[dtype];
	if (dtype === 'U8') return new Uint8Array(buffer, byteOffset, n);
	if (dtype === 'I8') return new Int8Array(buffer, byteOffset, n);
	if (dtype === 'U16') return new Uint16Array(buffer, byteOffset, n);
	if (dtype === 'I16') return new Int16Array(buffer, byteOffset, n);
	if (dtype === 'I32') return new Int32Array(buffer, byteOffset, n);
	if (dtype === 'U32') return new Uint32Array(buffer, byteOffset, n);
	throw damaged(`has tensor ${name.slice(0, 80)} in ${dtype}, where whole numbers are needed`);
}

/** The same bytes at an address that typed arrays of this width accept. */
function aligned(bytes: Uint8Array, width: number): Uint8Array {
	return bytes.byteOffset % width === 0 ? bytes : bytes.slice();
}

function floatView(bytes: Uint8Array): Float32Array {
	const { buffer, byteOffset, length } = aligned(bytes, 4);
	return new Float32Array(buffer, byteOffset, length / 4);
}

function shorts(bytes: Uint8Array): Uint16Array {
	const { buffer, byteOffset, length } = aligned(bytes, 2);
	return new Uint16Array(buffer, byteOffset, length / 2);
}

function widened(bytes: Uint8Array, table: Float32Array): Float32Array {
	const halves = shorts(bytes);
	const out = new Float32Array(halves.length);
	for (let i = 0; i < out.length; i++) out[i] = table[halves[i]!]!;
	return out;
}

function widenedBrain(bytes: Uint8Array): Float32Array {
	const halves = shorts(bytes);
	const out = new Uint32Array(halves.length);
	for (let i = 0; i < out.length; i++) out[i] = halves[i]! << 16;
	return new Float32Array(out.buffer);
}

let halves: Float32Array | null = null;

/** Every float16 as float32: IEEE 754 binary16 by its 65,536 bit patterns. */
function halfTable(): Float32Array {
	if (halves) return halves;
	halves = new Float32Array(65536);
	for (let bits = 0; bits < 65536; bits++) {
		const sign = bits & 0x8000 ? -1 : 1;
		const exponent = (bits >> 10) & 31;
		const fraction = bits & 1023;
		if (exponent === 0) halves[bits] = sign * fraction * 2 ** -24;
		else if (exponent === 31) halves[bits] = fraction ? NaN : sign * Infinity;
		else halves[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
	}
	return halves;
}

function scaled(tensor: Tensor, scale: Tensor, name: string): Float32Array {
	const { shape, bytes } = tensor;
	const byRow = scaledByRow(shape, scale, name);
	const [rows = 1, columns = 1] = shape;
	const factors = floatView(scale.bytes);
	const values = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
	const out = new Float32Array(values.length);
	for (let r = 0, i = 0; r < rows; r++)
		for (let c = 0; c < columns; c++, i++) out[i] = values[i]! * factors[byRow ? r : c]!;
	return out;
}

/** Whether an int8 matrix has a factor for each row, not for each column. Throws a Problem where it has neither. */
function scaledByRow(
	shape: number[],
	scale: { dtype: Dtype; shape: number[] },
	name: string
): boolean {
	const [rows = 1, columns = 1] = shape;
	const byRow = scale.shape.join() === [rows, 1].join();
	if (
		scale.dtype !== 'F32' ||
		shape.length !== 2 ||
		(!byRow && scale.shape.join() !== `1,${columns}`)
	)
		throw damaged(`has a scale that does not fit tensor ${name.slice(0, 80)}`);
	return byRow;
}

function notDecimal(name: string, dtype: Dtype): Problem {
	return damaged(`has tensor ${name.slice(0, 80)} in ${dtype}, where decimal numbers are needed`);
}

function damaged(what: string, options?: { cause: unknown }): Problem {
	return new Problem(
		'pack-damaged',
		`A file of tensors ${what}.`,
		'Fetch or make the file again.',
		options
	);
}
