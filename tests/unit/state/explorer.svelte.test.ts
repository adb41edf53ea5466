import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WriteRequest } from '../../../src/core/steering/writing';
import { Problem } from '../../../src/core/names/errors';
import { Explorer } from '../../../src/state/explorer.svelte';
import { parseExample } from '../../../src/state/packs/example';
import { Stream } from '../../../src/state/steering/writing.svelte';
import type { StoredPack } from '../../../src/core/packs/stored';
import { FakeEngine, type FakeOptions } from '../../fakes/engine';
import { storedPack } from '../../fakes/store';

const ID = 'blocks.1.hook_resid_post/7';
let stop: () => void = () => undefined;

function start(
	hash: string,
	options: FakeOptions = {},
	example: object | null = null,
	packs: StoredPack[] = []
) {
	history.replaceState(null, '', hash);
	const engine = new FakeEngine({ layers: 2, k: 4, dSae: 64, context: 64, ...options });
	engine.packs = packs;
	const explorer = new Explorer({
		engine: engine.calls,
		pack: 'http://localhost/models/default/',
		backend: null,
		example: async () => example && parseExample(example as Parameters<typeof parseExample>[0])
	});
	stop = explorer.start();
	return { engine, explorer };
}

const settled = (explorer: Explorer) =>
	vi.waitFor(() => {
		expect(explorer.model.ready).toBe(true);
		expect(explorer.reading.source).toBe('engine');
		expect(explorer.reading.busy).toBe(false);
	});

beforeEach(() => history.replaceState(null, '', '#/'));
afterEach(() => {
	stop();
	history.replaceState(null, '', '#');
});

