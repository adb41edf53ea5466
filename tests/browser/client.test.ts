/** The client against a worker that does what it is told: answer, hang, fail or die. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ReadingPart } from '../../src/core/prompt/reading';
import type { Token } from '../../src/core/names/tokens';
import { codeOf } from '../../src/core/names/errors';
import { EngineClient } from '../../src/engine/client';

const workers: Worker[] = [];
const clients: EngineClient[] = [];

function newClient(beat?: number): EngineClient {
	const spawn = () => {
		const worker = new Worker(new URL('./puppet.worker.ts', import.meta.url), { type: 'module' });
		workers.push(worker);
		return worker;
	};
	const client = new EngineClient(spawn, beat);
	clients.push(client);
	return client;
}

afterEach(() => {
	for (const client of clients.splice(0)) client.kill();
	workers.length = 0;
});

const PACK = { address: 'https://example.org/pack/', backend: null };
const words = (tokens: Token[]) => tokens.map((token) => token.text);

describe('a call', () => {
	it('starts the worker by itself, once, and brings the answer', async () => {
		const client = newClient();
		const both = await Promise.all([client.calls.tokenize('a b'), client.calls.tokenize('c')]);
		expect(both.map(({ tokens }) => words(tokens))).toEqual([['a', 'b'], ['c']]);
		expect(workers).toHaveLength(1);
	});

	it('brings parts while it runs', async () => {
		const parts: ReadingPart[] = [];
		await newClient().calls.read({ text: 'a b c' }, { onPart: (part) => parts.push(part) });
		expect(parts.map((part) => part.kind)).toEqual(['tokens', 'next']);
	});

	it('brings the code and the sentence of a problem', async () => {
		const error = await newClient()
			.calls.feature('unknown')
			.catch((e: unknown) => e);
		expect(codeOf(error)).toBe('unknown-feature');
		expect((error as Error).message).toBe('There is none. Choose another.');
	});
});

describe('a cancelled call', () => {
	it('rejects at once, tells the worker, and brings no more parts', async () => {
		const client = newClient();
		const cancel = new AbortController();
		const parts: unknown[] = [];
		const reading = client.calls.read(
			{ text: 'hang' },
			{
				signal: cancel.signal,
				onPart: (part) => {
					parts.push(part);
					cancel.abort();
				}
			}
		);
		await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
		expect(parts).toHaveLength(1);
		const { tokens } = await client.calls.tokenize('cancelled?');
		expect(words(tokens)).toEqual(['1']);
	});

	it('does not even begin when it is cancelled before', async () => {
		const client = newClient();
		const reading = client.calls.tokenize('a', { signal: AbortSignal.abort() });
		await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
		expect(workers).toHaveLength(0);
	});
});

describe('a worker whose threads', () => {
	it('do not start makes room for one that has none', async () => {
		const client = newClient();
		const opened = await client.calls.open({ ...PACK, address: 'https://example.org/no-threads/' });
		expect(opened.reason).toBe('None started. One works.');
		expect(workers).toHaveLength(2);
	});

	it('do not help makes room at a quiet moment, where the page lets it', async () => {
		const client = newClient();
		let asked = 0;
		client.onSlower = () => ++asked > 1;
		await client.calls.open(PACK);
		await client.calls.tokenize('slower');
		const working = client.calls.tokenize('hang').catch(() => null);
		await new Promise((resolve) => setTimeout(resolve, 2000));
		expect([asked, workers.length]).toEqual([0, 1]);
		client.kill();
		await working;
		await client.calls.tokenize('slower');
		await expect.poll(() => asked, { timeout: 5000 }).toBe(1);
		await client.calls.tokenize('a');
		await expect.poll(() => asked, { timeout: 5000 }).toBe(2);
		expect((await client.calls.open(PACK)).reason).toBe('Another program runs.');
		expect(workers).toHaveLength(3);
	});
});

describe('a worker that dies', () => {
	it('lets every call reject, and the next one opens the same pack in a new worker', async () => {
		const client = newClient();
		const lost: string[] = [];
		client.onLost = (problem) => lost.push(problem.code);
		expect((await client.calls.open(PACK)).reason).toBe(PACK.address);
		const calls = [
			client.calls.tokenize('hang'),
			client.calls.feature('hang'),
			client.calls.storage()
		];
		workers[0]!.terminate();
		const outcomes = await Promise.allSettled(calls.slice(0, 2));
		const codes = outcomes.map((o) => (o.status === 'rejected' ? codeOf(o.reason) : 'answered'));
		expect(codes).toEqual(['worker-lost', 'worker-lost']);
		await calls[2]!.catch(() => undefined);
		expect(lost).toEqual(['worker-lost']);
		expect(words((await client.calls.tokenize('opened?')).tokens)).toEqual([PACK.address]);
		expect(workers).toHaveLength(2);
	});

	it('is noticed when its code throws outside of any call', async () => {
		const client = newClient();
		await expect(client.calls.tokenize('throw')).rejects.toMatchObject({ name: 'worker-lost' });
	});

	it('is noticed when it cannot even start', async () => {
		const client = new EngineClient(() => new Worker('./nowhere.js', { type: 'module' }));
		const asked = client.calls.tokenize('a');
		await expect(asked).rejects.toMatchObject({ name: 'worker-lost' });
		await expect(asked).rejects.toThrow('its program could not be loaded');
	});

	it('is said to be silent while it does not let go, and no longer once it answers', async () => {
		const client = newClient(50);
		await client.calls.tokenize('a');
		const silences: number[] = [];
		client.onSilence = (milliseconds) => silences.push(milliseconds);
		await client.calls.tokenize('spin');
		expect(Math.max(...silences)).toBeGreaterThan(200);
		await expect.poll(() => silences.at(-1)).toBe(0);
		// Waiting for something else is no silence.
		silences.length = 0;
		const waiting = client.calls.tokenize('hang').catch((error: unknown) => error);
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(silences.every((milliseconds) => milliseconds < 100)).toBe(true);
		client.kill();
		expect(await waiting).toMatchObject({ message: expect.stringContaining('started again') });
	});

	it('is not heard any more, even by what it had already sent', async () => {
		const client = newClient();
		const parts: unknown[] = [];
		const onPart = (part: unknown) => {
			parts.push(part);
			client.kill();
		};
		const reading = client.calls.read({ text: 'hang' }, { onPart });
		await expect(reading).rejects.toMatchObject({ name: 'worker-lost' });
		expect(words((await client.calls.tokenize('a')).tokens)).toEqual(['a']);
		expect(parts).toHaveLength(1);
		expect(workers).toHaveLength(2);
	});

	it('can be ended on purpose', async () => {
		const client = newClient();
		const hanging = client.calls.tokenize('hang');
		client.kill();
		await expect(hanging).rejects.toMatchObject({ name: 'worker-lost' });
	});
});

describe('the worker’s first line', () => {
	it('leaves no way from a text to code', async () => {
		const worker = new Worker(new URL('./no-eval.worker.ts', import.meta.url), { type: 'module' });
		const found = await new Promise<string[]>((resolve) => {
			worker.onmessage = ({ data }: MessageEvent<string[]>) => resolve(data);
		});
		worker.terminate();
		expect(found.length).toBeGreaterThan(5);
		expect(found.filter((way) => !way.endsWith('nothing'))).toEqual([]);
	});
});
