import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { Labels } from '../../../../src/state/packs/labels.svelte';
import { Reading, rowsOf } from '../../../../src/state/prompt/reading.svelte';
import { Resource } from '../../../../src/state/calls/resource.svelte';
import { FakeEngine } from '../../../fakes/engine';

const SITE = 'blocks.1.hook_resid_post';
const engine = () => new FakeEngine({ layers: 2, k: 4, dSae: 64, context: 8, pace: 1 });
const settled = (reading: Reading) => vi.waitFor(() => expect(reading.busy).toBe(false));

describe('Reading', () => {
	it('gathers tokens, sites, lens and prediction', async () => {
		const reading = new Reading(engine().calls);
		reading.ask('a fox ran');
		await settled(reading);
		expect(reading.tokens.map((token) => token.text)).toEqual([
			'<|endoftext|>',
			'a',
			' fox',
			' ran'
		]);
		expect(reading.sites.size).toBe(6);
		expect(reading.lens).toHaveLength(2);
		expect(reading.next.length).toBeGreaterThan(3);
		expect(reading.source).toBe('engine');
	});

	it('reads only the newest of quick changes', async () => {
		const fake = engine();
		const reading = new Reading(fake.calls);
		reading.ask('one');
		await settled(reading);
		for (const text of ['one t', 'one tw', 'one two']) reading.ask(text);
		await settled(reading);
		expect(fake.log.filter((call) => call.startsWith('read'))).toEqual([
			'read one',
			'read one two'
		]);
		expect(reading.tokens.at(-1)!.text).toBe(' two');
	});

	it('keeps what the unchanged beginning told, and nothing of the rest', async () => {
		const reading = new Reading(engine().calls);
		reading.ask('a fox ran');
		await settled(reading);
		const before = reading.sites.get(SITE)!;
		reading.ask('a fox sat down');
		await vi.waitFor(() => expect(reading.tokens).toHaveLength(5), { interval: 1 });
		const kept = reading.sites.get(SITE)!;
		expect(rowsOf(kept)).toBe(3);
		expect([...kept.features]).toEqual([...before.features.slice(0, 12)]);
		await settled(reading);
		expect(rowsOf(reading.sites.get(SITE)!)).toBe(5);
	});

	it('gives a feature’s activation on every token', async () => {
		const reading = new Reading(engine().calls);
		reading.ask('a fox');
		await settled(reading);
		const site = reading.sites.get(SITE)!;
		const activations = reading.activationsOf(`${SITE}/${site.features[4]}`)!;
		expect(activations).toHaveLength(3);
		expect(activations[1]).toBe(site.activations[4]);
		expect(reading.activationsOf('blocks.9.hook_resid_post/1')).toBeNull();
	});

	it('says what the context leaves out, and nothing of an empty prompt', async () => {
		const reading = new Reading(engine().calls);
		reading.ask('a b c d e f g h i');
		await settled(reading);
		expect(reading.leftOut.map((token) => token.text)).toEqual([' h', ' i']);
		for (const nothing of ['', '   ', '\n']) {
			reading.ask('a fox');
			await settled(reading);
			reading.ask(nothing);
			expect(reading).toMatchObject({ tokens: [], next: [], busy: false, error: null });
		}
	});

	it('shows nothing of the text before where one cannot be read', async () => {
		const fake = engine();
		const reading = new Reading(fake.calls);
		reading.ask('a fox');
		await settled(reading);
		vi.spyOn(fake, 'read').mockRejectedValueOnce(new Error('no'));
		reading.ask('b');
		await vi.waitFor(() => expect(reading.error?.message).toBe('no'));
		expect(reading).toMatchObject({ tokens: [], next: [], lens: [] });
		expect(reading.sites.size).toBe(0);
	});

	it('keeps an error and reads again on demand', async () => {
		const fake = engine();
		const read = vi.spyOn(fake, 'read').mockRejectedValueOnce(new Error('no'));
		const reading = new Reading(fake.calls);
		reading.ask('a');
		await vi.waitFor(() => expect(reading.error?.message).toBe('no'));
		reading.again();
		await settled(reading);
		expect(read).toHaveBeenCalledTimes(2);
		expect(reading).toMatchObject({ error: null, source: 'engine' });
	});
});

describe('Resource', () => {
	it('lets the latest question win and aborts the one before', async () => {
		const signals: AbortSignal[] = [];
		const resource = new Resource((text: string, signal) => {
			signals.push(signal);
			return new Promise<string>((resolve) => setTimeout(resolve, text === 'slow' ? 20 : 1, text));
		});
		const slow = resource.ask('slow');
		await resource.ask('quick');
		await slow;
		expect(signals[0]!.aborted).toBe(true);
		expect(resource).toMatchObject({ value: 'quick', current: 'quick', busy: false });
	});

	it('has no current answer while a new one comes, but the old value', async () => {
		const resource = new Resource(async (n: number) => n);
		await resource.ask(1);
		const asking = resource.ask(2);
		expect(resource).toMatchObject({ current: null, value: 1, busy: true });
		await asking;
		expect(resource.current).toBe(2);
	});

	it('asks the same thing once, and again after an error', async () => {
		const fetch = vi.fn(async (n: { n: number }) => n.n).mockRejectedValueOnce(new Error('no'));
		const resource = new Resource(fetch);
		await resource.ask({ n: 1 });
		expect(resource.error?.message).toBe('no');
		await resource.again();
		await resource.ask({ n: 1 });
		expect(fetch).toHaveBeenCalledTimes(2);
		expect(resource.current).toBe(1);
	});
});

describe('Labels', () => {
	it('asks for many at once and tells who reads them', async () => {
		const fake = engine();
		const labels = new Labels(fake.calls, () => true);
		const seen: (string | undefined)[] = [];
		const stop = $effect.root(() => {
			$effect(() => {
				seen.push(labels.text(`${SITE}/1`));
				labels.text(`${SITE}/2`);
			});
		});
		flushSync();
		await vi.waitFor(() => expect(seen.at(-1)).toMatch(/“/));
		stop();
		expect(fake.log).toEqual(['lines 2']);
	});

	it('waits for an engine', async () => {
		const fake = engine();
		let ready = false;
		const labels = new Labels(fake.calls, () => ready);
		expect(labels.line(`${SITE}/1`)).toBeUndefined();
		await new Promise((resolve) => setTimeout(resolve, 40));
		expect(fake.log).toEqual([]);
		ready = true;
		labels.flush();
		await vi.waitFor(() => expect(labels.line(`${SITE}/1`)?.max).toBeGreaterThan(0));
	});
});
