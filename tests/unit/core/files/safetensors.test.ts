import { describe, expect, it } from 'vitest';
import { float32, integers, parseSafetensors } from '../../../../src/core/files/safetensors';

/** A file with this header, taken as it is, and this many bytes of data counting up from 0. */
function file(header: unknown, data: Uint8Array | number = 0, padding = 0): Uint8Array {
	const text = typeof header === 'string' ? header : JSON.stringify(header);
	const json = new TextEncoder().encode(text + ' '.repeat(padding));
	const body = typeof data === 'number' ? Uint8Array.from({ length: data }, (_, i) => i) : data;
	const bytes = new Uint8Array(8 + json.length + body.length);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
	bytes.set(json, 8);
	bytes.set(body, 8 + json.length);
	return bytes;
}

const one = (dtype: string, shape: number[], data: Uint8Array, padding = 0) =>
	parseSafetensors(file({ x: { dtype, shape, data_offsets: [0, data.length] } }, data, padding));

describe('parseSafetensors', () => {
	it('gives views of the file, with dtype and shape', () => {
		const bytes = file(
			{
				__metadata__: { format: 'pt' },
				b: { dtype: 'U8', shape: [2, 2], data_offsets: [4, 8] },
				a: { dtype: 'I8', shape: [4], data_offsets: [0, 4] }
			},
			8
		);
		const parsed = parseSafetensors(bytes);
		expect(parsed.names).toEqual(['b', 'a']);
		const { dtype, shape, bytes: view } = parsed.tensor('b');
		expect({ dtype, shape, values: [...view] }).toEqual({
			dtype: 'U8',
			shape: [2, 2],
			values: [4, 5, 6, 7]
		});
		expect(view.buffer).toBe(bytes.buffer);
	});

	it('works inside a larger buffer', () => {
		const inner = file({ x: { dtype: 'U8', shape: [3], data_offsets: [0, 3] } }, 3);
		const outer = new Uint8Array(inner.length + 5);
		outer.set(inner, 5);
		expect([...integers(parseSafetensors(outer.subarray(5)), 'x')]).toEqual([0, 1, 2]);
	});

	it('reads scalars and empty tensors', () => {
		const parsed = parseSafetensors(
			file(
				{
					none: { dtype: 'F32', shape: [0, 7], data_offsets: [0, 0] },
					scalar: { dtype: 'U8', shape: [], data_offsets: [0, 1] }
				},
				1
			)
		);
		expect(float32(parsed, 'none').data).toHaveLength(0);
		expect(integers(parsed, 'scalar')).toHaveLength(1);
	});

	const entry = (over: object) => ({
		x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over }
	});
	const absurd = file({}, 0);
	new DataView(absurd.buffer).setBigUint64(0, 2n ** 63n, true);

	it.each<[string, Uint8Array]>([
		['no bytes', new Uint8Array(0)],
		['a header length beyond all files', absurd],
		['a header cut short', file(entry({}), 8).subarray(0, 20)],
		['a header that is not JSON', file('{"x": ', 8)],
		['a header that is not UTF-8', file('{}', 0).with(8, 0xff)],
		['a header that is a list', file([], 0)],
		['an entry that is null', file({ x: null }, 8)],
		['an unknown dtype', file(entry({ dtype: 'F64' }), 8)],
		['a dtype from the prototype', file(entry({ dtype: 'constructor' }), 8)],
		['a negative size', file(entry({ shape: [-2] }), 8)],
		['a fractional size', file(entry({ shape: [0.5, 4] }), 8)],
		['sizes that overflow', file(entry({ shape: [2 ** 40, 2 ** 40] }), 8)],
		['too many dimensions', file(entry({ shape: Array<number>(9).fill(1) }), 8)],
		['offsets that run backwards', file(entry({ data_offsets: [8, 0] }), 8)],
		['offsets that disagree with the shape', file(entry({ data_offsets: [0, 4] }), 8)],
		['data that ends early', file(entry({}), 7)],
		[
			'tensors over each other',
			file({ ...entry({}), y: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } }, 12)
		],
		[
			'bytes between two tensors',
			file({ ...entry({}), y: { dtype: 'F32', shape: [2], data_offsets: [12, 20] } }, 20)
		],
		['bytes before the first', file(entry({ data_offsets: [8, 16] }), 16)],
		['bytes behind the last', file(entry({}), 9)],
		[
			'a dtype outside the specification',
			file(entry({ dtype: 'F128', data_offsets: [0, 32] }), 32)
		],
		['half a byte', file(entry({ dtype: 'F4', shape: [1], data_offsets: [0, 1] }), 1)],
		['a header that begins with a space', file(' {}', 0)],
		[
			'a name given twice',
			file(
				'{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0078":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
				2
			)
		],
		[
			'a field given twice',
			file('{"x":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}', 1)
		]
	])('refuses %s in a sentence', (_, bytes) => {
		expect(() => parseSafetensors(bytes)).toThrow(
			expect.objectContaining({ name: 'pack-damaged', message: expect.stringMatching(/^A file/) })
		);
	});

	it('passes over formats that it does not read, and names one that is asked for', () => {
		const parsed = parseSafetensors(
			file(
				{
					__metadata__: { step: 7, note: '"x": {' },
					complex: { dtype: 'C64', shape: [2], data_offsets: [0, 16] },
					four: { dtype: 'F4', shape: [2, 3], data_offsets: [16, 19] },
					eight: { dtype: 'F8_E4M3', shape: [2], data_offsets: [19, 21] },
					x: { dtype: 'U8', shape: [1], data_offsets: [21, 22] }
				},
				22
			)
		);
		expect([...integers(parsed, 'x')]).toEqual([21]);
		for (const [name, dtype] of [
			['complex', 'C64'],
			['four', 'F4'],
			['eight', 'F8_E4M3']
		] as const)
			expect(() => float32(parsed, name)).toThrow(
				expect.objectContaining({ name: 'unsupported', message: expect.stringContaining(dtype) })
			);
	});

	it('refuses to give a tensor that is not there', () => {
		expect(() => parseSafetensors(file({})).tensor('toString')).toThrow('no tensor named toString');
	});
});

