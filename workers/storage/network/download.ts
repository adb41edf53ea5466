/** Fetches a file of a pack into memory and hashes it meanwhile; continues an earlier attempt that was cut off. */
import type { Problem } from '../../../src/core/names/errors';
import type { PackFile } from '../../../src/core/packs/manifest';
import { startSha256 } from '../files/hash';
import { fetchBytes, type FetchBytesOptions } from './fetch-bytes';

interface DownloadOptions extends Pick<
	FetchBytesOptions,
	'name' | 'fetch' | 'signal' | 'retryDelays'
> {
	/** In order; together they are the file: see `core/packs/parts.ts`. */
	parts: { address: string; bytes: number }[];
	file: PackFile;
	/** Headers for a request to an address. */
	headers?: (address: string) => Record<string, string>;
	/** The Problem of a status that no further attempt will change; null: the usual one. */
	refusal?: (address: string, status: number) => Problem | null;
	/** The beginning of the file, from an earlier attempt; not yet trusted. */
	before: Uint8Array | null;
	/** Each new chunk as it comes, in order. */
	onChunk?: (chunk: Uint8Array) => void | Promise<void>;
	/** Bytes so far, those of an earlier attempt included. */
	onProgress?: ((done: number) => void) | undefined;
}

export interface DownloadResult {
	bytes: Uint8Array;
	/** Bytes that came over the network. */
	fetched: number;
	/** False when the bytes are not what the pack says. */
	intact: boolean;
	/** Whether the file should be compressed and is not, because a host has unpacked it on the way. */
	unpacked: boolean;
}

/** Throws a Problem when the network fails for good, AbortError when cancelled. */
export async function download(options: DownloadOptions): Promise<DownloadResult> {
	const { file, before, name } = options;
	const bytes = new Uint8Array(file.bytes);
	const hasher = await startSha256();
	let at = 0;
	const take = (chunk: Uint8Array) => {
		bytes.set(chunk, at);
		hasher.update(chunk);
		at += chunk.length;
	};
	if (before) take(before.subarray(0, file.bytes));
	let fetched = 0;
	let tooLong = false;
	let start = 0;
	for (const { address, bytes: length } of options.parts) {
		const end = start + length;
		if (at < end || end === 0) {
			const result = await fetchBytes({
				...options,
				address,
				bytes: length,
				from: at - start,
				to: null,
				headers: options.headers?.(address) ?? {},
				refusal: (status) => options.refusal?.(address, status) ?? null,
				onChunk: async (chunk) => {
					const fits = chunk.subarray(0, end - at);
					take(fits);
					await options.onChunk?.(fits);
					options.onProgress?.(at);
				}
			});
			fetched += result.fetched;
			tooLong = result.tooLong;
		}
		if (tooLong || at < end) break;
		start = end;
	}
	const intact = !tooLong && at === file.bytes && hasher.hex() === file.sha256;
	const unpacked = name.endsWith('.gz') && !(bytes[0] === 0x1f && bytes[1] === 0x8b);
	return { bytes, fetched, intact, unpacked };
}
