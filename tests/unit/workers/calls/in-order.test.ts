/** Several pieces of work at a time, with the outcome of one after the other. */
import { expect, it } from 'vitest';
import { inOrder } from '../../../../workers/calls/in-order';

const rest = (milliseconds: number) =>
	new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

it('keeps the order, whichever ends first, and never does more at a time', async () => {
	let now = 0;
	let most = 0;
	const doubled = await inOrder([30, 1, 20, 1, 10, 1, 5], 3, async (time, i) => {
		most = Math.max(most, ++now);
		await rest(time);
		now--;
		return `${i}: ${2 * time}`;
	});
	expect(doubled).toEqual(['0: 60', '1: 2', '2: 40', '3: 2', '4: 20', '5: 2', '6: 10']);
	expect(most).toBe(3);
});

it('begins nothing after a failure, lets the rest end, and throws the earliest', async () => {
	const begun: number[] = [];
	const ended: number[] = [];
	const work = inOrder([0, 1, 2, 3, 4, 5], 3, async (i) => {
		begun.push(i);
		await rest(i === 1 ? 5 : 25);
		ended.push(i);
		if (i < 2) throw new Error(`${i} failed`);
	});
	await expect(work).rejects.toThrow('0 failed');
	expect(begun).toEqual([0, 1, 2]);
	expect(ended).toEqual([1, 0, 2]);
});

it('gives nothing for nothing', async () =>
	expect(await inOrder([], 6, () => Promise.reject(new Error('asked')))).toEqual([]));
