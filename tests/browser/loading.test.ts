/** A model in a real OPFS, opened as the engine does: read weight by weight, with what comes out as before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/core/packs/info';
import type { LoadingAnswer, LoadingTask } from './loading.worker';

const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
const BACKENDS: Backend[] = adapter ? ['wasm', 'webgpu'] : ['wasm'];

describe.each(BACKENDS)('a stored model on %s', (backend) => {
	const folder = `loading-${Math.random()}`;
	let answer: LoadingAnswer;

	beforeAll(async () => {
		const worker = new Worker(new URL('./loading.worker.ts', import.meta.url), { type: 'module' });
		const pack = new URL('/tests/fixtures/llama-untied/', location.href).href;
		answer = await new Promise<LoadingAnswer>((resolve, reject) => {
			worker.onmessage = ({ data }: MessageEvent<LoadingAnswer>) => resolve(data);
			worker.onerror = (event) => reject(new Error(event.message));
			worker.postMessage({ folder, pack, backend } satisfies LoadingTask);
		}).finally(() => worker.terminate());
	}, 240_000);

	afterAll(async () => {
		const root = await navigator.storage.getDirectory();
		await root.removeEntry(folder, { recursive: true });
	});

	it('takes no more memory than one of its files, where it took all of them', () => {
		const { parts, stored, inMemory } = answer;
		expect(parts.length).toBeGreaterThan(3);
		const [largest, all] = [Math.max(...parts), parts.reduce((sum, n) => sum + n)];
		expect(stored.held).toBeGreaterThan(0);
		expect(stored.held).toBeLessThanOrEqual(largest);
		expect(inMemory.held).toBe(all);
		expect(all).toBeGreaterThan(3 * largest);
	});

	it('gives the same logits and codes to the last bit', () => {
		const { stored, inMemory } = answer;
		expect(stored.logits.length).toBeGreaterThan(100);
		expect(stored.logits.every(Number.isFinite)).toBe(true);
		expect(stored.logits).toEqual(inMemory.logits);
		expect(stored.codes.features.length).toBeGreaterThan(0);
		expect(stored.codes).toEqual(inMemory.codes);
	});

	it('reads the ranges that a file has, and no others', () => {
		expect(answer.same).toBe(true);
		expect(answer.outOfRange).toEqual(['RangeError', 'RangeError', 'RangeError']);
	});

	it('notices a file that is changed or deleted, while it is open and when it is opened again', () => {
		expect(answer.changed).toBe('pack-damaged');
		expect(answer.deleted).toBe('pack-damaged');
		expect(answer.lazyRead).toBe('pack-damaged');
		expect(answer.again).toBe('pack-missing');
	});
});
