/** Fetches a file of a pack into memory, hashing while it streams; goes on where an earlier attempt was cut. */
import type { PackFile } from '../core/manifest';
import { startSha256 } from './hash';
import { fetchBytes, type Fetching } from './fetching';

export interface Download extends Pick<Fetching, 'address' | 'name' | 'fetch' | 'signal'> {
	file: PackFile;
	/** The beginning of the file, from an earlier attempt; not yet trusted. */
	before: Uint8Array | null;
	/** Each new piece as it comes, in order. */
	onPiece?: (piece: Uint8Array) => void | Promise<void>;
	/** Bytes there are so far, those of an earlier attempt included. */
	onProgress?: ((done: number) => void) | undefined;
	/** Milliseconds to wait before each further attempt. */
	pauses?: number[];
}

export interface Downloaded {
	bytes: Uint8Array;
	/** What came over the network. */
	fetched: number;
	/** False when the bytes are not what the pack says. */
	intact: boolean;
}

/** Throws a Problem when the network gives up, AbortError when cancelled. */
export async function download(job: Download): Promise<Downloaded> {
	const { file, before } = job;
	const bytes = new Uint8Array(file.bytes);
	const hasher = await startSha256();
	let at = 0;
	const take = (piece: Uint8Array) => {
		bytes.set(piece, at);
		hasher.update(piece);
		at += piece.length;
	};
	if (before) take(before.subarray(0, file.bytes));
	const whole = () => at === file.bytes;
	if (whole() && at > 0) return { bytes, fetched: 0, intact: hasher.hex() === file.sha256 };
	const { fetched, tooLong } = await fetchBytes({
		...job,
		bytes: file.bytes,
		from: at,
		to: null,
		onPiece: async (piece) => {
			const fits = piece.subarray(0, file.bytes - at);
			take(fits);
			await job.onPiece?.(fits);
			job.onProgress?.(at);
		}
	});
	return { bytes, fetched, intact: !tooLong && whole() && hasher.hex() === file.sha256 };
}
