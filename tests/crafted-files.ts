/** Archives, pickles and arrays put together byte by byte, well-formed or not. */
import { SafetensorsWriter } from '../workers/import/files/safetensors-writer';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Folder } from '../workers/import/files/folder';

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export function joined(parts: Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** Little-endian. */
export function number(value: number | bigint, width: 1 | 2 | 4 | 8): Uint8Array {
	const view = new DataView(new ArrayBuffer(8));
	view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
	return new Uint8Array(view.buffer).slice(0, width);
}

/** A folder in memory; what is no bytes is written as JSON. */
export function folderOf(name: string, files: Record<string, unknown>): Folder {
	const bytes = Object.entries(files).map(([path, content]): [string, Uint8Array] => [
		path,
		content instanceof Uint8Array
			? content
			: new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))
	]);
	const all = new Map(bytes);
	return {
		name,
		names: [...all.keys()],
		sizes: new Map(bytes.map(([path, { length }]) => [path, length])),
		read: async (path) => all.get(path)!,
		slice: async (path, start, end) => all.get(path)!.slice(start, end)
	};
}

export interface ZipEntry {
	name: string;
	bytes: Uint8Array;
	deflated?: boolean;
	/** What the directory says instead of the truth. */
	says?: Partial<{
		method: number;
		flags: number;
		crc: number;
		packed: number;
		size: number;
		offset: number;
	}>;
}

export function zipOf(entries: ZipEntry[], says: { count?: number; start?: number } = {}) {
	const files: Uint8Array[] = [];
	const directory: Uint8Array[] = [];
	let at = 0;
	for (const { name, bytes, deflated = false, says: lies = {} } of entries) {
		const data = deflated ? new Uint8Array(deflateRawSync(bytes)) : bytes;
		const { method = deflated ? 8 : 0, flags = 0, crc = crc32(bytes) } = lies;
		const { packed = data.length, size = bytes.length, offset = at } = lies;
		const shared = joined([
			number(flags, 2),
			number(method, 2),
			number(0, 4),
			number(crc, 4),
			number(packed, 4),
			number(size, 4),
			number(name.length, 2),
			number(0, 2)
		]);
		const local = joined([bytesOf('PK\x03\x04'), number(20, 2), shared, bytesOf(name), data]);
		const more = joined([number(0, 2), number(0, 2), number(0, 2), number(0, 4)]);
		const head = joined([bytesOf('PK\x01\x02'), number(20, 2), number(20, 2)]);
		directory.push(joined([head, shared, more, number(offset, 4), bytesOf(name)]));
		files.push(local);
		at += local.length;
	}
	const listed = joined(directory);
	const count = says.count ?? entries.length;
	const end = joined([
		bytesOf('PK\x05\x06'),
		number(0, 4),
		number(count, 2),
		number(count, 2),
		number(listed.length, 4),
		number(says.start ?? at, 4),
		number(0, 2)
	]);
	return joined([...files, listed, end]);
}

/** A `.pt` file with this pickle and these numbers. */
export function torchOf(pickle: Uint8Array, storages: Record<string, Uint8Array> = {}): Uint8Array {
	return zipOf([
		{ name: 'ae/data.pkl', bytes: pickle },
		...Object.entries(storages).map(([key, bytes]) => ({ name: `ae/data/${key}`, bytes }))
	]);
}

/** Opcodes and their arguments as text of one byte a character, after `protocol`. */
export const pickleOf = (body: string, protocol = 2): Uint8Array =>
	bytesOf(`\x80${String.fromCharCode(protocol)}${body}`);

/** A short word of a pickle. */
export const word = (text: string): string => `X${String.fromCharCode(text.length)}\0\0\0${text}`;

/** A tensor of a pickle: `shape` and `stride` as opcodes of a tuple. */
export function tensor(shape: string, stride: string, offset = 'K\0', length = 'K\x04'): string {
	const storage = `(${word('storage')}ctorch\nFloatStorage\n${word('0')}${word('cpu')}${length}tQ`;
	return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${stride}\x89ccollections\nOrderedDict\n)RtR`;
}

export function npyOf(header: string, data: Uint8Array, version = 1): Uint8Array {
	const length = number(header.length, version > 1 ? 4 : 2);
	const magic = bytesOf(`\x93NUMPY${String.fromCharCode(version)}\0`);
	return joined([magic, length, bytesOf(header), data]);
}

/** A safetensors file of float32, in every tensor the numbers from `first` on. */
export function numberedTensors(shapes: Record<string, number[]>, first: number): Uint8Array {
	const file = new SafetensorsWriter();
	for (const [name, shape] of Object.entries(shapes)) {
		const length = shape.reduce((product, n) => product * n, 1);
		file.floats(name, { shape, data: Float32Array.from({ length }, (_, i) => first + i) }, 'f32');
	}
	return file.toBytes();
}
