import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../../workers/storage/files/hash';
import {
	cacheRuntime,
	evictRuntime,
	noteRuntimeParts,
	refetchDamaged
} from '../../../../workers/storage/runtime-cache';

const at = (name: string) => `https://example.org/app/assets/${name}`;
const MODULE = at('ort.wasm-AbCd1234.js');
const BUILD = at('ort-wasm-simd-AbCd1234.wasm');
const PART = at('ort-wasm-simd-12345678.wasm.part0');
const sha256Of = (text: string) => sha256(new TextEncoder().encode(text));
const cached = new Set<string>();
let reachable: boolean;
let fetched: string[];
/** Addresses that this thread has used as well. */
let more: string[];
let answers: Record<string, string>;
/** What is cached under an address, where that is not what it should be. */
let kept: Record<string, string>;

beforeEach(() => {
	cached.clear();
	reachable = true;
	[fetched, more, answers, kept] = [[], [], {}, {}];
	vi.stubGlobal('caches', {
		open: async () => ({
			match: async (url: string) =>
				cached.has(url) ? new Response(kept[url] ?? 'right') : undefined,
			put: async (url: string) => void cached.add(url),
			keys: async () => [...cached].map((url) => ({ url })),
			delete: async (from: string | { url: string }) =>
				cached.delete(typeof from === 'string' ? from : from.url)
		})
	});
	const names = [MODULE, at('index-12345678.js'), at('ort-notes.txt')];
	vi.stubGlobal('performance', {
		getEntriesByType: () => [...names, ...more].map((name) => ({ name })),
		getEntriesByName: () => [{ decodedBodySize: 5 }]
	});
	vi.stubGlobal('fetch', async (url: string, { cache }: RequestInit = {}) => {
		if (!reachable) throw new TypeError('Failed to fetch');
		fetched.push(cache === 'reload' ? `anew ${url}` : url);
		return new Response(answers[url] ?? 'right');
	});
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

	it('is not cached when something else came in its place', async () => {
		answers[MODULE] = '<!doctype html>';
		expect(await cacheRuntime()).toBe(false);
		vi.stubGlobal('__RUNTIME__', {
			'ort-wasm-simd.wasm': { bytes: 5, sha256: await sha256Of('right'), parts: null }
		});
		[answers, more] = [{ [BUILD]: 'wrong' }, [BUILD]];
		expect(await cacheRuntime()).toBe(false);
		expect(cached.has(BUILD)).toBe(false);
		answers = {};
		expect(await cacheRuntime()).toBe(true);
		expect(cached.has(BUILD)).toBe(true);
	});

	it('is fetched anew where it is damaged, and left alone where it is not', async () => {
		vi.stubGlobal('__RUNTIME__', {
			'ort-wasm-simd.wasm': { bytes: 5, sha256: await sha256Of('right'), parts: null }
		});
		more = [BUILD];
		expect(await refetchDamaged(false)).toBe(false);
		expect(fetched).toEqual(expect.arrayContaining([MODULE, BUILD]));
		expect(fetched).not.toContain(`anew ${BUILD}`);
		cached.add(BUILD);
		[answers, fetched] = [{ [BUILD]: 'cut' }, []];
		expect(await refetchDamaged(false)).toBe(true);
		expect(fetched.filter((url) => url.startsWith('anew'))).toEqual([`anew ${BUILD}`]);
		expect(cached.has(BUILD)).toBe(false);
		// A script that did not run may have any length.
		[answers, fetched] = [{}, []];
		expect(await refetchDamaged(true)).toBe(true);
		expect(fetched).toContain(`anew ${MODULE}`);
	});

	it('is fetched again where the service worker has kept something else', async () => {
		cached.add(MODULE);
		kept[MODULE] = '<!doctype html>';
		expect(await cacheRuntime()).toBe(true);
		expect(fetched).toContain(MODULE);
		answers[MODULE] = '<!doctype html>';
		expect(await cacheRuntime()).toBe(false);
		expect(cached.has(MODULE)).toBe(false);
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
		await expect(cacheRuntime()).rejects.toThrow('over plain http');
		await expect(evictRuntime([MODULE])).resolves.toBeUndefined();
	});

	it('is deleted where it was wrong', async () => {
		await cacheRuntime();
		await evictRuntime([MODULE]);
		expect(cached.has(MODULE)).toBe(false);
	});
});
