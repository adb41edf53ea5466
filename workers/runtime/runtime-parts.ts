/**
 * A build of the inference runtime that a site publishes in parts, because its host limits the length of a file:
 * fetched in order, checked as a whole, and handed over as bytes.
 */
import type { FilePart } from '../../src/core/packs/parts';
import { download } from '../storage/network/download';
import {
	damagedRuntime,
	evictRuntime,
	noteRuntimeParts,
	type PublishedRuntime
} from '../storage/runtime-cache';

/** The build's bytes. Throws a Problem when a part cannot be had, or they are not the build together. */
export async function joinRuntime(
	name: string,
	{ bytes, sha256 }: PublishedRuntime,
	parts: FilePart[]
): Promise<Uint8Array> {
	const addresses = parts.map(({ path, bytes }) => ({
		address: new URL(path, globalThis.location.href).href,
		bytes
	}));
	const attempt = (cache: RequestCache) =>
		download({
			name,
			file: { bytes, sha256 },
			parts: addresses,
			before: null,
			refusal: damagedRuntime,
			// What is fetched now is kept a little later, out of the browser's cache (`workers/storage/runtime-cache.ts`).
			fetch: (address, init) => fetch(address, { ...init, cache })
		});
	const all = addresses.map(({ address }) => address);
	let got = await attempt('default');
	if (!got.intact) {
		// A network that answers every address with a page of its own may have been remembered.
		await evictRuntime(all);
		got = await attempt('reload');
	}
	if (!got.intact) throw damagedRuntime();
	noteRuntimeParts(all);
	return got.bytes;
}