describe('float32', () => {
	const floats = new Uint8Array(new Float32Array([1.5, -2, 1e-30]).buffer);

	it.each([0, 1, 2, 3])('reads F32 behind %i bytes of padding', (padding) => {
		expect([...float32(one('F32', [3], floats, padding), 'x').data]).toEqual([
			...new Float32Array(floats.buffer)
		]);
	});

	it('does not copy F32 that is aligned', () => {
		const padding = [0, 1, 2, 3].find((p) => {
			const { bytes } = one('F32', [3], floats, p).tensor('x');
			return bytes.byteOffset % 4 === 0;
		});
		const parsed = one('F32', [3], floats, padding);
		expect(float32(parsed, 'x').data.buffer).toBe(parsed.file.read(0, 1).buffer);
	});

	it('widens F16: zeros, subnormals, ones, the largest, infinity, NaN', () => {
		const patterns = [0x0000, 0x8000, 0x0001, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0x7e00];
		const bytes = new Uint8Array(Uint16Array.from(patterns).buffer);
		const { data } = float32(one('F16', [8], bytes), 'x');
		expect([...data]).toEqual([0, -0, 2 ** -24, 1, -2, 65504, Infinity, NaN]);
	});

	it('widens BF16', () => {
		const bytes = new Uint8Array(Uint16Array.from([0x3f80, 0xc040, 0x7f80]).buffer);
		expect([...float32(one('BF16', [3], bytes), 'x').data]).toEqual([1, -3, Infinity]);
	});

	const scaled = (scaleShape: number[], scale: number[]) => {
		const data = new Uint8Array(4 + 4 * scale.length);
		data.set(Uint8Array.of(1, 2, 0xff, 0x80));
		data.set(new Uint8Array(new Float32Array(scale).buffer), 4);
		return parseSafetensors(
			file(
				{
					W: { dtype: 'I8', shape: [2, 2], data_offsets: [0, 4] },
					'W.scale': { dtype: 'F32', shape: scaleShape, data_offsets: [4, data.length] }
				},
				data
			)
		);
	};

	it('multiplies I8 by a scale per column or per row', () => {
		expect([...float32(scaled([1, 2], [10, 0.5]), 'W').data]).toEqual([10, 1, -10, -64]);
		expect([...float32(scaled([2, 1], [10, 0.5]), 'W').data]).toEqual([10, 20, -0.5, -64]);
	});

	it('refuses a scale of another shape, a missing one, and whole numbers', () => {
		expect(() => float32(scaled([2], [1, 1]), 'W')).toThrow('scale that does not fit');
		expect(() => float32(one('I8', [1, 1], Uint8Array.of(1)), 'x')).toThrow('x.scale');
		expect(() => float32(one('U8', [1], Uint8Array.of(1)), 'x')).toThrow('in U8');
	});
});

describe('integers', () => {
	it.each([
		['U8', Uint8Array.of(255)],
		['I8', Int8Array.of(-1)],
		['U16', Uint16Array.of(65535)],
		['I16', Int16Array.of(-2)],
		['I32', Int32Array.of(-70000)],
		['U32', Uint32Array.of(4e9)]
	])('reads %s', (dtype, values) => {
		const read = integers(one(dtype, [1], new Uint8Array(values.buffer)), 'x');
		expect(read).toEqual(values);
	});

	it('refuses decimal numbers', () => {
		expect(() => integers(one('F32', [1], new Uint8Array(4)), 'x')).toThrow('in F32');
	});
});
