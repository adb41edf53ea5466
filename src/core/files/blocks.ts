/**
 * Numbers in blocks, as GGUF files hold them: a few small integers and one or two float16 that scale them. Format:
 * https://github.com/ggml-org/ggml, `ggml-common.h`. Widened they are equal to the bit to `dequantize` of the
 * Python package `gguf`: every product here is exact in float64, so that storing it rounds once, as float32 does.
 */
import { halfValues } from './dtypes';

/** How a block of one type is laid out. */
interface BlockLayout {
	/** Numbers in a block. */
	values: number;
	/** Bytes of a block. */
	bytes: number;
	/** Where in it float16 numbers stand: the block's numbers are finite where these are. */
	halves: number[];
	/** Writes the numbers of the block at byte `at` into `out`, from `to` on. */
	widen(block: Uint8Array, at: number, out: Float32Array, to: number): void;
}

/** How the integers of a block of 32 become its numbers: (q + `shift`) × scale, and a float16 more where there is a minimum. */
interface Scaling {
	shift: number;
	hasMin: boolean;
}

const centred = (shift: number): Scaling => ({ shift, hasMin: false });
const FROM_MIN: Scaling = { shift: 0, hasMin: true };
/** What is added where there is no minimum: anything plus −0 is itself, the sign of a zero included. */
const NOTHING = -0;

/** Numbers in a block of the K types. */
const SUPER = 256;

export const BLOCK_LAYOUTS = {
	q4_0: { values: 32, bytes: 18, halves: [0], widen: fours(centred(-8)) },
	q4_1: { values: 32, bytes: 20, halves: [0, 2], widen: fours(FROM_MIN) },
	q5_0: { values: 32, bytes: 22, halves: [0], widen: fives(centred(-16)) },
	q5_1: { values: 32, bytes: 24, halves: [0, 2], widen: fives(FROM_MIN) },
	q8_0: { values: 32, bytes: 34, halves: [0], widen: eights },
	q4_k: { values: SUPER, bytes: 144, halves: [0, 2], widen: superFours },
	q5_k: { values: SUPER, bytes: 176, halves: [0, 2], widen: superFives },
	q6_k: { values: SUPER, bytes: 210, halves: [208], widen: superSixes }
} satisfies Record<string, BlockLayout>;

export type BlockType = keyof typeof BLOCK_LAYOUTS;

const isBlockType = (name: string): name is BlockType => Object.hasOwn(BLOCK_LAYOUTS, name);

/** The type of blocks that the name of a tensor in a pack ends with; null for one of plain numbers. */
export function blockTypeOf(name: string): BlockType | null {
	const end = name.slice(name.lastIndexOf('.') + 1);
	return isBlockType(end) ? end : null;
}

/** The name of a tensor in a pack without the type of its blocks. */
export function withoutBlockType(name: string): string {
	return blockTypeOf(name) === null ? name : name.slice(0, name.lastIndexOf('.'));
}

/** The shape of the numbers in `[rows, bytes of a row]` of blocks; null where no whole blocks fill the rows. */
export function widenedShape(type: BlockType, shape: number[]): [number, number] | null {
	const { bytes, values } = BLOCK_LAYOUTS[type];
	const [rows = 0, row = 0] = shape;
	return shape.length === 2 && row % bytes === 0 ? [rows, (row / bytes) * values] : null;
}

/** The numbers of whole blocks, put into `out` from `to` on. */
export function widenBlocks(
	type: BlockType,
	blocks: Uint8Array,
	out: Float32Array,
	to: number
): void {
	const { bytes, values, widen } = BLOCK_LAYOUTS[type];
	for (let at = 0; at < blocks.length; at += bytes, to += values) widen(blocks, at, out, to);
}

/** Whether every number of whole blocks is finite. */
export function areFiniteBlocks(type: BlockType, blocks: Uint8Array): boolean {
	const { bytes, halves } = BLOCK_LAYOUTS[type];
	for (let at = 0; at < blocks.length; at += bytes)
		for (const half of halves) if ((blocks[at + half + 1]! & 0x7c) === 0x7c) return false;
	return true;
}

const half = (bytes: Uint8Array, at: number): number =>
	halfValues()[bytes[at]! | (bytes[at + 1]! << 8)]!;

