/** Files of a pack that are stored compressed. */
import { Problem } from '../../src/core/names/errors';
import { concatenated } from '../storage/files/memory';

/** A file may become this many times as long, and may have `ALWAYS_ALLOWED` bytes in any case. */
const LARGEST_RATIO = 40;
const ALWAYS_ALLOWED = 16 << 20;
/** Bytes unpacked at a time: a browser unpacks the whole of a piece before anybody can say that it is too much. */
const PIECE = 16 << 10;

/** The bytes behind gzip; a file that is not gzipped comes back as it is. Throws a Problem for one that is damaged or grows too far. */
export async function gunzipped(bytes: Uint8Array, file: string): Promise<Uint8Array> {
	if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
	const most = ALWAYS_ALLOWED + LARGEST_RATIO * bytes.length;
	let at = 0;
	const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>(
		{
			pull(out) {
				if (at >= bytes.length) out.close();
				else out.enqueue(bytes.slice(at, (at += PIECE)));
			}
		},
		{ highWaterMark: 0 }
	);
	const reader = pieces.pipeThrough(new DecompressionStream('gzip')).getReader();
	const parts: Uint8Array[] = [];
	let length = 0;
	for (;;) {
		const { done, value } = await reader.read().catch((cause: unknown): never => {
			throw damaged(file, 'cannot be unpacked', cause);
		});
		if (done) return concatenated(parts);
		length += value.length;
		if (length > most) {
			await reader.cancel().catch(() => undefined);
			throw damaged(file, `unpacks to more than ${LARGEST_RATIO} times its length`);
		}
		parts.push(value);
	}
}

const damaged = (file: string, what: string, cause?: unknown) =>
	new Problem(
		'pack-damaged',
		`The file ${file} of the pack ${what}.`,
		'Fetch or make the pack again.',
		{
			cause
		}
	);
