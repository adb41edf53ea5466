import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/core/calls';
import { eachFile, throttled } from '../../../../workers/storage/file-progress';

const file = (bytes: number) => ({ bytes, sha256: '' });

describe('eachFile', () => {
	it('adds the bytes of the file in hand to those of the files before it', async () => {
		const reports: unknown[] = [];
		await eachFile(
			{ a: file(10), b: file(0), c: file(5) },
			(...report) => reports.push(report),
			async (path, { bytes }, onBytes) => onBytes(path === 'a' ? 4 : bytes)
		);
		expect(reports).toEqual([
			['a', 4, 15],
			['a', 10, 15],
			['b', 10, 15],
			['b', 10, 15],
			['c', 15, 15],
			['c', 15, 15]
		]);
	});

	it('ends at the first file that fails', async () => {
		const seen: string[] = [];
		const failing = eachFile(
			{ a: file(1), b: file(1), c: file(1) },
			() => undefined,
			async (path) => {
				seen.push(path);
				if (path === 'b') throw new Error('b');
			}
		);
		await expect(failing).rejects.toThrow('b');
		expect(seen).toEqual(['a', 'b']);
	});
});

describe('throttled', () => {
	it('reports a few hundred times at the most, and the end always', () => {
		const reports: Progress[] = [];
		const report = throttled('store', (progress) => reports.push(progress));
		for (let done = 0; done <= 100_000; done++) report('x', done, 100_000);
		expect(reports.length).toBeLessThanOrEqual(401);
		expect(reports.length).toBeGreaterThan(300);
		expect(reports.at(-1)).toEqual({ phase: 'store', what: 'x', done: 100_000, total: 100_000 });
	});

	it('may be told to nobody', () => {
		expect(() => throttled('verify')('x', 1, 1)).not.toThrow();
	});
});
