/** Fetches a file of a pack into memory, hashing while it streams; goes on where an earlier attempt was cut. */
import type { Problem } from '../../../src/core/names/errors';
import type { PackFile } from '../../../src/core/packs/manifest';
import { startSha256 } from '../files/hash';
import { fetchBytes, type Fetching } from './fetch-bytes';

export interface Download extends Pick<Fetching, 'name' | 'fetch' | 'signal'> {
	/** Where it lies, whole or in parts: see `core/parts.ts`. */
	parts: { address: string; bytes: number }[];
	file: PackFile;
	/** What goes along with the request for an address. */
	headers?: (address: string) => Record<string, string>;
	/** The Problem of an answer that no further attempt will change; the usual one where it knows none. */
	refusal?: (address: string, status: number) => Problem | null;
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
	/** Whether it should be compressed and is not: a host has unpacked it on the way. */
	unpacked: boolean;
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
	let fetched = 0;
	let tooLong = false;
	let start = 0;
	for (const { address, bytes: length } of job.parts) {
		const end = start + length;
		if (at < end || end === 0) {
			const answer = await fetchBytes({
				...job,
				address,
				bytes: length,
				from: at - start,
				to: null,
				headers: job.headers?.(address) ?? {},
				refusal: (status) => job.refusal?.(address, status) ?? null,
				onPiece: async (piece) => {
					const fits = piece.subarray(0, end - at);
					take(fits);
					await job.onPiece?.(fits);
					job.onProgress?.(at);
				}
			});
			fetched += answer.fetched;
			tooLong = answer.tooLong;
		}
		if (tooLong || at < end) break;
		start = end;
	}
	const intact = !tooLong && at === file.bytes && hasher.hex() === file.sha256;
	const [first, second] = bytes;
	const unpacked = job.name.endsWith('.gz') && !(first === 0x1f && second === 0x8b);
	return { bytes, fetched, intact, unpacked };
}
