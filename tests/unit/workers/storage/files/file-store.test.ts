/** Node has no Web Locks in every version, so these are the queues that stand in for them. */
import { describe, expect, it, vi } from 'vitest';
import {
	CHUNK,
	chunksOf,
	ifUnlocked,
	isLocked,
	withLock
} from '../../../../../workers/storage/files/file-store';

/** A job that ends when it is told to. */
function job<T>(value: T) {
	let end = (): void => undefined;
	const ended = new Promise<void>((resolve) => (end = resolve));
	return { end, run: () => ended.then(() => value) };
}

describe('a lock', () => {
	it('runs jobs of one name one after the other, in their order', async () => {
		const order: number[] = [];
		const [first, second] = [job(0), job(0)];
		const jobs = [first, second].map((one, i) =>
			withLock('order', async () => {
				order.push(i);
				await one.run();
				order.push(i + 10);
			})
		);
		second.end();
		await vi.waitFor(() => expect(order).toEqual([0]));
		first.end();
		await Promise.all(jobs);
		expect(order).toEqual([0, 10, 1, 11]);
	});

	it('lets jobs of other names run at the same time', async () => {
		const held = job('held');
		const holding = withLock('one name', held.run);
		expect(await withLock('another', async () => 7)).toBe(7);
		held.end();
		expect(await holding).toBe('held');
	});

	it('is free again after a job that failed', async () => {
		await expect(withLock('fails', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		expect(await withLock('fails', async () => 1)).toBe(1);
		expect(await isLocked('fails')).toBe(false);
	});

	it('can be given up while waiting, and the job never runs', async () => {
		const held = job(0);
		const holding = withLock('waits', held.run);
		const cancel = new AbortController();
		let ran = false;
		const waiting = withLock('waits', async () => (ran = true), cancel.signal);
		cancel.abort();
		held.end();
		await holding;
		await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
		expect(ran).toBe(false);
	});

	it('is not waited for where that is not wanted', async () => {
		const held = job(0);
		const holding = withLock('busy', held.run);
		expect(await isLocked('busy')).toBe(true);
		expect(await ifUnlocked('busy', async () => 1)).toBeNull();
		held.end();
		await holding;
		expect(await ifUnlocked('busy', async () => 1)).toBe(1);
	});
});

describe('chunksOf', () => {
	it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1])('gives all of %i bytes', async (size) => {
		const chunks: Uint8Array[] = [];
		for await (const chunk of chunksOf(new Blob([new Uint8Array(size)]))) chunks.push(chunk);
		expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBe(size);
		for (const { length } of chunks) expect(length > 0 && length <= CHUNK).toBe(true);
	});
});

describe('where Web Locks reject, because the site’s data is blocked', () => {
	it('jobs of one name still run one after the other', async () => {
		const denied = () => Promise.reject(new DOMException('Denied.', 'SecurityError'));
		vi.stubGlobal('navigator', { locks: { request: denied, query: denied } });
		const held = job('first');
		const jobs = [withLock('blocked', held.run), withLock('blocked', async () => 'second')];
		expect(await isLocked('blocked')).toBe(true);
		expect(await ifUnlocked('blocked', async () => 'third')).toBeNull();
		held.end();
		expect(await Promise.all(jobs)).toEqual(['first', 'second']);
		vi.unstubAllGlobals();
	});
});
