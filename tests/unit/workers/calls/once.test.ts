import { describe, expect, it } from 'vitest';
import { once } from '../../../../workers/calls/once';

/** A load that ends only when told to, or when its asker leaves. */
function loads() {
	const memory = new Map<string, Promise<string>>();
	const finish: (() => void)[] = [];
	const ask = (signal?: AbortSignal) =>
		once(
			memory,
			'weights',
			() =>
				new Promise<string>((resolve, reject) => {
					const leave = () => reject(signal!.reason as Error);
					signal?.addEventListener('abort', leave);
					finish.push(() => resolve(`load ${finish.length}`));
				}),
			signal
		);
	return { ask, finish };
}

describe('what is made once for all', () => {
	it('is made for the next who waits, with a signal or without, when the first leaves', async () => {
		const { ask, finish } = loads();
		const first = new AbortController();
		const leaving = ask(first.signal);
		const others = [ask(), ask(new AbortController().signal)];
		first.abort();
		await expect(leaving).rejects.toMatchObject({ name: 'AbortError' });
		await expect.poll(() => finish.length).toBe(2);
		finish[1]!();
		expect(await Promise.all(others)).toEqual(['load 2', 'load 2']);
	});

	it('is given up by those who leave while they wait', async () => {
		const { ask, finish } = loads();
		const [first, second] = [new AbortController(), new AbortController()];
		const asked = [ask(first.signal), ask(second.signal)];
		second.abort();
		first.abort();
		const ended = await Promise.allSettled(asked);
		expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(finish).toHaveLength(1);
	});

	it('fails for all, and is tried again by the next who asks', async () => {
		const memory = new Map<string, Promise<number>>();
		let tries = 0;
		const ask = () =>
			once(memory, 'x', () =>
				++tries === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(tries)
			);
		const both = await Promise.allSettled([ask(), ask()]);
		expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(await ask()).toBe(2);
	});
});