/** 16 bytes behind the float16 numbers: their low halves are the first 16 integers. */
function fours({ shift, hasMin }: Scaling): BlockLayout['widen'] {
	const first = hasMin ? 4 : 2;
	return (block, at, out, to) => {
		const d = half(block, at);
		const m = hasMin ? half(block, at + 2) : NOTHING;
		const from = at + first;
		for (let i = 0; i < 16; i++) {
			const byte = block[from + i]!;
			out[to + i] = ((byte & 15) + shift) * d + m;
			out[to + 16 + i] = ((byte >> 4) + shift) * d + m;
		}
	};
}

/** As `fours`, with the fifth bits of all 32 integers before them. */
function fives({ shift, hasMin }: Scaling): BlockLayout['widen'] {
	const first = hasMin ? 4 : 2;
	return (block, at, out, to) => {
		const d = half(block, at);
		const m = hasMin ? half(block, at + 2) : NOTHING;
		const from = at + first;
		const low = block[from]! | (block[from + 1]! << 8);
		const high = block[from + 2]! | (block[from + 3]! << 8);
		for (let i = 0; i < 16; i++) {
			const byte = block[from + 4 + i]!;
			out[to + i] = (((byte & 15) | (((low >> i) & 1) << 4)) + shift) * d + m;
			out[to + 16 + i] = (((byte >> 4) | (((high >> i) & 1) << 4)) + shift) * d + m;
		}
	};
}

function eights(block: Uint8Array, at: number, out: Float32Array, to: number): void {
	const d = half(block, at);
	for (let i = 0; i < 32; i++) out[to + i] = d * signed(block[at + 2 + i]!);
}

const signed = (byte: number): number => (byte << 24) >> 24;

/** Scales and minima of eight parts of 32 numbers, 6 bits each, in 12 bytes. */
function scaleAndMin(block: Uint8Array, at: number, part: number): [number, number] {
	if (part < 4) return [block[at + part]! & 63, block[at + part + 4]! & 63];
	const low = block[at + part + 4]!;
	const [scale, min] = [block[at + part - 4]!, block[at + part]!];
	return [(low & 15) | ((scale >> 2) & 48), (low >> 4) | ((min >> 2) & 48)];
}

function superFours(block: Uint8Array, at: number, out: Float32Array, to: number): void {
	superBlock(block, at, at + 16, null, out, to);
}

function superFives(block: Uint8Array, at: number, out: Float32Array, to: number): void {
	superBlock(block, at, at + 48, at + 16, out, to);
}

/** `fifths`: where the fifth bits are, of number i of part p in bit p of byte i. */
function superBlock(
	block: Uint8Array,
	at: number,
	fours: number,
	fifths: number | null,
	out: Float32Array,
	to: number
): void {
	const [d, min] = [half(block, at), half(block, at + 2)];
	for (let part = 0; part < 8; part++) {
		const [scale, least] = scaleAndMin(block, at + 4, part);
		const [factor, less] = [d * scale, min * least];
		const from = fours + 32 * (part >> 1);
		const shift = 4 * (part & 1);
		for (let i = 0; i < 32; i++) {
			let q = (block[from + i]! >> shift) & 15;
			if (fifths !== null) q |= ((block[fifths + i]! >> part) & 1) << 4;
			out[to + 32 * part + i] = factor * q - less;
		}
	}
}

/** Rows of 32 numbers: 4 bits each, 2 more, and a signed scale for 16 of them. */
function superSixes(block: Uint8Array, at: number, out: Float32Array, to: number): void {
	const d = half(block, at + 208);
	for (let row = 0; row < 8; row++) {
		const fours = at + 64 * (row >> 2) + 32 * (row & 1);
		const twos = at + 128 + 32 * (row >> 2);
		const [up, across] = [row & 2 ? 4 : 0, 2 * (row & 3)];
		for (let i = 0; i < 32; i++) {
			const q = ((block[fours + i]! >> up) & 15) | (((block[twos + i]! >> across) & 3) << 4);
			const scale = signed(block[at + 192 + 2 * row + (i >> 4)]!);
			out[to + 32 * row + i] = d * scale * (q - 32);
		}
	}
}
