/**
 * Keeps the parts of the program that only this thread loaded: on a first visit the service worker
 * takes over after the inference runtime has been fetched, and has not seen it.
 */

/** As the service worker calls it, in `vite.config.ts`. */
const CACHE = 'undercurrent-runtime';
/** Whole, or a part of what is too long for the site's host (`workers/node/site/runtime.ts`). */
const RUNTIME = /\/assets\/(ort[^/]*)-[\w-]{8}\.(js|wasm)(?:\.part\d+)?$/;

/** Addresses of what this thread has put together of the runtime. */
const joined = new Set<string>();

/** Says that the runtime was put together of what lies at these addresses: browsers list only so many requests. */
export function noteRuntime(addresses: string[]): void {
	for (const address of addresses) joined.add(address);
}

/** True when everything of the runtime that this thread has used is in the cache. */
export async function keepRuntime(): Promise<boolean> {
	const caches = globalThis.caches as CacheStorage | undefined;
	if (!caches) return false;
	const entries = performance.getEntriesByType('resource').map((entry) => entry.name);
	const used = [...new Set([...entries, ...joined])].filter((url) => RUNTIME.test(url));
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

/** Deletes what is kept of these addresses: it is not what it should be. */
export async function forgetRuntime(addresses: string[]): Promise<void> {
	const cache = await (globalThis.caches as CacheStorage | undefined)?.open(CACHE);
	for (const address of addresses) await cache?.delete(address);
}

/** Of the same file with another hash in its name, whole or in parts, only the one in use is kept. */
async function forgetOlder(cache: Cache, used: string[]): Promise<void> {
	const stem = (url: string) => url.replace(RUNTIME, '/assets/$1.$2');
	const version = (url: string) => url.replace(/\.part\d+$/, '');
	const stems = new Set(used.map(stem));
	const versions = new Set(used.map(version));
	for (const { url } of await cache.keys())
		if (stems.has(stem(url)) && !versions.has(version(url))) await cache.delete(url);
}
