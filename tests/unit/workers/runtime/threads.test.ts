import { describe, expect, it } from 'vitest';
import { speedup, type Timing } from '../../../../workers/runtime/timed-threads';
import { chooseThreads, ThreadWatch } from '../../../../workers/runtime/threads';
import type { TimedThreads } from '../../../../workers/runtime/timed-threads';

const even = (count: number, together: number): Timing[] =>
	Array.from({ length: count }, () => ({ alone: 1, together }));

describe('how many times faster several threads are', () => {
	it('is their number where each part takes no longer than alone', () => {
		expect(speedup(2, even(8, 1))).toBe(2);
		expect(speedup(4, even(8, 2))).toBe(2);
	});

	it('leaves one exception in eight out, and no more', () => {
		const stalls = (count: number) => [...even(16 - count, 1), ...even(count, 100)];
		expect(speedup(2, stalls(2))).toBe(2);
		expect(speedup(2, stalls(3))).toBeLessThan(0.3);
	});
});

it('takes on the command line what is asked for, else one', async () => {
	expect((await chooseThreads({ asked: null, refused: null })).count).toBe(1);
	expect((await chooseThreads({ asked: 3, refused: null })).count).toBe(3);
});

describe('the watch over threads', () => {
	/** What it says while the machine gives these timings, one for each 300 ms of work. */
	async function said(timings: number[]): Promise<string[]> {
		const next = timings.values();
		const helpers = {
			time: () => ({ alone: 1, together: next.next().value! }),
			keep: () => undefined
		} as unknown as TimedThreads;
		const watch = new ThreadWatch(helpers, 2);
		const reasons: string[] = [];
		watch.onUseless = (reason) => reasons.push(reason);
		for (let i = 0; i < 2 * timings.length; i++) await watch.ran(150);
		return reasons;
	}

	it('lets them be as long as they help, and through one stall', async () => {
		expect(await said([1, 1, 1, 50, 1, 1, 1, 1, 1, 1, 1, 1])).toEqual([]);
	});

	it('says once that they do not when another program has their core', async () => {
		const reasons = await said([...Array<number>(8).fill(1), ...Array<number>(12).fill(2)]);
		expect(reasons).toHaveLength(1);
		expect(reasons[0]).toMatch(/^Back on one thread: 2 gained too little/);
	});
});
