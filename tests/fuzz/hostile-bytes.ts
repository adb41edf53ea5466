/** Binary files with bad intentions: sound ones whose numbers, headers and pieces are changed. */
import { gzipSync } from 'node:zlib';
import { bytesOf, joined, number } from '../crafted-files';
import type { Draws } from '../draws';
import { hostileJson } from './hostile-json';

/** What lengths, offsets and counts are lied about with. */
const NUMBERS = [
	...[0n, 1n, 2n, 7n, 8n, 255n, 256n, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n],
	...[
		0xfffffffen,
		0xffffffffn,
		1n << 32n,
		(1n << 53n) - 1n,
		1n << 53n,
		(1n << 63n) - 1n,
		(1n << 64n) - 1n
	]
];

export const hostileNumber = (draws: Draws): bigint => draws.pick(NUMBERS);

/** The bytes cut, extended, flipped, spliced, or with numbers overwritten: one to three times. */
export function damagedBytes(draws: Draws, sound: Uint8Array): Uint8Array {
	let out = Uint8Array.from(sound);
	for (let n = draws.integer(1, 3); n > 0; n--) {
		// Headers stand at either end.
		const span = draws.pick([64, 1024, out.length]);
		const from = draws.chance(0.5) ? 0 : Math.max(0, out.length - span);
		const at = Math.min(out.length, from + draws.integer(0, span));
		out = once(draws, out, at);
	}
	return out;
}

function once(draws: Draws, bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
	const rest = bytes.length - at;
	const out = Uint8Array.from(bytes);
	switch (draws.integer(0, 6)) {
		case 0:
			return out.slice(0, at);
		case 1:
			for (let i = draws.integer(1, 8); i > 0 && rest > 0; i--)
				out[at + draws.integer(0, Math.min(rest - 1, 16))]! ^= 1 << draws.integer(0, 7);
			return out;
		case 2: {
			const width = draws.pick([1, 2, 4, 8] as const);
			out.set(number(hostileNumber(draws), width).slice(0, rest), at);
			return out;
		}
		case 3:
			return Uint8Array.from(joined([out.slice(0, at), out.slice(draws.integer(0, out.length))]));
		case 4:
			return out.fill(draws.integer(0, 255), at, at + draws.integer(0, 64));
		case 5:
			return Uint8Array.from(
				joined([out, new Uint8Array(draws.pick([1, 9, 4096])).fill(at & 255)])
			);
		default: {
			const part = out.slice(at, at + draws.integer(1, 64));
			return Uint8Array.from(joined([out.slice(0, at), part, out.slice(at)]));
		}
	}
}

/** A safetensors file whose header was changed as JSON, with a length that fits it or does not. */
export function hostileSafetensors(draws: Draws, sound: Uint8Array): Uint8Array {
	if (draws.chance(0.3)) return damagedBytes(draws, sound);
	const view = new DataView(sound.buffer, sound.byteOffset, sound.byteLength);
	const end = 8 + Number(view.getBigUint64(0, true));
	const header = JSON.parse(new TextDecoder().decode(sound.subarray(8, end))) as unknown;
	const text = new TextEncoder().encode(hostileJson(draws, header));
	const length = draws.chance(0.9) ? BigInt(text.length) : hostileNumber(draws);
	return joined([number(length, 8), text, sound.subarray(end)]);
}

/** A gzip file: of the bytes, damaged, or of something that grows a thousandfold. */
export function hostileGzip(draws: Draws, content: Uint8Array): Uint8Array {
	const kind = draws.integer(0, 9);
	if (kind === 0) return gzipSync(new Uint8Array(draws.pick([1e5, 2e7])));
	if (kind === 1) return joined([gzipSync(content), gzipSync(content)]);
	if (kind < 6) return damagedBytes(draws, gzipSync(content));
	return gzipSync(damagedBytes(draws, content));
}

/** Opcodes of a pickle that lead further into its reader than a random byte does. */
const OPCODES = [
	...[
		'\x80\x02',
		'\x95',
		'(',
		'N',
		'\x88',
		'\x89',
		'K\x01',
		'M\xff\xff',
		'J\xff\xff\xff\x7f',
		'J\xff\xff\xff\xff'
	],
	...[
		'\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
		'G\x7f\xf0\0\0\0\0\0\0',
		'X\x01\0\0\0x',
		'\x8c\x01x',
		'U\x01x'
	],
	...[
		'}',
		']',
		')',
		't',
		'l',
		'\x85',
		'\x86',
		'\x87',
		'a',
		'e',
		's',
		'u',
		'q\0',
		'r\0\0\0\0',
		'\x94',
		'h\0'
	],
	...[
		'j\0\0\0\0',
		'ctorch\nFloatStorage\n',
		'ctorch\nByteStorage\n',
		'ctorch._utils\n_rebuild_tensor_v2\n'
	],
	...[
		'ccollections\nOrderedDict\n',
		'cos\nsystem\n',
		'c__proto__\nx\n',
		'\x93',
		'Q',
		'R',
		'b',
		'X\xff\xff\xff\xff',
		'.'
	]
];

/** A pickle with opcodes put in, repeated and taken out. */
export function hostilePickle(draws: Draws, sound: Uint8Array): Uint8Array {
	if (draws.chance(0.3)) return damagedBytes(draws, sound);
	if (draws.chance(0.2))
		return bytesOf(
			`\x80\x02${draws.list(draws.integer(1, 60), () => draws.pick(OPCODES)).join('')}.`
		);
	let out = sound;
	for (let n = draws.integer(1, 4); n > 0; n--) {
		const at = draws.integer(0, out.length);
		const code = draws.pick(OPCODES).repeat(draws.chance(0.05) ? 20_000 : 1);
		out = joined([out.slice(0, at), bytesOf(code), out.slice(at + draws.integer(0, 3))]);
	}
	return out;
}
