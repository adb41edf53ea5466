/** A hub, or any host, asked what it holds: over real sockets, with what real hosts do wrong. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PendingDownloads } from '../../../../workers/storage/network/pending-downloads';
import { filesInMemory } from '../../../../workers/storage/files/memory';
import type { HostConnection } from '../../../../workers/import/remote/requests';
import { openRemoteFolder } from '../../../../workers/import/remote/open-remote';
import { FakeHub } from '../../../fakes/hub';

const text = (words: string) => new TextEncoder().encode(words);
const WEIGHTS = Uint8Array.from({ length: 3000 }, (_, i) => i % 97);
const SHA = createHash('sha256').update(WEIGHTS).digest('hex');
const TOKEN = 'hf_abcdefghijklmnopqrstuvwxyz';

let hub: FakeHub;
let downloads: PendingDownloads;

beforeEach(async () => {
	hub = await FakeHub.open();
	downloads = new PendingDownloads(filesInMemory(), fetch, [1, 1, 1]);
	hub.put('org/name', {
		'config.json': text('{"model_type":"gpt2"}'),
		'model.safetensors': WEIGHTS,
		'saes/layer 1/cfg.json': text('{}'),
		'saes/layer 1/sae_weights.safetensors': WEIGHTS
	});
});
afterEach(() => hub.close());

const link = (over: Partial<HostConnection> = {}): HostConnection => ({
	fetch,
	token: null,
	retryDelays: [1, 1, 1],
	...over
});
const look = async (place: string, over: Partial<HostConnection> = {}) => {
	const address = place.startsWith('http') ? place : `${hub.origin}/${place}`;
	const folder = await openRemoteFolder(address, link(over), downloads);
	return { ...folder.info, folder };
};
const withToken = (value = TOKEN) => ({ token: { origin: hub.origin, value } });
const said = async (work: Promise<unknown>): Promise<Error> =>
	(await work.then(
		() => new Error('It did not fail.'),
		(error: unknown) => error
	)) as Error;

describe('a repository', () => {
	it('is pinned to a commit and listed with sizes and checksums; no file is fetched', async () => {
		const { commit, pinned, licence, folder, page, pack, label: name } = await look('org/name');
		expect(commit).toMatch(/^[0-9a-f]{40}$/);
		expect(pinned).toBe(`${hub.origin}/org/name/tree/${commit}`);
		expect({ licence, page, pack, name }).toEqual({
			licence: 'mit',
			page: `${hub.origin}/org/name`,
			pack: null,
			name: `${hub.origin}/org/name`
		});
		expect(folder.name).toBe('org/name');
		expect(folder.sizes.get('model.safetensors')).toBe(3000);
		expect(folder.files.get('model.safetensors')!.sha256).toBe(SHA);
		expect(folder.files.get('config.json')!.sha256).toBeNull();
		expect(hub.filesAsked).toEqual([]);
	});

	it('gives its files at that commit, by parts where parts are asked for', async () => {
		const { folder, commit } = await look('org/name');
		expect(await folder.read('config.json')).toEqual(text('{"model_type":"gpt2"}'));
		expect(await folder.slice('model.safetensors', 8, 16)).toEqual(WEIGHTS.slice(8, 16));
		expect(await folder.read('saes/layer 1/cfg.json')).toEqual(text('{}'));
		expect(hub.filesAsked).toEqual([
			`hub /org/name/resolve/${commit}/config.json`,
			`hub /org/name/resolve/${commit}/model.safetensors bytes=8-15`,
			`cdn /${SHA} bytes=8-15`,
			`hub /org/name/resolve/${commit}/saes/layer%201/cfg.json`
		]);
		await expect(folder.read('nothing')).rejects.toMatchObject({ name: 'pack-missing' });
	});

	it('is listed over as many pages as the listing has', async () => {
		const many = Array.from({ length: 250 }, (_, i) => [`layer_${i}/params.npz`, text(`${i}`)]);
		hub.put('org/many', Object.fromEntries(many) as Record<string, Uint8Array>);
		hub.page = 100;
		const { folder } = await look('org/many');
		expect(folder.names).toHaveLength(250);
		expect(new Set(folder.names).size).toBe(250);
		expect(hub.asked.filter(({ url }) => url.includes('/tree/'))).toHaveLength(3);
	});

	it('is shown from a folder down, under its whole name; a file means its folder', async () => {
		for (const place of [
			'org/name/tree/main/saes/layer%201',
			'org/name/resolve/main/saes/layer%201/sae_weights.safetensors'
		]) {
			const { folder } = await look(place);
			expect(folder.name).toBe('org/name/saes/layer 1');
			expect(folder.names).toEqual(['cfg.json', 'sae_weights.safetensors']);
			expect(await folder.read('cfg.json')).toEqual(text('{}'));
		}
	});

	it('leaves out names that lead out of it', async () => {
		hub.put('org/odd', {
			'../../evil.json': text('{}'),
			'a//b.json': text('{}'),
			'ok.json': text('{}')
		});
		expect((await look('org/odd')).folder.names).toEqual(['ok.json']);
	});

	it('that is a pack is known by its pack.json', async () => {
		hub.put('org/pack', { 'pack.json': text('{}') });
		const { pack, commit } = await look('org/pack');
		expect(pack).toBe(`${hub.origin}/org/pack/resolve/${commit}/`);
	});

	it('says how far a file has come, and ends when it is cancelled', async () => {
		hub.slowness = 10;
		const cancel = new AbortController();
		const steps: number[] = [];
		const { folder } = await look('org/name', { signal: cancel.signal });
		const reading = folder.download('model.safetensors', (done) => {
			steps.push(done);
			if (done >= 1000) cancel.abort();
		});
		await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
		expect(steps[0]).toBe(1000);
	});
});

describe('a gated repository', () => {
	beforeEach(() =>
		hub.put('org/gated', { 'model.safetensors': WEIGHTS, 'config.json': text('{}') }, TOKEN)
	);

	it('says where to accept its terms and where a token is made', async () => {
		const error = await said(look('org/gated'));
		expect(error.name).toBe('gated');
		expect(error.message).toContain('org/gated');
		expect(error.message).toContain(`accept the terms at ${hub.origin}/org/gated`);
		expect(error.message).toContain(`${hub.origin}/settings/tokens`);
	});

	it('says when the account of a token was not let in', async () => {
		const error = await said(look('org/gated', withToken('hf_somebodyelses')));
		expect(error.message).toMatch(/account of this token does not have access/);
		expect(error.message).not.toContain('somebodyelses');
	});

	it('opens with a token, which goes to the hub and nowhere else', async () => {
		const { folder } = await look('org/gated', withToken());
		expect(await folder.read('model.safetensors')).toEqual(WEIGHTS);
		await folder.slice('model.safetensors', 0, 8);
		const own = hub.asked.filter(({ host }) => host === 'hub');
		expect(own.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
		const cdn = hub.asked.filter(({ host }) => host === 'cdn');
		expect(cdn.length).toBeGreaterThan(0);
		expect(cdn.map(({ authorization }) => authorization)).toEqual(cdn.map(() => null));
		expect(hub.asked.map(({ url }) => url).join()).not.toContain(TOKEN);
	});

	it('is not shown a token that is for another host', async () => {
		const token = { origin: 'https://huggingface.co', value: TOKEN };
		expect((await said(look('org/gated', { token }))).name).toBe('gated');
		expect(hub.asked.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
	});
});

describe('what is not there', () => {
	it('is said in a sentence', async () => {
		expect((await said(look('org/none'))).message).toMatch(/has no public repository org\/none/);
		const revision = await said(look('org/name/tree/v9'));
		expect(revision.message).toMatch(/no revision v9/);
	});

	it('is no repository where a host makes no sense', async () => {
		hub.faults.push({ path: 'revision/main', status: 200 });
		expect(await said(look('org/name/tree/main'))).toMatchObject({ name: 'pack-invalid' });
	});

	it('is asked for again while the hub is busy', async () => {
		hub.faults.push({ path: 'revision/main', status: 429, retryAfter: '0' });
		hub.faults.push({ path: 'revision/main', status: 503 });
		expect((await look('org/name/tree/main')).commit).toMatch(/^[0-9a-f]{40}$/);
	});

	it('is reported when no host answers at all', async () => {
		const { origin } = hub;
		await hub.close();
		expect(await said(look(`${origin}/org/name/tree/main`))).toMatchObject({ name: 'network' });
		const plain = await said(look(`${origin}/a/b/c/`));
		expect(plain.message).toMatch(
			/cannot be reached, or does not let pages of other sites read it/
		);
		hub = await FakeHub.open();
	});
});

describe('a plain host', () => {
	const put = (files: Record<string, Uint8Array>) => {
		for (const [path, bytes] of Object.entries(files)) hub.plain.set(path, bytes);
	};

	it('holds a pack', async () => {
		put({ 'packs/mine/one/pack.json': text('{}') });
		const { pack, commit } = await look('packs/mine/one/pack.json');
		expect(pack).toBe(`${hub.origin}/packs/mine/one/`);
		expect(commit).toBeNull();
		expect(hub.asked.map(({ method }) => method)).toEqual(['HEAD']);
	});

	it('holds a model in shards', async () => {
		const index = { weight_map: { a: 'model-1.safetensors', b: '../x', c: 'model-2.safetensors' } };
		put({
			'm/some/model/config.json': text('{}'),
			'm/some/model/tokenizer.json': text('{}'),
			'm/some/model/model.safetensors.index.json': text(JSON.stringify(index)),
			'm/some/model/model-1.safetensors': WEIGHTS,
			'm/some/model/model-2.safetensors': WEIGHTS
		});
		const { folder, pack } = await look('m/some/model/');
		expect(pack).toBeNull();
		expect(folder.names.sort()).toEqual([
			'config.json',
			'model-1.safetensors',
			'model-2.safetensors',
			'model.safetensors.index.json',
			'tokenizer.json'
		]);
		expect(folder.sizes.get('model-2.safetensors')).toBe(3000);
	});

	it('holds an SAE with its description, or one file of weights', async () => {
		put({ 'a/b/sae/cfg.json': text('{}'), 'a/b/sae/sae_weights.safetensors': WEIGHTS });
		put({ 'a/b/c/params.npz': WEIGHTS });
		expect((await look('a/b/sae/')).folder.names).toEqual(['cfg.json', 'sae_weights.safetensors']);
		const asked: string[] = [];
		const one = await look('a/b/sae/sae_weights.safetensors?key=s3cret', {
			fetch: (address, init) => (asked.push(String(address)), fetch(address, init))
		});
		expect(one.folder.names).toEqual(['sae_weights.safetensors', 'cfg.json']);
		expect(one.label).not.toContain('s3cret');
		// What lies beside it is behind the same signature.
		expect(asked.every((address) => address.endsWith('?key=s3cret'))).toBe(true);
		const { folder } = await look('a/b/c/params.npz');
		expect(await folder.read('params.npz')).toEqual(WEIGHTS);
	});

	it('may look like a hub by its address', async () => {
		hub.answers = false;
		put({ 'some/pack/pack.json': text('{}') });
		expect((await look('some/pack')).pack).toBe(`${hub.origin}/some/pack/`);
	});

	it('may hold nothing that can be opened', async () => {
		const error = await said(look('a/b/nothing/?key=s3cret'));
		expect(error.message).toMatch(/nothing at .*\/a\/b\/nothing\/ that this page can open/);
		expect(error.message).not.toContain('s3cret');
	});
});
