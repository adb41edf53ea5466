/**
 * A build of the inference runtime that a site publishes in parts, because its host limits the length of a file:
 * fetched in order, checked as a whole, and handed over as bytes.
 */
import { Problem } from '../../src/core/names/errors';
import type { PackFile } from '../../src/core/packs/manifest';
import type { FilePart } from '../../src/core/packs/parts';
import { download } from '../storage/network/download';
import { evictRuntime, noteRuntimeParts } from '../storage/runtime-cache';

export interface CutRuntime extends Pick<PackFile, 'bytes' | 'sha256'> {
	/** Beside this program's own files. */
	parts: FilePart[];
}

/** The build's bytes. Throws a Problem when a part cannot be had, or they are not the build together. */
export async function joinRuntime(
	name: string,
	{ parts, ...file }: CutRuntime
): Promise<Uint8Array> {
	const addresses = parts.map(({ path, bytes }) => ({
		address: new URL(path, globalThis.location.href).href,
		bytes
	}));
	const attempt = (cache: RequestCache) =>
		download({
			name,
			file,
			parts: addresses,
			before: null,
			refusal: () => damaged(),
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
	if (!got.intact) throw damaged();
	noteRuntimeParts(all);
	return got.bytes;
}

function damaged(): Problem {
	return new Problem(
		'pack-damaged',
		'The inference runtime of this site did not arrive as it was published.',
		'Reload the page; if it stays so, tell whoever keeps the site.'
	);
}
