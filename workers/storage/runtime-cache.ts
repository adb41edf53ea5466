/**
 * Caches the inference runtime for use without a network. Only this thread loads it, and on a first visit before the
 * service worker takes over, so the service worker has not seen it.
 */

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

/** Resolves to whether everything of the runtime that this thread has used is in the cache. */
export async function cacheRuntime(): Promise<boolean> {
	const caches = globalThis.caches as CacheStorage | undefined;
	if (!caches) return false;
	const requested = performance.getEntriesByType('resource').map((entry) => entry.name);
	const used = [...new Set([...requested, ...parts])].filter((url) => RUNTIME.test(url));
	const cache = await caches.open(CACHE);
	for (const url of used) {
		if (await cache.match(url)) continue;
		try {
			await cache.add(url);
		} catch {
			return false;
		}
	}
	await deleteOlder(cache, used);
	return used.length > 0;
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