describe('Explorer', () => {
	it('reads the address’s prompt, then stores the rest of the pack', async () => {
		const { engine, explorer } = start('#/explore?prompt=a+fox');
		await settled(explorer);
		await vi.waitFor(() => expect(explorer.model.kept).toBe(true));
		expect(engine.log.filter((call) => !call.startsWith('lines'))).toEqual([
			'open',
			'read a fox',
			'keep'
		]);
	});

	it('is no longer ready to be offline once the open pack is deleted, and is after another is', async () => {
		const { explorer } = start('#/explore?prompt=a+fox', {}, null, [storedPack()]);
		await settled(explorer);
		await vi.waitFor(() => expect(explorer.model.kept).toBe(true));
		await explorer.packs.forget(storedPack().hash);
		expect(explorer.model.kept).toBe(true);
		await explorer.packs.forget(explorer.model.pack!.hash);
		expect(explorer.model.kept).toBe(false);
		expect(explorer.model.keepProblem!.message).toContain('was deleted from this browser');
	});

	it('chooses the residual of the middle layer and the last token', async () => {
		const { explorer } = start('#/explore?prompt=a+fox');
		await settled(explorer);
		expect(explorer.site).toBe('blocks.1.hook_resid_post');
		expect(explorer.token).toBe(2);
		expect(explorer.strongest).toHaveLength(4);
		expect(explorer.focus).toBe(explorer.strongest[0]!.id);
		explorer.choose({ token: 1, site: 'blocks.0.hook_mlp_out' });
		expect(explorer.strongest[0]!.id).toMatch(/^blocks\.0\.hook_mlp_out\//);
	});

	it('follows the browser’s own changes of the address', async () => {
		const { explorer } = start('#/explore?prompt=a+fox');
		await settled(explorer);
		location.hash = `#/feature/${ID}?prompt=a+fox`;
		await vi.waitFor(() => expect(explorer.feature.current?.id).toBe(ID));
		expect(explorer.href('flow')).toBe(`#/flow/${ID}?prompt=a+fox`);
	});

	it('names what the address asks for in vain, and tidies it', async () => {
		const { explorer } = start(
			'#/explore?prompt=a+fox&site=blocks.9.hook_mlp_out&token=50&pack=other-0123456789ab'
		);
		await settled(explorer);
		expect(explorer.notices).toHaveLength(3);
		expect(explorer.notices.join(' ')).toMatch(
			/blocks\.9\.hook_mlp_out.*other-0123456789ab.*token 50/
		);
		explorer.tidy();
		expect(explorer.notices).toEqual([]);
	});

	it('opens the stored pack that the address names, and another when the address changes', async () => {
		const hash = 'c'.repeat(12);
		const name = `other-${hash}`;
		const { engine, explorer } = start(`#/explore?prompt=a+fox&pack=${name}`, {}, null, [
			storedPack({ name: 'other', hash })
		]);
		await settled(explorer);
		expect(explorer.model.packName).toBe(name);
		expect(explorer.notices).toEqual([]);
		await explorer.edits.add([ID]);
		explorer.labels.line(ID);
		await vi.waitFor(() => expect(explorer.labels.line(ID)).toBeDefined());
		location.hash = '#/explore?prompt=a+fox';
		await vi.waitFor(() => expect(explorer.model.packName).toBe('fake-0123456789ab'));
		await settled(explorer);
		await vi.waitFor(() => expect(explorer.model.kept).toBe(true));
		const reads = engine.log.filter((call) => call === 'open' || call === 'read a fox');
		expect(reads).toEqual(['open', 'read a fox', 'open', 'read a fox']);
		location.hash = explorer.packHref(name);
		await vi.waitFor(() => expect(explorer.model.packName).toBe(name));
	});

	it('forgets what it found with a pack that is open no more', async () => {
		const { engine, explorer } = start('#/explore?prompt=a+fox', { pace: 20 });
		await settled(explorer);
		engine.packs = [storedPack()];
		location.hash = explorer.packHref(`old-${'f'.repeat(12)}`);
		await vi.waitFor(() => expect(explorer.model.phase).toBe('opening'));
		expect(explorer.reading).toMatchObject({ source: 'none', tokens: [] });
		expect(explorer.saes).toEqual([]);
		await settled(explorer);
		expect(explorer.reading.tokens).toHaveLength(3);
	});

	it('adds a feature to the address and rewrites the steered text only', async () => {
		const { engine, explorer } = start('#/steer?prompt=a+fox&length=6');
		await settled(explorer);
		await vi.waitFor(() => expect(explorer.steering.busy).toBe(false));
		await explorer.edits.add([ID]);
		expect(explorer.address.steer).toMatchObject([{ id: ID, mode: 'add' }]);
		await vi.waitFor(() => expect(location.hash).toContain(`steer=${ID}%3Dadd:`));
		explorer.edits.change(ID, { value: 30 });
		await vi.waitFor(() => expect(explorer.steering.firstDifference).toBe(2));
		expect(engine.log.filter((call) => call === 'write 0')).toHaveLength(1);
		explorer.edits.remove(ID);
		expect(explorer.steering.steeredTokens).toEqual(explorer.steering.plainTokens);
	});

	it('adds a whole chain', async () => {
		const { explorer } = start('#/explore?prompt=a');
		await settled(explorer);
		await explorer.edits.addChain(ID);
		const sites = explorer.address.steer.map((edit) => edit.id.split('/')[0]);
		expect(sites).toEqual(['blocks.0.hook_resid_post', 'blocks.1.hook_resid_post']);
	});

	it('asks nothing for an empty prompt', async () => {
		const { engine, explorer } = start('#/steer?prompt=');
		await vi.waitFor(() => expect(explorer.model.kept).toBe(true));
		expect(engine.log).toEqual(['open', 'keep']);
	});

	it('keeps what failed as an error with a way on', async () => {
		const failure = new Problem('pack-missing', 'There is no pack.', 'Reload the page.');
		const { explorer } = start('#/explore', { failure });
		await vi.waitFor(() => expect(explorer.model.phase).toBe('failed'));
		expect(explorer.model.error?.message).toBe('There is no pack. Reload the page.');
	});

	it('opens the pack again after the worker is lost, and says what happened', async () => {
		const { engine, explorer } = start('#/explore?prompt=a+fox');
		await settled(explorer);
		explorer.model.recover(new Problem('worker-lost', 'The engine stopped.', 'It starts anew.'));
		await vi.waitFor(() => expect(explorer.model.ready).toBe(true));
		expect(explorer.model.error?.message).toContain('stopped');
		expect(engine.log.filter((call) => call === 'open')).toHaveLength(2);
	});

	it('shows the stored example until the engine has read', async () => {
		const site = {
			features: [[3], [7, 1]],
			activations: [[1], [5, 2]],
			l0: [1, 2],
			fvu: [0.1, 0.2]
		};
		const example = {
			prompt: 'hello',
			reading: {
				tokens: ['<|endoftext|>', 'hello'],
				ids: [0, 9],
				sites: { 'blocks.0.hook_resid_post': site },
				next: [{ token: ' you', id: 4, p: 0.5 }]
			},
			write: { plain: ' you', steered: { text: ' sea' }, steer: `${ID}=add:6` }
		};
		const { explorer } = start('#/explore', { pace: 30 }, example);
		await vi.waitFor(() => expect(explorer.isExample).toBe(true));
		expect(explorer.prompt).toBe('hello');
		expect(explorer.strongest).toEqual([
			{ id: 'blocks.0.hook_resid_post/7', activation: 5 },
			{ id: 'blocks.0.hook_resid_post/1', activation: 2 }
		]);
		expect(explorer.steering.steeredTokens).toEqual([' sea']);
		await settled(explorer);
		expect(explorer.isExample).toBe(false);
	});
});

describe('Stream', () => {
	const request = (value: number): WriteRequest => ({
		text: 'a',
		edits: [{ id: ID, mode: 'add', value }],
		tokens: 12,
		temperature: 0,
		topP: 1,
		seed: 0
	});

	it('ends with the newest request, and writes what it says', async () => {
		const engine = new FakeEngine({ layers: 2, pace: 2 });
		const stream = new Stream(engine.calls);
		for (let value = 1; value <= 20; value++) {
			stream.ask(request(value));
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		await vi.waitFor(() => expect(stream.busy).toBe(false));
		const alone = await engine.write(request(20));
		expect(stream).toMatchObject({ text: alone.text, stop: 'length' });
		expect(engine.log.length).toBeLessThan(20);
	});

	it('stops on demand and keeps what is written', async () => {
		const stream = new Stream(new FakeEngine({ layers: 2, pace: 5 }).calls);
		stream.ask(request(1));
		await vi.waitFor(() => expect(stream.tokens.length).toBeGreaterThan(2));
		stream.halt();
		const { length } = stream.tokens;
		await new Promise((resolve) => setTimeout(resolve, 30));
		expect(stream).toMatchObject({ busy: false, stop: 'stopped' });
		expect(stream.tokens).toHaveLength(length);
	});
});
