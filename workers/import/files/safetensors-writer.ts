/** Writing safetensors: float32, float16 or int8 with scales. */
import type { StoredDtype } from '../../../src/core/import/build-request';
import type { Floats } from '../../../src/core/files/safetensors';

type Part = { dtype: string; shape: number[]; bytes: Uint8Array };

export class SafetensorsWriter {
	readonly #parts = new Map<string, Part>();

	/** Matrices as `dtype` says, vectors always as float32. `scaleAxis` is the axis int8 scales run along. */
	floats(name: string, { shape, data }: Floats, dtype: StoredDtype, scaleAxis: 0 | 1 = 0): this {
		if (dtype === 'f16' && shape.length > 1)
			return this.#add(name, 'F16', shape, Uint16Array.from(data, toHalf));
		if (dtype !== 'q8' || shape.length !== 2) return this.#add(name, 'F32', shape, data);
		const { values, scales } = toInt8(data, shape as [number, number], scaleAxis);
		const scaleShape = scaleAxis === 0 ? [shape[0]!, 1] : [1, shape[1]!];
		return this.#add(name, 'I8', shape, values).#add(`${name}.scale`, 'F32', scaleShape, scales);
	}

	integers(
		name: string,
		shape: number[],
		data: Uint8Array | Uint16Array | Uint32Array | Int32Array
	): this {
		const dtype =
			data instanceof Uint8Array
				? 'U8'
				: data instanceof Uint16Array
					? 'U16'
					: data instanceof Int32Array
						? 'I32'
						: 'U32';
		return this.#add(name, dtype, shape, data);
	}

	/** Bytes of the tensors so far. */
	get bytes(): number {
		return [...this.#parts.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
	}

	/** The file as its header, padded so that every tensor is aligned, and its tensors, one after the other. */
	chunks(): Uint8Array[] {
		// Widest types first keep every tensor aligned without gaps, which the format forbids.
		const width = ({ dtype }: Part) => ({ F32: 4, I32: 4, U32: 4, F16: 2, U16: 2 })[dtype] ?? 1;
		const parts = [...this.#parts].sort(([, a], [, b]) => width(b) - width(a));
		const header: Record<string, unknown> = {};
		let at = 0;
		for (const [name, { dtype, shape, bytes }] of parts) {
			header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
			at += bytes.length;
		}
		let json = JSON.stringify(header);
		json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
		const text = new TextEncoder().encode(json);
		const head = new Uint8Array(8 + text.length);
		new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
		head.set(text, 8);
		return [head, ...parts.map(([, { bytes }]) => bytes)];
	}

	/** The file's bytes in one. */
	toBytes(): Uint8Array {
		const pieces = this.chunks();
		const file = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
		let at = 0;
		for (const piece of pieces) {
			file.set(piece, at);
			at += piece.length;
		}
		return file;
	}

	#add(name: string, dtype: string, shape: number[], data: ArrayBufferView): this {
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		this.#parts.set(name, { dtype, shape, bytes });
		return this;
	}
}

/** Bytes that `floats` makes of a tensor. */
export function storedSize(shape: number[], dtype: StoredDtype, scaleAxis: 0 | 1 = 0): number {
	const n = shape.reduce((a, b) => a * b, 1);
	if (dtype === 'f16' && shape.length > 1) return 2 * n;
	return dtype === 'q8' && shape.length === 2 ? n + 4 * shape[scaleAxis]! : 4 * n;
}

/** One number and its bits: millions are turned. */
const ONE = new Float32Array(1);
const BITS = new Uint32Array(ONE.buffer);

/** IEEE 754 half precision, rounded to nearest, ties to even. */
export function toHalf(x: number): number {
	ONE[0] = x;
	const bits = BITS[0]!;
	const sign = (bits >>> 16) & 0x8000;
	const magnitude = Math.abs(x);
	if (Number.isNaN(x)) return 0x7e00;
	if (magnitude >= 65520) return sign | 0x7c00;
	if (magnitude < 2 ** -14) return sign | roundEven(magnitude * 2 ** 24);
	const exponent = ((bits >>> 23) & 0xff) - 127;
	const fraction = roundEven((magnitude / 2 ** exponent - 1) * 1024);
	return sign | (((exponent + 15) << 10) + fraction);
}

function roundEven(x: number): number {
	const floor = Math.floor(x);
	const rest = x - floor;
	if (rest !== 0.5) return Math.round(x);
	return floor % 2 === 0 ? floor : floor + 1;
}

/** Symmetric int8: one scale for each row (axis 0) or column (axis 1). */
function toInt8(data: Float32Array, [rows, columns]: [number, number], axis: 0 | 1) {
	const scales = new Float32Array(axis === 0 ? rows : columns);
	const of = (i: number) => (axis === 0 ? Math.floor(i / columns) : i % columns);
	data.forEach((x, i) => (scales[of(i)] = Math.max(scales[of(i)]!, Math.abs(x))));
	for (let i = 0; i < scales.length; i++) scales[i] = scales[i]! / 127 || 1;
	const values = Int8Array.from(data, (x, i) => Math.round(x / scales[of(i)]!));
	return { values, scales };
}
