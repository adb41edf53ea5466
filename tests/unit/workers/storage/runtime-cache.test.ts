import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
	cacheRuntime,
	evictRuntime,
	noteRuntimeParts
} from '../../../../workers/storage/runtime-cache';

const at = (name: string) => `https://example.org/app/assets/${name}`;
const MODULE = at('ort.wasm-AbCd1234.js');
const PART = at('ort-wasm-simd-12345678.wasm.part0');
const cached = new Set<string>();
let reachable: boolean;

beforeEach(() => {
	cached.clear();
	reachable = true;
	vi.stubGlobal('caches', {
		open: async () => ({
			match: async (url: string) => (cached.has(url) ? new Response() : undefined),
			add: async (url: string) => {
				if (!reachable) throw new TypeError('Failed to fetch');
				cached.add(url);
			},
			keys: async () => [...cached].map((url) => ({ url })),
			delete: async (from: string | { url: string }) =>
				cached.delete(typeof from === 'string' ? from : from.url)
		})
	});
	const names = [MODULE, at('index-12345678.js'), at('ort-notes.txt')];
	vi.stubGlobal('performance', { getEntriesByType: () => names.map((name) => ({ name })) });
});
afterEach(() => vi.unstubAllGlobals());

describe('the runtime', () => {
	it('is cached as far as this thread has used it, and older builds of it go', async () => {
		noteRuntimeParts([PART]);
		for (const name of ['ort.wasm-OldOld12.js', 'ort-wasm-simd-OldOld12.wasm'])
			cached.add(at(name));
		cached.add(at('ort-other-12345678.wasm'));
		expect(await cacheRuntime()).toBe(true);
		expect([...cached].sort()).toEqual([at('ort-other-12345678.wasm'), MODULE, PART].sort());
	});

	it('is not fetched twice', async () => {
		await cacheRuntime();
		reachable = false;
		expect(await cacheRuntime()).toBe(true);
	});

	it('is not there when a file of it cannot be had, nor where nothing can be cached', async () => {
		reachable = false;
		expect(await cacheRuntime()).toBe(false);
		vi.stubGlobal('caches', undefined);
		expect(await cacheRuntime()).toBe(false);
		await expect(evictRuntime([MODULE])).resolves.toBeUndefined();
	});

	it('is deleted where it was wrong', async () => {
		await cacheRuntime();
		await evictRuntime([MODULE]);
		expect(cached.has(MODULE)).toBe(false);
	});
});
