import { describe, expect, it } from 'vitest';
import {
	float32Bytes,
	bitsOf,
	isDtype,
	toFloat32,
	toIntegers,
	type Dtype
} from '../../../../src/core/files/dtypes';

const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const bytesOf = (numbers: { buffer: ArrayBufferLike }) => new Uint8Array(numbers.buffer);

describe('float16', () => {
	const values = toFloat32('F16', bytesOf(every))!;

	it('rises with its bits, in equal steps within a power of two, and has two signs', () => {
		for (let bits = 1; bits < 0x7c00; bits++) {
			const step = values[bits]! - values[bits - 1]!;
			expect(step).toBe(2 ** (Math.max(1, (bits - 1) >> 10) - 25));
			if (values[0x8000 + bits] !== -values[bits]!) expect.unreachable(`${bits}`);
		}
		expect(Object.is(values[0x8000], -0)).toBe(true);
		expect([values[0x7c00], values[0xfc00], values[0x7c01]]).toEqual([Infinity, -Infinity, NaN]);
		expect([values[1], values[0x3c00], values[0x7bff]]).toEqual([2 ** -24, 1, 65504]);
	});
});

describe('bfloat16', () => {
	it('is the upper half of a float32, whatever its bits', () => {
		const values = toFloat32('BF16', bytesOf(every))!;
		const back = new Uint32Array(float32Bytes(values).slice().buffer);
		expect(values).toHaveLength(65536);
		for (let bits = 0; bits < 65536; bits++)
			if (!Number.isNaN(values[bits]) && back[bits] !== bits * 65536) expect.unreachable(`${bits}`);
	});
});

describe('bytes that are not aligned', () => {
	it.each<[Dtype, ArrayLike<number> & { buffer: ArrayBufferLike }]>([
		['F32', Float32Array.of(1.5, -2)],
		['F64', Float64Array.of(1.5, -2)],
		['F16', Uint16Array.of(0x3e00, 0xc000)],
		['BF16', Uint16Array.of(0x3fc0, 0xc000)]
	])('are the same numbers in %s', (dtype, numbers) => {
		for (let offset = 0; offset < 9; offset++) {
			const shifted = new Uint8Array(offset + bitsOf(dtype) / 4);
			shifted.set(bytesOf(numbers), offset);
			expect([...toFloat32(dtype, shifted.subarray(offset))!]).toEqual([1.5, -2]);
		}
	});

	it('are integers, too', () => {
		const shifted = Uint8Array.of(9, 255, 255, 255, 255);
		expect(toIntegers('I32', shifted.subarray(1))).toEqual(Int32Array.of(-1));
	});
});

describe('formats', () => {
	it('are floats, integers or neither', () => {
		const none = new Uint8Array(0);
		const names: Dtype[] = ['F64', 'F32', 'F16', 'BF16', 'I64', 'BOOL', 'I8', 'U8', 'U16', 'I16'];
		expect(names.map((name) => toFloat32(name, none) !== null)).toEqual(
			names.map((name) => name.includes('F'))
		);
		expect(names.map((name) => toIntegers(name, none) !== null)).toEqual(
			names.map((name) => /^[IU](8|16|32)$/.test(name))
		);
	});

	it.each(['f32', 'constructor', '__proto__', '', 7, null])('do not include %j', (name) => {
		expect(isDtype(name)).toBe(false);
	});
});
