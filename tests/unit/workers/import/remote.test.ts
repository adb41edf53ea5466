/** From an id to a pack in storage: looked at by ranges, gathered, made, freed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_OVERRIDES, type BuildRequest } from '../../../../src/core/import/build-request';
import type { Watch } from '../../../../src/core/calls';
import type { RemoteSource, AccessToken } from '../../../../src/core/import/remote';
import { Library } from '../../../../workers/storage/library';
import { filesInMemory, recordsInMemory } from '../../../../workers/storage/files/memory';
import type { Engine } from '../../../../src/core/engine';
import { LocalEngine } from '../../../../workers/engine';
import { FakeHub } from '../../../fakes/hub';
import { gptRepository, GPT_SITES, packFiles, wideSaes } from '../../../fakes/repositories';
import { FIXTURES } from '../../../golden/fixture';
import { zipOf } from '../storage/transfer/zip-maker';

let hub: FakeHub;
let library: Library;
let engine: Engine;
const source = (address: string, token: AccessToken | null = null) => ({
	kind: 'remote' as const,
	address,
	token
});

beforeAll(async () => (hub = await FakeHub.open()));
afterAll(() => hub.close());

beforeEach(async () => {
	hub.asked.length = 0;
	hub.put('org/gpt', { ...gptRepository(), ...wideSaes(2) });
	library = new Library({
		files: { ...filesInMemory(), kind: 'opfs' },
		records: recordsInMemory(),
		fetch,
		cacheRuntime: async () => true
	});
	const open = () => Promise.reject(new Error('No pack is opened here.'));
	engine = new LocalEngine({ open, stored: async () => library }).calls;
	await engine.discardDownloads();
});

const look = (from: RemoteSource, watch?: Watch) =>
	engine.listImport({ source: from, overrides: {} }, watch);
const weightsAsked = () => hub.filesAsked.filter((asked) => asked.startsWith('cdn'));

async function order(over: Partial<BuildRequest> = {}): Promise<BuildRequest> {
	const { remote } = await look(source(`${hub.origin}/org/gpt`));
	return {
		source: source(remote!.pinned),
		model: { path: '' },
		saes: [`saes/${GPT_SITES[3]}`, 'wide/1'].map((at) => ({ path: at, overrides: NO_OVERRIDES })),
		dtype: 'f32',
		title: 'A model from a hub',
		...over
	};
}

it('looks without fetching weights, and pins what it saw', async () => {
	const found = await look(source(`${hub.origin}/org/gpt`));
	expect(found.models).toMatchObject([{ path: '', type: 'gpt2', layers: 2, dModel: 32 }]);
	const sites = found.saes.map(({ facts }) => facts?.site);
	expect(sites.sort()).toEqual([...GPT_SITES, GPT_SITES[0], GPT_SITES[0]].sort());
	expect(found.remote).toMatchObject({ licence: 'mit', commit: expect.stringMatching(/^\w{40}$/) });
	expect(found.remote!.pinned).toContain(found.remote!.commit!);
	const whole = weightsAsked().filter((asked) => !asked.includes('bytes='));
	// Only what is smaller than its own description would be to read in parts.
	expect(whole.length).toBeLessThanOrEqual(GPT_SITES.length);
	expect(
		hub.filesAsked.filter((asked) => /^hub .*(model|wide.*)\.safetensors$/.test(asked))
	).toEqual([]);
});

describe('many SAEs', () => {
	const PLACES = Array.from({ length: 14 }, (_, i) => `wide/${i}`);
	beforeEach(() => {
		hub.put('org/many', { ...gptRepository(), ...wideSaes(PLACES.length) });
		hub.latency = 40;
		hub.busiest = 0;
	});
	afterEach(() => (hub.latency = 0));

	it('are looked into six at a time, and found in order', async () => {
		const places: string[] = [];
		const found = await look(source(`${hub.origin}/org/many`), {
			onProgress: ({ what }) => void places.push(what)
		});
		expect(hub.busiest).toBe(6);
		const sorted = [...GPT_SITES.map((site) => `saes/${site}`), ...PLACES].toSorted((a, b) =>
			a.localeCompare(b, 'en')
		);
		expect(found.saes.map(({ path: at }) => at)).toEqual(sorted);
		expect(found.saes.every(({ facts }) => facts !== null)).toBe(true);
		expect(places).toContain(sorted.at(-1));
	});

	it('are not looked into any more once that was cancelled', async () => {
		const cancel = new AbortController();
		const looking = look(source(`${hub.origin}/org/many`), {
			signal: cancel.signal,
			onProgress: ({ what }) => {
				if (what === 'wide/3') cancel.abort();
			}
		});
		await expect(looking).rejects.toMatchObject({ name: 'AbortError' });
		const { length } = hub.asked;
		// What was sent before may still arrive, one request of each place that was begun.
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(hub.asked.length - length).toBeLessThanOrEqual(6);
		const inside = hub.asked.filter(({ url }) => /\/resolve\/.*\/wide\/\d/.test(url));
		expect(inside).not.toEqual([]);
		expect(inside.filter(({ url }) => /\/wide\/[3-9]\//.test(url))).toEqual([]);
	});
});

it('makes a pack of the model and the SAE that were chosen, and of no other', async () => {
	const chosen = await order();
	hub.asked.length = 0;
	const steps: string[] = [];
	const made = await engine.buildPack(chosen, {
		onProgress: ({ phase, what, done, total }) => {
			if (phase === 'download') steps.push(`${what} ${done}/${total}`);
		}
	});
	expect(made.title).toBe('A model from a hub');
	const weights = hub.filesAsked.filter((asked) => /^hub .*safetensors$/.test(asked));
	expect(weights.map((asked) => asked.replace(/^.*resolve\/\w+\//, ''))).toEqual([
		'model.safetensors',
		'wide/1/sae_weights.safetensors'
	]);
	const [first, last] = [steps[0]!, steps.at(-1)!];
	expect(first).toMatch(/^config\.json 0\//);
	const [, done, total] = /(\d+)\/(\d+)$/.exec(last)!;
	expect(done).toBe(total);
	expect(await engine.pendingDownloads()).toBe(0);
	const { packs } = await library.storage();
	expect(packs).toMatchObject([{ title: 'A model from a hub', complete: true }]);
	const { pack } = await library.open({ address: '', stored: made.hash });
	expect(pack.licence).toBe('mit');
	expect(pack.provenance.from).toMatch(/\/org\/gpt@[0-9a-f]{40}$/);
});

it('goes on where a download was ended', async () => {
	const chosen = await order();
	hub.slowness = 3;
	const cancel = new AbortController();
	const making = engine.buildPack(chosen, {
		signal: cancel.signal,
		onProgress: ({ what, done }) => {
			if (what === 'model.safetensors' && done > 20_000) cancel.abort();
		}
	});
	await expect(making).rejects.toMatchObject({ name: 'AbortError' });
	hub.slowness = 0;
	const kept = await engine.pendingDownloads();
	expect(kept).toBeGreaterThan(20_000);
	expect((await library.storage()).packs).toEqual([]);
	hub.asked.length = 0;
	await engine.buildPack(chosen);
	expect(weightsAsked()[0]).toMatch(/ bytes=\d{5}-$/);
	expect(await engine.pendingDownloads()).toBe(0);
});

it('adds SAEs to a model that was brought before', async () => {
	const model = await engine.buildPack(await order({ saes: [] }));
	const saes = [{ path: `saes/${GPT_SITES[0]}`, overrides: NO_OVERRIDES }];
	const both = await engine.buildPack(await order({ model: { pack: model.hash }, saes }));
	expect(both.hash).not.toBe(model.hash);
	expect((await library.storage()).packs).toHaveLength(2);
});

it('looks at hundreds of SAEs of Gemma Scope without asking for one', async () => {
	const npz = new Uint8Array(
		readFileSync(
			path.join(
				FIXTURES,
				'formats/gemma-scope/gemma-scope-2b-pt-res/layer_1/width_20/average_l0_6/params.npz'
			)
		)
	);
	const many = Array.from({ length: 300 }, (_, i) => [
		`layer_${i % 26}/width_16k/average_l0_${i}/params.npz`,
		npz
	]);
	hub.put('google/gemma-scope-2b-pt-res', Object.fromEntries(many) as Record<string, Uint8Array>);
	const place = source(`${hub.origin}/google/gemma-scope-2b-pt-res`);
	const found = await look(place);
	expect(found.saes).toHaveLength(300);
	expect(found.saes.find(({ path: at }) => at.startsWith('layer_12/'))!.site).toBe(
		'blocks.12.hook_resid_post'
	);
	expect(hub.filesAsked).toEqual([]);
});

it('fetches a pack as it is', async () => {
	hub.put('org/pack', packFiles());
	const place = source(`${hub.origin}/org/pack`);
	const found = await look(place);
	expect(found.isPack).toBe(true);
	const stored = await engine.fetchPack(place);
	expect(stored.title).toBe('Micro gpt2');
	expect((await library.storage()).packs).toMatchObject([{ complete: true }]);
});

describe('where a hub lists what it shows to few', () => {
	const SECRET = 'hf_abcdefghijklmnopqrstuvwxyz';
	const token = (value = SECRET) => ({ origin: hub.origin, value });
	const place = (given: AccessToken | null) => source(`${hub.origin}/org/gated`, given);
	beforeEach(() => (hub.lists = true));
	afterEach(() => (hub.lists = false));

	it('a model is said to be gated as a whole, and not file by file', async () => {
		hub.put('org/gated', gptRepository(), SECRET);
		await expect(look(place(null))).rejects.toMatchObject({
			name: 'gated',
			message: expect.stringMatching(/org\/gated .*is gated/)
		});
		const found = await look(place(token()));
		expect(found.models).toHaveLength(1);
	});

	it('a pack needs a token, which goes to its hub and to no other host', async () => {
		hub.put('org/gated', packFiles(), SECRET);
		expect((await look(place(null))).isPack).toBe(true);
		const without = engine.fetchPack(place(null));
		await expect(without).rejects.toMatchObject({
			name: 'gated',
			message: expect.stringMatching(/shows pack\.json of this pack only to those .*token/)
		});
		const other = { origin: 'https://huggingface.co', value: SECRET };
		await expect(engine.fetchPack(place(other))).rejects.toMatchObject({ name: 'gated' });
		expect(hub.asked.filter(({ authorization }) => authorization !== null)).toEqual([]);
		const refused = engine.fetchPack(place(token('hf_of_somebody_else_entirely')));
		await expect(refused).rejects.toMatchObject({
			name: 'gated',
			message: expect.stringMatching(/to the account of this token/)
		});
		await expect(refused).rejects.not.toThrow(/hf_/);

		hub.asked.length = 0;
		await engine.fetchPack(place(token()));
		const sent = hub.asked.filter(({ method }) => method === 'GET');
		expect(sent.some(({ host }) => host === 'cdn')).toBe(true);
		for (const { host, authorization } of sent)
			expect(authorization).toBe(host === 'hub' ? `Bearer ${SECRET}` : null);
		const { packs } = await library.storage();
		expect(packs).toMatchObject([{ complete: true }]);
		expect(JSON.stringify(packs)).not.toContain('hf_');
	});

	it('a file that is refused later is named, and the token is forgotten with the next that is given', async () => {
		hub.put('org/gated', packFiles(), SECRET);
		hub.faults.push({ path: 'tokenizer.json', status: 403 });
		await expect(engine.fetchPack(place(token()))).rejects.toMatchObject({
			name: 'gated',
			message: expect.stringMatching(/the file tokenizer\.json of this pack to the account/)
		});
		hub.asked.length = 0;
		const without = engine.fetchPack(place(null));
		await expect(without).rejects.toMatchObject({ name: 'gated' });
		expect(hub.asked.filter(({ authorization }) => authorization !== null)).toEqual([]);
	});
});

describe('a host that is no hub and shows its files to few', () => {
	const SECRET = 'of-the-lab';
	const place = (value?: string) =>
		source(`${hub.origin}/lab/pack/`, value === undefined ? null : { origin: hub.origin, value });
	beforeEach(() => {
		hub.answers = false;
		hub.key = SECRET;
		for (const [name, bytes] of Object.entries(packFiles()))
			hub.plain.set(`lab/pack/${name}`, bytes);
	});
	afterEach(() => {
		hub.answers = true;
		hub.key = null;
	});

	it('says so, without a token and with one that it does not take', async () => {
		await expect(look(place())).rejects.toMatchObject({
			name: 'gated',
			message: expect.stringMatching(/denies access without a token/)
		});
		const refused = look(place('of-nobody'));
		await expect(refused).rejects.toMatchObject({
			name: 'gated',
			message: expect.stringMatching(/to the account of this token/)
		});
		await expect(refused).rejects.not.toThrow(/of-nobody/);
		const file = source(`${hub.origin}/lab/pack/model.safetensors`);
		await expect(look(file)).rejects.toMatchObject({ name: 'gated' });
	});

	it('gives its pack to whoever has the token', async () => {
		expect((await look(place(SECRET))).isPack).toBe(true);
		const stored = await engine.fetchPack(place(SECRET));
		expect(stored.title).toBe('Micro gpt2');
		const { packs } = await library.storage();
		expect(packs).toMatchObject([{ complete: true }]);
		expect(JSON.stringify(packs)).not.toContain(SECRET);
	});
});

describe('a .zip of a pack at an address', () => {
	let bytes: Uint8Array;
	beforeAll(async () => {
		// A directory is sought in the last 64 KB.
		const all = { ...packFiles(), 'picture.png': new Uint8Array(300_000) };
		const contents = Object.entries(all).map(([name, content], i) => ({
			path: `mine/${name}`,
			bytes: content,
			deflate: i % 2 === 0 && !name.endsWith('.png')
		}));
		bytes = new Uint8Array(await (await zipOf(contents)).arrayBuffer());
	});
	beforeEach(() => {
		hub.answers = false;
		hub.plain.set('packs/mine.zip', bytes);
	});
	afterEach(() => {
		hub.answers = true;
		hub.ranges = true;
	});
	const place = () => source(`${hub.origin}/packs/mine.zip`);
	const gets = () => hub.asked.filter(({ method }) => method === 'GET').map(({ range }) => range);

	it('is recognised by its directory, and imported as a dropped one is', async () => {
		const found = await look(place());
		expect(found).toMatchObject({
			isPack: true,
			remote: { label: `${hub.origin}/packs/mine.zip` }
		});
		expect(gets().every((range) => /^bytes=\d+-\d+$/.test(range ?? ''))).toBe(true);
		const read = gets().map((range) => /(\d+)-(\d+)$/.exec(range!)!.slice(1).map(Number));
		expect(read.reduce((sum, [from, to]) => sum + to! - from! + 1, 0)).toBeLessThan(
			bytes.length / 2
		);
		const dropped = await library.importPack([
			{ path: 'mine.zip', file: new Blob([bytes.slice()]) }
		]);
		await library.forget(dropped.hash);
		hub.asked.length = 0;
		const steps: string[] = [];
		const fetched = await engine.fetchPack(place(), {
			onProgress: ({ phase, done, total }) => {
				if (phase === 'download') steps.push(`${done} of ${total}`);
			}
		});
		expect(fetched).toEqual(dropped);
		expect(steps.at(-1)).toBe(`${bytes.length} of ${bytes.length}`);
		expect(gets()).toEqual([null]);
		expect(await engine.pendingDownloads()).toBe(0);
		expect((await library.storage()).packs).toMatchObject([{ complete: true }]);
	});

	it('comes whole, and once, from a host that sends no parts', async () => {
		hub.ranges = false;
		expect((await look(place())).isPack).toBe(true);
		expect(await engine.pendingDownloads()).toBe(bytes.length);
		hub.asked.length = 0;
		await engine.fetchPack(place());
		expect(gets()).toEqual([]);
		expect(await engine.pendingDownloads()).toBe(0);
	});

	it('is one file of a repository on a hub, whatever lies beside it', async () => {
		hub.answers = true;
		hub.put('org/zips', { ...gptRepository(), 'packs/mine.zip': bytes });
		const inside = source(`${hub.origin}/org/zips/blob/main/packs/mine.zip`);
		const found = await look(inside);
		expect(found).toMatchObject({ isPack: true, models: [] });
		const fetched = await engine.fetchPack(inside);
		expect(fetched.title).toBe('Micro gpt2');
	});

	it('is refused in a sentence when it is damaged, and no pack is stored', async () => {
		hub.plain.set('packs/mine.zip', bytes.slice(0, -40));
		await expect(look(place())).rejects.toMatchObject({ name: 'pack-invalid' });
		const hurt = bytes.slice();
		hurt.fill(7, 2000, 2600);
		hub.plain.set('packs/mine.zip', hurt);
		expect((await look(place())).isPack).toBe(true);
		await expect(engine.fetchPack(place())).rejects.toMatchObject({ name: 'pack-damaged' });
		expect((await library.storage()).packs).toEqual([]);
	});

	it('that holds no pack is looked through as a folder', async () => {
		const contents = Object.entries(gptRepository()).map(([name, content]) => ({
			path: name,
			bytes: content,
			stated: { crc: crc32(content) }
		}));
		hub.plain.set('packs/mine.zip', new Uint8Array(await (await zipOf(contents)).arrayBuffer()));
		const found = await look(place());
		expect(found).toMatchObject({ isPack: false, models: [{ type: 'gpt2' }] });
		expect(found.saes.map(({ facts }) => facts?.site)).toEqual(GPT_SITES);
	});
});
