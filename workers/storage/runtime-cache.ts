/**
 * Caches the inference runtime for use without a network. Only this thread loads it, and on a first visit before the
 * service worker takes over, so the service worker may not have seen it. What it has kept is checked all the same: a host
 * or a network that answers every address with a page of its own would break the engine for good.
 */
import { Problem } from '../../src/core/names/errors';
import type { PackFile } from '../../src/core/packs/manifest';
import type { FilePart } from '../../src/core/packs/parts';
import { sha256 } from './files/hash';
import { notKept } from './files/quota';

export interface PublishedRuntime extends Pick<PackFile, 'bytes' | 'sha256'> {
	/** Beside this program's own files; null where the build is published whole. */
	parts: FilePart[] | null;
}

/** What each build must be, by its name: defined by vite.config.ts when the site is built. */
declare const __RUNTIME__: Record<string, PublishedRuntime> | undefined;

export const publishedRuntime = (name: string): PublishedRuntime | undefined =>
	typeof __RUNTIME__ === 'undefined' ? undefined : __RUNTIME__[name];

/** The service worker's name for it, in `vite.config.ts`. */
const CACHE = 'undercurrent-runtime';
/** A file of the runtime, whole or a part of one that is too long for the site's host (`workers/node/site/runtime.ts`). */
const RUNTIME = /\/assets\/(ort[^/]*)-[\w-]{8}\.(js|wasm)(?:\.part\d+)?$/;

/** Addresses of the parts that the runtime was put together from. */
const parts = new Set<string>();

/** Says that the runtime was put together from these addresses: browsers list only so many requests. */
export function noteRuntimeParts(addresses: string[]): void {
	for (const address of addresses) parts.add(address);
}

/** Resolves to whether everything of the runtime that this thread has used is in the cache. Throws where there is none. */
export async function cacheRuntime(): Promise<boolean> {
	const caches = globalThis.caches as CacheStorage | undefined;
	if (!caches) throw notKept();
	const used = usedFiles();
	const cache = await caches.open(CACHE);
	for (const url of used) {
		try {
			const kept = await cache.match(url);
			if (kept && (await isIntact(url, kept))) continue;
			if (kept) await cache.delete(url);
			// Where the service worker has taken over, this puts it into the cache as well: of what is wrong, it must go.
			const response = await fetch(url);
			const copy = response.clone();
			if (await isIntact(url, response)) await cache.put(url, copy);
			else {
				await cache.delete(url);
				return false;
			}
		} catch {
			return false;
		}
	}
	await deleteOlder(cache, used);
	return used.length > 0;
}

/**
 * After the runtime has failed to start: looks at every file of it that this thread has used, and fetches those
 * anew that are not what was published. `scripts`: a script failed, and nothing else tells which. Resolves to whether
 * there was one.
 */
export async function refetchDamaged(scripts: boolean): Promise<boolean> {
	let found = false;
	for (const url of usedFiles()) {
		const response = await fetch(url).catch(() => null);
		if (!response) continue;
		if (!(scripts && url.endsWith('.js')) && (await isIntact(url, response))) continue;
		found = true;
		await evictRuntime([url]);
		// Past the browser's own cache, which takes the new answer in its place.
		await fetch(url, { cache: 'reload' }).then(
			(anew) => anew.arrayBuffer(),
			() => null
		);
	}
	return found;
}

export const damagedRuntime = (): Problem =>
	new Problem(
		'runtime-damaged',
		'The inference runtime of this site did not arrive as it was published.',
		'Try again; if it stays so, another network may help, or whoever keeps the site.'
	);

function usedFiles(): string[] {
	const requested = performance.getEntriesByType('resource').map((entry) => entry.name);
	return [...new Set([...requested, ...parts])].filter((url) => RUNTIME.test(url));
}

/** By what is known: a build's sha256; of a script, which this thread has run, the length; a part is checked when joined. */
async function isIntact(url: string, response: Response): Promise<boolean> {
	if (!response.ok) return false;
	const bytes = new Uint8Array(await response.arrayBuffer());
	const build = publishedRuntime(url.replace(/^.*(?=\/assets\/)/, '').replace(RUNTIME, '$1.$2'));
	if (build && !/\.part\d+$/.test(url)) return (await sha256(bytes)) === build.sha256;
	const [run] = performance.getEntriesByName(url) as PerformanceResourceTiming[];
	return !run?.decodedBodySize || run.decodedBodySize === bytes.length;
}

/** Deletes what is cached of these addresses, because it is not what it should be. */
export async function evictRuntime(addresses: string[]): Promise<void> {
	const cache = await (globalThis.caches as CacheStorage | undefined)?.open(CACHE);
	for (const address of addresses) await cache?.delete(address);
}

/** Of files that differ only in the hash in their name, whole or in parts, only those in use are kept. */
async function deleteOlder(cache: Cache, used: string[]): Promise<void> {
	const stem = (url: string) => url.replace(RUNTIME, '/assets/$1.$2');
	const version = (url: string) => url.replace(/\.part\d+$/, '');
	const stems = new Set(used.map(stem));
	const versions = new Set(used.map(version));
	for (const { url } of await cache.keys())
		if (stems.has(stem(url)) && !versions.has(version(url))) await cache.delete(url);
}
