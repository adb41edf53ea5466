/** A text file as documents while it is read: packed with gzip or not, in UTF-8 or UTF-16, of any length. */
import { Problem } from '../../src/core/names/errors';
import { Documents, kindOf } from '../../src/core/corpus/documents';
import { startSha256 } from '../storage/files/hash';

/** A packed file may unpack to so many times its length, and to some bytes in any case. */
const MOST_UNPACKED = 100;
const ALWAYS_UNPACKED = 16 << 20;

/** Documents, and how many bytes of the file it took to read them so far. */
export interface Portion {
	documents: string[];
	bytes: number;
}

export class TextFile {
	/** Of the file as it lies, once all of it has been read. */
	sha256: string | null = null;

	constructor(
		readonly file: Blob,
		readonly name: string
	) {}

	/** Throws a Problem where the file is no text, is damaged, or unpacks to more than can be meant. */
	async *portions(): AsyncGenerator<Portion> {
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
				if (packed && unpacked > ALWAYS_UNPACKED + MOST_UNPACKED * bytes) throw bomb();
				decoder ??= decoderFor(value);
				const found = documents.take(decoder.decode(value, { stream: true }));
				if (found.length > 0) yield { documents: found, bytes };
			}
		} finally {
			await reader.cancel().catch(() => undefined);
		}
		const rest = documents.take(decoder?.decode() ?? '');
		this.sha256 = hasher.hex();
		yield { documents: [...rest, ...documents.end()], bytes };
	}
}

/** By the mark at the text's beginning; UTF-8 where there is none. */
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
		'The packed text (.gz) is damaged: it ends early, or its checksum differs.',
		'Pack it again, or give it unpacked.',
		{ cause }
	);
}

function bomb(): Problem {
	return new Problem(
		'unsupported',
		`The packed text (.gz) unpacks to more than ${MOST_UNPACKED} times its length.`,
		'Give it unpacked if that is meant.'
	);
}
