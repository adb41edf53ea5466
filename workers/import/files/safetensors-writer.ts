/** Writes safetensors files: float32, float16, int8 with scales, and integers. */
import type { StoredDtype } from '../../../src/core/import/build-request';
import type { Floats } from '../../../src/core/files/safetensors';
import { concatenated } from '../../storage/files/memory';

type Part = { dtype: string; shape: number[]; bytes: Uint8Array };

export class SafetensorsWriter {
	readonly #parts = new Map<string, Part>();

	/** Matrices as `dtype` says, vectors always as float32. int8 has one scale for each index of `scaleAxis`. */
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
		const kind = data instanceof Int32Array ? 'I' : 'U';
		return this.#add(name, `${kind}${8 * data.BYTES_PER_ELEMENT}`, shape, data);
	}

	/** A tensor in its bytes, of a type that safetensors knows. */
	raw({ name, dtype, shape }: Omit<Part, 'bytes'> & { name: string }, bytes: Uint8Array): this {
		return this.#add(name, dtype, shape, bytes);
	}

	/** The header, padded so that every tensor is aligned, and the tensors one after the other. */
	chunks(): Uint8Array[] {
		// Widest types first keep every tensor aligned without gaps, which the format forbids.
		const width = ({ dtype }: Part) => Number(/\d+/.exec(dtype)![0]);
		const parts = [...this.#parts].sort(([, a], [, b]) => width(b) - width(a));
		let at = 0;
		const entries = parts.map(([name, { dtype, shape, bytes }]) => {
			const data_offsets = [at, (at += bytes.length)];
			return [name, { dtype, shape, data_offsets }];
		});
		const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
		const length = 8 * Math.ceil(json.length / 8);
		const header = new Uint8Array(8 + length).fill(0x20);
		new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
		header.set(json, 8);
		return [header, ...parts.map(([, { bytes }]) => bytes)];
	}

	/** The whole file. */
	toBytes(): Uint8Array {
		return concatenated(this.chunks());
	}

	#add(name: string, dtype: string, shape: number[], data: ArrayBufferView): this {
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		this.#parts.set(name, { dtype, shape, bytes });
		return this;
	}
}

/** Bytes of a tensor as `floats` stores it. */
export function storedSize(shape: number[], dtype: StoredDtype, scaleAxis: 0 | 1 = 0): number {
	const n = shape.reduce((a, b) => a * b, 1);
	if (dtype === 'f16' && shape.length > 1) return 2 * n;
	return dtype === 'q8' && shape.length === 2 ? n + 4 * shape[scaleAxis]! : 4 * n;
}

/** One number and its bits, shared because millions are converted. */
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

/** Doubles have no fractions from 2^52 on, and round to even on the way there. */
const roundEven = (x: number) => x + 2 ** 52 - 2 ** 52;

/** Symmetric int8: one scale for each row (axis 0) or column (axis 1). */
function toInt8(data: Float32Array, [rows, columns]: [number, number], axis: 0 | 1) {
	const scales = new Float32Array(axis === 0 ? rows : columns);
	const of = (i: number) => (axis === 0 ? Math.floor(i / columns) : i % columns);
	data.forEach((x, i) => (scales[of(i)] = Math.max(scales[of(i)]!, Math.abs(x))));
	for (let i = 0; i < scales.length; i++) scales[i] = scales[i]! / 127 || 1;
	const values = Int8Array.from(data, (x, i) => Math.round(x / scales[of(i)]!));
	return { values, scales };
}
