/**
 * Keeps the parts of the program that only this thread loaded: on a first visit the service worker
 * takes over after the inference runtime has been fetched, and has not seen it.
 */

/** As the service worker calls it, in `vite.config.ts`. */
const CACHE = 'undercurrent-runtime';
const RUNTIME = /\/assets\/(ort[^/]*)-[\w-]{8}\.(js|wasm)$/;

/** True when everything of the runtime that this thread has used is in the cache. */
export async function keepRuntime(): Promise<boolean> {
	const caches = globalThis.caches as CacheStorage | undefined;
	if (!caches) return false;
	const entries = performance.getEntriesByType('resource').map((entry) => entry.name);
	const used = [...new Set(entries)].filter((url) => RUNTIME.test(url));
	const cache = await caches.open(CACHE);
	for (const url of used) {
		if (await cache.match(url)) continue;
		try {
			await cache.add(url);
		} catch {
			return false;
		}
	}
	await forgetOlder(cache, used);
	return used.length > 0;
}

/** Of the same file with another hash in its name, only the one in use is kept. */
async function forgetOlder(cache: Cache, used: string[]): Promise<void> {
	const stem = (url: string) => url.replace(RUNTIME, '/assets/$1.$2');
	const inUse = new Set(used.map(stem));
	for (const { url } of await cache.keys())
		if (inUse.has(stem(url)) && !used.includes(url)) await cache.delete(url);
}
