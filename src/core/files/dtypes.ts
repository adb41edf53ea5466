/** Number formats of tensors, by their names in safetensors; little-endian, as is every machine that browsers run on. */

const ARRAYS = {
	F64: Float64Array,
	I64: BigInt64Array,
	F32: Float32Array,
	F16: Uint16Array,
	BF16: Uint16Array,
	BOOL: Uint8Array,
	I8: Int8Array,
	U8: Uint8Array,
	U16: Uint16Array,
	I16: Int16Array,
	I32: Int32Array,
	U32: Uint32Array
};
/** Bits of a number in the formats of the specification that are not read here, so that what lies behind them is found. */
const UNREAD = {
	U64: 64,
	C64: 64,
	F8_E4M3: 8,
	F8_E5M2: 8,
	F8_E8M0: 8,
	F8_E4M3FNUZ: 8,
	F8_E5M2FNUZ: 8,
	F6_E2M3: 6,
	F6_E3M2: 6,
	F4: 4
};
export type Dtype = keyof typeof ARRAYS | keyof typeof UNREAD;
export type Integers = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array;

const INTEGERS = ['I8', 'U8', 'U16', 'I16', 'I32', 'U32'] as const satisfies Dtype[];

const isArray = (name: string): name is keyof typeof ARRAYS => Object.hasOwn(ARRAYS, name);

export const isDtype = (name: unknown): name is Dtype =>
	typeof name === 'string' && (isArray(name) || Object.hasOwn(UNREAD, name));

/** Bits of one number. */
export const bitsOf = (dtype: Dtype): number =>
	isArray(dtype) ? 8 * ARRAYS[dtype].BYTES_PER_ELEMENT : UNREAD[dtype];

interface ArrayOf<T> {
	readonly BYTES_PER_ELEMENT: number;
	new (buffer: ArrayBufferLike, offset: number, length: number): T;
}

/** A view of the bytes where they are aligned for it, else of a copy. */
function view<T>(type: ArrayOf<T>, bytes: Uint8Array): T {
	const width = type.BYTES_PER_ELEMENT;
	const { buffer, byteOffset, length } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
	return new type(buffer, byteOffset, length / width);
}

/** Integers of at most 32 bits, as a view where they are aligned; null for other formats. */
export function toIntegers(dtype: Dtype, bytes: Uint8Array): Integers | null {
	const known = INTEGERS.find((name) => name === dtype);
	return known ? view<Integers>(ARRAYS[known], bytes) : null;
}

/** Floating-point numbers as float32: F32 as a view where it is aligned, F64 rounded; null for other formats. */
export function toFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array | null {
	if (dtype === 'F32') return view(Float32Array, bytes);
	if (dtype === 'F64') return new Float32Array(view(Float64Array, bytes));
	if (dtype === 'F16') return widenedHalf(view(Uint16Array, bytes));
	return dtype === 'BF16' ? widenedBrain(view(Uint16Array, bytes)) : null;
}

/** The bytes of float32 numbers, not copied. */
export function float32Bytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}

let halfTable: Float32Array | null = null;

/** Every float16 as float32, by its bits. */
export function halfValues(): Float32Array {
	return (halfTable ??= newHalfTable());
}

function widenedHalf(halves: Uint16Array): Float32Array {
	const table = halfValues();
	const out = new Float32Array(halves.length);
	for (let i = 0; i < out.length; i++) out[i] = table[halves[i]!]!;
	return out;
}

/** bfloat16 is the upper half of a float32. */
function widenedBrain(halves: Uint16Array): Float32Array {
	const out = new Uint32Array(halves.length);
	for (let i = 0; i < out.length; i++) out[i] = halves[i]! << 16;
	return new Float32Array(out.buffer);
}

/** IEEE 754 binary16, by its 65,536 bit patterns. */
function newHalfTable(): Float32Array {
	return Float32Array.from({ length: 65536 }, (_, bits) => {
		const sign = bits & 0x8000 ? -1 : 1;
		const exponent = (bits >> 10) & 31;
		const fraction = bits & 1023;
		if (exponent === 0) return sign * fraction * 2 ** -24;
		if (exponent === 31) return fraction ? NaN : sign * Infinity;
		return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
	});
}
