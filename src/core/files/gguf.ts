/**
 * The header of a GGUF file: metadata, and where its tensors lie. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 * Hostile until read: nothing is built that is larger than a small multiple of the bytes that were given.
 */
import { Problem } from '../names/errors';
import { BLOCK_LAYOUTS, type BlockType } from './blocks';
import { damagedGguf, GgufCursor, type GgufValue } from './gguf-cursor';
import { GGML_TYPES } from './ggml-types';

export type GgufPlainType = 'F32' | 'F16' | 'BF16';
export type GgufType = GgufPlainType | BlockType;

export interface GgufTensor {
	type: GgufType;
	/** Outermost first, as everywhere else: the file has it the other way round. */
	shape: number[];
	/** Its bytes, from the beginning of the file. */
	from: number;
	to: number;
}

export interface Gguf {
	metadata: ReadonlyMap<string, GgufValue>;
	tensors: ReadonlyMap<string, GgufTensor>;
}

/** Bytes. The longest vocabularies take about ten million. */
export const LONGEST_GGUF_HEADER = 64_000_000;
const MAGIC = 'GGUF';
const VERSIONS = [2, 3];
const MOST_ENTRIES = 1_000_000;
const MOST_DIMENSIONS = 4;
const LARGEST_TENSOR = 2 ** 40;
const LARGEST_ALIGNMENT = 2 ** 20;

/** Bytes of this many numbers in a row; null where they are no whole blocks. */
function rowBytes(type: GgufType, columns: number): number | null {
	if (type === 'F32') return 4 * columns;
	if (type === 'F16' || type === 'BF16') return 2 * columns;
	const { values, bytes } = BLOCK_LAYOUTS[type];
	return columns % values === 0 ? (columns / values) * bytes : null;
}

/** The bytes of a row of a tensor. */
export const bytesOfRow = ({ type, shape }: Pick<GgufTensor, 'type' | 'shape'>): number =>
	rowBytes(type, shape.at(-1) ?? 1)!;

/**
 * Parses the header of a file of `length` bytes from its first ones; null where it goes on beyond them. Throws a Problem
 * for anything that is no sound header, and for types of tensors that are not read, which it names.
 */
export function parseGguf(beginning: Uint8Array, length: number): Gguf | null {
	const isWhole = beginning.length >= Math.min(length, LONGEST_GGUF_HEADER);
	const cursor = new GgufCursor(beginning);
	const parsed = header(cursor);
	if (parsed !== null && !cursor.isSpent) return laidOut(parsed, cursor.at, length);
	if (!isWhole) return null;
	throw length > LONGEST_GGUF_HEADER
		? damagedGguf('has a header longer than that of any model')
		: damagedGguf('ends before its header does');
}

interface Listed {
	name: string;
	type: GgufType;
	shape: number[];
	offset: number;
}

function header(cursor: GgufCursor): { metadata: Map<string, GgufValue>; listed: Listed[] } | null {
	if (cursor.letters(4) !== MAGIC) {
		if (cursor.isSpent) return null;
		throw damagedGguf('does not begin as a GGUF file does');
	}
	const version = cursor.u32();
	const [tensors, entries] = [cursor.u64(), cursor.u64()];
	if (cursor.isSpent) return null;
	if (!VERSIONS.includes(version)) throw otherVersion(version);
	if (tensors > MOST_ENTRIES || entries > MOST_ENTRIES)
		throw damagedGguf('announces more entries than the file of any model has');
	const metadata = new Map<string, GgufValue>();
	for (let i = 0; i < entries; i++) {
		const key = cursor.string();
		const value = cursor.value(cursor.u32(), key);
		if (cursor.isSpent) return null;
		if (metadata.has(key)) throw damagedGguf(`says ${named(key)} twice`);
		metadata.set(key, value);
	}
	const listed: Listed[] = [];
	for (let i = 0; i < tensors; i++) {
		const one = tensorEntry(cursor);
		if (one === null) return null;
		listed.push(one);
	}
	return { metadata, listed };
}

function tensorEntry(cursor: GgufCursor): Listed | null {
	const name = cursor.string();
	const dimensions = cursor.u32();
	if (cursor.isSpent) return null;
	if (dimensions > MOST_DIMENSIONS)
		throw damagedGguf(`has tensor ${named(name)} without a usable shape`);
	const shape = Array.from({ length: dimensions }, () => cursor.u64()).reverse();
	const number = cursor.u32();
	const offset = cursor.u64();
	if (cursor.isSpent) return null;
	const size = shape.reduce((product, n) => product * n, 1);
	if (!(size > 0 && size <= LARGEST_TENSOR))
		throw damagedGguf(`has tensor ${named(name)} without a usable shape`);
	return { name, type: typeOf(number, name), shape, offset };
}

function typeOf(number: number, name: string): GgufType {
	const type = Object.hasOwn(GGML_TYPES, number) ? GGML_TYPES[number]! : `type ${number}`;
	if (type === 'F32' || type === 'F16' || type === 'BF16') return type;
	const blocks = type.toLowerCase();
	if (Object.hasOwn(BLOCK_LAYOUTS, blocks)) return blocks as BlockType;
	const known = Object.keys(BLOCK_LAYOUTS).map((each) => each.toUpperCase());
	throw new Problem(
		'unsupported',
		`This GGUF file has tensor ${named(name)} as ${type}, which is not supported.`,
		`Choose a file of F32, F16, BF16, ${known.join(', ')}.`
	);
}

/** Where the tensors lie: each within the file, none over another. Throws a Problem otherwise. */
function laidOut(
	{ metadata, listed }: { metadata: Map<string, GgufValue>; listed: Listed[] },
	headerEnd: number,
	length: number
): Gguf {
	const alignment = metadata.get('general.alignment') ?? 32;
	if (
		typeof alignment !== 'number' ||
		!Number.isInteger(alignment) ||
		!(alignment > 0 && alignment <= LARGEST_ALIGNMENT && alignment % 8 === 0)
	)
		throw damagedGguf('has an alignment that no file has');
	const data = alignment * Math.ceil(headerEnd / alignment);
	const tensors = new Map<string, GgufTensor>();
	for (const { name, type, shape, offset } of listed) {
		const row = rowBytes(type, shape.at(-1) ?? 1);
		if (row === null)
			throw damagedGguf(`has tensor ${named(name)}, whose rows are no whole blocks`);
		if (offset % alignment !== 0) throw damagedGguf(`has tensor ${named(name)} out of line`);
		if (tensors.has(name)) throw damagedGguf(`has tensor ${named(name)} twice`);
		const rows = shape.slice(0, -1).reduce((product, n) => product * n, 1);
		const [from, to] = [data + offset, data + offset + rows * row];
		if (to > length) throw damagedGguf(`ends before tensor ${named(name)} does`);
		tensors.set(name, { type, shape, from, to });
	}
	let at = data;
	for (const [name, { from, to }] of [...tensors].sort(([, a], [, b]) => a.from - b.from)) {
		if (from < at) throw damagedGguf(`has tensor ${named(name)} overlapping another`);
		at = to;
	}
	return { metadata, tensors };
}

const named = (name: string): string => name.slice(0, 80);

function otherVersion(version: number): Problem {
	const isSwapped = version > 0xffff;
	return new Problem(
		'unsupported',
		isSwapped
			? 'This GGUF file has its bytes in the other order (big-endian), which is not supported.'
			: `This GGUF file is of version ${version}; versions 2 and 3 are read.`,
		'Convert the model again with a current llama.cpp.'
	);
}
