/** GGUF files written for tests, sound or not. */
import { BLOCK_LAYOUTS } from '../src/core/files/blocks';
import { GGML_TYPES } from '../src/core/files/ggml-types';
import { parseGguf, type GgufType } from '../src/core/files/gguf';
import type { GgufValue } from '../src/core/files/gguf-cursor';
import { joined, number } from './crafted-files';

export interface CraftedGguf {
	metadata: [string, GgufValue][];
	tensors: CraftedTensor[];
	/** What the beginning says in place of the truth. */
	says?: { magic?: string; version?: bigint; tensors?: bigint; entries?: bigint };
}

export interface CraftedTensor {
	name: string;
	/** Outermost first. */
	shape: (number | bigint)[];
	type: GgufType;
	bytes: Uint8Array;
	/** What its entry says in place of the truth. */
	says?: { type?: bigint; offset?: bigint; dimensions?: bigint };
}

const ALIGNMENT = 32;
const encoder = new TextEncoder();
const u32 = (value: bigint | number) => number(BigInt(value), 4);
const u64 = (value: bigint | number) => number(BigInt(value), 8);

export const ggufText = (text: string): Uint8Array =>
	joined([u64(encoder.encode(text).length), encoder.encode(text)]);

export function ggufOf({ metadata, tensors, says = {} }: CraftedGguf): Uint8Array {
	const { magic = 'GGUF', version = 3n } = says;
	let at = 0;
	const entries = tensors.map((tensor) => {
		const offset = tensor.says?.offset ?? BigInt(at);
		at = ALIGNMENT * Math.ceil((at + tensor.bytes.length) / ALIGNMENT);
		return joined([
			ggufText(tensor.name),
			u32(tensor.says?.dimensions ?? tensor.shape.length),
			...tensor.shape.toReversed().map(u64),
			u32(tensor.says?.type ?? numberOf(tensor.type)),
			u64(offset)
		]);
	});
	const header = joined([
		encoder.encode(magic),
		u32(version),
		u64(says.tensors ?? tensors.length),
		u64(says.entries ?? metadata.length),
		...metadata.map(([key, value]) => joined([ggufText(key), valueOf(value)])),
		...entries
	]);
	return joined([padded(header), ...tensors.map(({ bytes }) => padded(bytes))]);
}

/** A sound file taken apart, to be changed. */
export function takenApart(file: Uint8Array): CraftedGguf {
	const { metadata, tensors } = parseGguf(file, file.length)!;
	return {
		metadata: [...metadata],
		tensors: [...tensors].map(([name, { type, shape, from, to }]) => ({
			...{ name, type, shape },
			bytes: file.slice(from, to)
		}))
	};
}

function padded(bytes: Uint8Array): Uint8Array {
	const out = new Uint8Array(ALIGNMENT * Math.ceil(bytes.length / ALIGNMENT));
	out.set(bytes);
	return out;
}

const numberOf = (type: GgufType): number => {
	const name = Object.hasOwn(BLOCK_LAYOUTS, type) ? type.toUpperCase() : type;
	return Number(Object.keys(GGML_TYPES).find((key) => GGML_TYPES[Number(key)] === name));
};

/** The type and the value, numbers in the type that holds them. */
function valueOf(value: GgufValue): Uint8Array {
	if (!Array.isArray(value)) return joined([u32(typeOf(value)), plain(value as number)]);
	const type = value.every(Number.isInteger) ? 5 : typeOf((value as (string | number)[])[0] ?? 0.5);
	const each = value.map((one: string | number) => plain(one, type));
	return joined([u32(9), u32(type), u64(value.length), ...each]);
}

const typeOf = (value: GgufValue): number =>
	typeof value === 'string' ? 8 : typeof value === 'boolean' ? 7 : Number.isInteger(value) ? 5 : 6;

function plain(value: string | number | boolean, type = typeOf(value)): Uint8Array {
	if (typeof value === 'string') return ggufText(value);
	if (typeof value === 'boolean') return number(value ? 1n : 0n, 1);
	const words = type === 5 ? Int32Array.of(value) : Float32Array.of(value);
	return new Uint8Array(words.buffer);
}
