/** A text file of any length, read as documents: in UTF-8 or UTF-16, compressed with gzip or not. */
import { Problem } from '../../src/core/names/errors';
import { Documents, kindOf } from '../../src/core/corpus/documents';
import type { TextFacts } from '../../src/core/corpus/source';
import { startSha256 } from '../storage/files/hash';

/** A compressed file may become this many times as long, and may have this many bytes in any case. */
const LARGEST_RATIO = 100;
const ALWAYS_ALLOWED = 16 << 20;

export class TextFile {
	#sha256: string | null = null;

	constructor(
		readonly file: Blob,
		readonly name: string
	) {}

	/** What a pack states of the file, once all of it has been read. */
	get facts(): TextFacts {
		return { name: this.name, bytes: this.file.size, sha256: this.#sha256! };
	}

	/**
	 * Yields the next documents, and how many bytes of the file are read. Throws a Problem where the file is not text,
	 * is damaged, or decompresses to far more than it should.
	 */
	async *portions(): AsyncGenerator<{ documents: string[]; bytes: number }> {
		const documents = new Documents(kindOf(this.name));
		const head = new Uint8Array(await this.file.slice(0, 2).arrayBuffer().catch(unreadable));
		const packed = head[0] === 0x1f && head[1] === 0x8b;
		const hasher = await startSha256();
		let bytes = 0;
		const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
			transform(piece, out) {
				bytes += piece.length;
				hasher.update(piece);
				out.enqueue(piece);
			}
		});
		const raw = this.file.stream().pipeThrough(counted);
		const stream = packed ? raw.pipeThrough(new DecompressionStream('gzip')) : raw;
		const reader = stream.getReader();
		let decoder: TextDecoder | null = null;
		let unpacked = 0;
		try {
			for (;;) {
				const { done, value } = await reader.read().catch(packed ? damaged : unreadable);
				if (done) break;
				unpacked += value.length;
				if (packed && unpacked > ALWAYS_ALLOWED + LARGEST_RATIO * bytes) throw bomb();
				decoder ??= decoderFor(value);
				const found = documents.take(decoder.decode(value, { stream: true }));
				if (found.length > 0) yield { documents: found, bytes };
			}
		} finally {
			await reader.cancel().catch(() => undefined);
		}
		const rest = documents.take(decoder?.decode() ?? '');
		this.#sha256 = hasher.hex();
		yield { documents: [...rest, ...documents.end()], bytes };
	}
}

/** By the byte order mark; UTF-8 where there is none. */
function decoderFor([a, b]: Uint8Array): TextDecoder {
	if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le');
	return new TextDecoder(a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8');
}

function unreadable(cause: unknown): never {
	throw new Problem(
		'unsupported',
		'The text can no longer be read: it was moved, changed or deleted.',
		'Choose the file again.',
		{ cause }
	);
}

function damaged(cause: unknown): never {
	throw new Problem(
		'unsupported',
		'The compressed text (.gz) is damaged: it ends early, or its checksum is wrong.',
		'Compress it again, or give it as it is.',
		{ cause }
	);
}

function bomb(): Problem {
	return new Problem(
		'unsupported',
		`The compressed text (.gz) becomes more than ${LARGEST_RATIO} times as long.`,
		'If it is meant to, give it uncompressed.'
	);
}
