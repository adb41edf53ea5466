/** A pack made in the page, in the real worker and storage, from files as Hugging Face and SAELens save them. */
import { afterEach, expect, it } from 'vitest';
import {
	NO_OVERRIDES,
	type BuildRequest,
	type ImportSource
} from '../../src/core/import/build-request';
import type { SiteReading } from '../../src/core/prompt/reading';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import type { Chosen } from '../../src/core/packs/stored';
import { EngineClient } from '../../src/engine/client';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { startCrc32 } from '../../workers/storage/files/hash';
import { zipOf } from '../unit/workers/storage/transfer/zip-maker';

const at = (path: string) => new URL(`/tests/fixtures/${path}`, location.href).href;
const TEXT = 'The old clockmaker quietly mended seven brass keys';

let client: EngineClient;
afterEach(() => client.kill());

interface Described {
	model: { config: object };
	saes: { id: string; weights: string; cfg: object }[];
}

const fetched = async (path: string) => new Uint8Array(await (await fetch(at(path))).arrayBuffer());
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A fixture's model and SAEs in folders below `mine`, by their paths. */
async function folderOf(name: string, saes: string[]): Promise<Map<string, Uint8Array>> {
	const pack = (await (await fetch(at(`${name}/pack.json`))).json()) as Described;
	const files = new Map<string, Uint8Array>([['mine/config.json', json(pack.model.config)]]);
	for (const file of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
		files.set(`mine/${file}`, await fetched(`${name}/${file}`));
	for (const sae of pack.saes.filter(({ id }) => saes.includes(id))) {
		const file = parseSafetensors(await fetched(`${name}/${sae.weights}`));
		const out = new SafetensorsWriter();
		for (const tensor of file.names)
			if (!tensor.endsWith('.scale') && tensor !== 'mean')
				out.floats(tensor, float32(file, tensor), 'f32');
		files.set(`mine/saes/${sae.id}/sae_weights.safetensors`, out.toBytes());
		files.set(`mine/saes/${sae.id}/cfg.json`, json(sae.cfg));
	}
	return files;
}

function chosen(files: Map<string, Uint8Array>): ImportSource {
	const all = [...files].map(([path, bytes]): Chosen => ({
		path,
		file: new Blob([bytes as Uint8Array<ArrayBuffer>])
	}));
	return { kind: 'files', chosen: all };
}

async function readAll(): Promise<Map<string, SiteReading>> {
	const sites = new Map<string, SiteReading>();
	await client.calls.read(
		{ text: TEXT },
		{ onPart: (part) => void (part.kind === 'site' && sites.set(part.site.sae, part.site)) }
	);
	return sites;
}

const nowhere = () => new URL('/nowhere/', location.href).href;
const SAES = ['blocks.1.hook_mlp_out', 'blocks.1.hook_resid_post'];
const order = (source: ImportSource, over: Partial<BuildRequest> = {}): BuildRequest => ({
	source,
	model: { path: '' },
	saes: SAES.map((id) => ({ path: `saes/${id}`, overrides: NO_OVERRIDES })),
	dtype: 'f32',
	title: 'Mine',
	...over
});

it('makes a pack from a dropped folder that reads like the original', async () => {
	client = new EngineClient();
	await client.calls.open({ address: at('llama-tied/'), backend: 'wasm' });
	const original = await readAll();
	const source = chosen(await folderOf('llama-tied', SAES));
	const found = await client.calls.listImport({ source, overrides: {} });
	expect(found).toMatchObject({ name: 'mine', isPack: false, unusable: [] });
	expect(found.models).toMatchObject([{ path: '', type: 'llama' }]);
	expect(found.saes.map(({ facts }) => facts?.site).sort()).toEqual(SAES);
	const steps: string[] = [];
	const made = await client.calls.buildPack(order(source), {
		onProgress: ({ phase, done, total }) => steps.push(`${phase} ${done}/${total}`)
	});
	const stores = steps.filter((step) => step.startsWith('store'));
	const [done, total] = stores.at(-1)!.split(' ')[1]!.split('/');
	expect(done).toBe(total);
	expect(made).toMatchObject({ name: 'mine', title: 'Mine' });
	client.kill();
	const opened = await client.calls.open({
		address: nowhere(),
		backend: 'wasm',
		stored: made.hash
	});
	expect(opened).toMatchObject({ bytesFetched: 0, selfTest: { ok: true } });
	expect(opened.selfTest.sentence).toMatch(/those the pack was made with/);
	const again = await readAll();
	expect([...again.keys()].sort()).toEqual(SAES);
	for (const id of SAES) {
		const [a, b] = [again.get(id)!, original.get(id)!];
		expect(a.features).toEqual(b.features);
		a.activations.forEach((x, i) => expect(x).toBeCloseTo(b.activations[i]!, 3));
	}
	expect(await client.calls.verifyPack(made.hash)).toMatchObject({ changed: [], missing: [] });
	await client.calls.deletePack(made.hash);
});

async function crcOf(bytes: Uint8Array): Promise<number> {
	const checksum = await startCrc32();
	checksum.update(bytes);
	return parseInt(checksum.hex(), 16);
}

it('makes the same of a .zip, in int8, and says what that costs', async () => {
	client = new EngineClient();
	const files = await folderOf('gpt2', []);
	const contents = [...files].map(([path, bytes]) => ({ path, bytes, deflate: true }));
	const file = await zipOf(
		await Promise.all(
			contents.map(async (content) => ({ ...content, stated: { crc: await crcOf(content.bytes) } }))
		)
	);
	const source: ImportSource = { kind: 'files', chosen: [{ path: 'mine.zip', file }] };
	expect((await client.calls.listImport({ source, overrides: {} })).models).toMatchObject([
		{ type: 'gpt2' }
	]);
	const made = await client.calls.buildPack(order(source, { saes: [], dtype: 'q8' }));
	const { pack, selfTest } = await client.calls.open({
		address: nowhere(),
		backend: 'wasm',
		stored: made.hash
	});
	expect(selfTest.ok).toBe(true);
	const { deviation, stored_as } = pack.provenance as Record<string, { logits: number }>;
	expect(stored_as).toBe('q8');
	expect(deviation!.logits).toBeGreaterThan(1e-4);
	expect(deviation!.logits).toBeLessThan(0.1);
	await client.calls.deletePack(made.hash);
});

it.runIf(await navigator.gpu?.requestAdapter().catch(() => null))(
	'runs int8 on WebGPU as it is stored, or says why not, and reads as WebAssembly does',
	async () => {
		client = new EngineClient();
		const source = chosen(await folderOf('llama-tied', SAES));
		const made = await client.calls.buildPack(order(source, { dtype: 'q8' }));
		const read = new Map<string, Map<string, SiteReading>>();
		for (const backend of ['wasm', 'webgpu'] as const) {
			client.kill();
			client = new EngineClient();
			const request = { address: nowhere(), backend, stored: made.hash };
			const { reason, selfTest } = await client.calls.open(request);
			expect(selfTest.ok).toBe(true);
			if (backend === 'webgpu')
				expect(reason).toMatch(
					/\. Its weights (run in blocks, as they are stored|are widened to float32: in blocks they run slower)\.$/
				);
			else expect(reason).not.toMatch(/blocks/);
			read.set(backend, await readAll());
		}
		for (const [id, wasm] of read.get('wasm')!) {
			const found = read.get('webgpu')!.get(id)!;
			expect(found.features).toEqual(wasm.features);
			wasm.activations.forEach((x, i) => expect(found.activations[i]).toBeCloseTo(x, 3));
		}
		await client.calls.deletePack(made.hash);
	},
	240_000
);

it('adds SAEs to a stored pack, which shares its files and stays as it is', async () => {
	client = new EngineClient();
	const { pack: base } = await client.calls.open({ address: at('llama-untied/'), backend: 'wasm' });
	const files = await folderOf('llama-untied', ['blocks.1.hook_resid_post']);
	for (const path of files.keys()) if (!path.startsWith('mine/saes/')) files.delete(path);
	const source = chosen(files);
	const [sae] = (await client.calls.listImport({ source, overrides: {} })).saes;
	const made = await client.calls.buildPack(
		order(source, {
			model: { pack: base.hash },
			saes: [{ path: sae!.path, overrides: NO_OVERRIDES }],
			title: 'With mine'
		})
	);
	expect(made.added).toBeLessThan(made.bytes / 2);
	const { pack } = await client.calls.open({
		address: nowhere(),
		backend: 'wasm',
		stored: made.hash
	});
	expect(pack.saes).toHaveLength(base.saes.length + 1);
	const added = pack.saes.find(({ id }) => id.includes('@'))!;
	const read = await readAll();
	const [mine, theirs] = [read.get(added.id)!, read.get(added.site)!];
	expect(mine.features).toEqual(theirs.features);
	const { packs } = await client.calls.storage();
	expect(packs.map(({ hash }) => hash)).toEqual(expect.arrayContaining([base.hash, made.hash]));
	await client.calls.deletePack(made.hash);
	const back = await client.calls.open({ address: nowhere(), backend: 'wasm', stored: base.hash });
	expect(back.pack.saes).toHaveLength(base.saes.length);
});

it('leaves nothing that counts as stored when the worker is killed or the work cancelled', async () => {
	client = new EngineClient();
	const source = chosen(await folderOf('llama-tied', SAES));
	const before = (await client.calls.storage()).packs.length;
	const killed = client.calls.buildPack(order(source), {
		onProgress: ({ phase }) => phase === 'store' && client.kill()
	});
	await expect(killed).rejects.toThrow(/started again/);
	expect((await client.calls.storage()).packs).toHaveLength(before);
	const cancel = new AbortController();
	const cancelled = client.calls.buildPack(order(source), {
		signal: cancel.signal,
		onProgress: ({ what }) => what === 'self-test' && cancel.abort()
	});
	await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
	await expect
		.poll(async () => (await client.calls.storage()).leftover, { timeout: 10_000 })
		.toBe(0);
	expect((await client.calls.storage()).packs).toHaveLength(before);
	const made = await client.calls.buildPack(order(source));
	expect((await client.calls.storage()).packs).toHaveLength(before + 1);
	await client.calls.deletePack(made.hash);
});

it('says in a sentence why an SAE does not go with a model, and stores nothing', async () => {
	client = new EngineClient();
	const [model, saes] = [await folderOf('gpt2', []), await folderOf('llama-tied', SAES)];
	for (const [path, bytes] of saes) if (path.startsWith('mine/saes/')) model.set(path, bytes);
	const before = (await client.calls.storage()).packs.length;
	await expect(client.calls.buildPack(order(chosen(model)))).rejects.toThrow(
		/reads \d+ numbers, but the model is \d+ wide|which the model does not have/
	);
	const after = await client.calls.storage();
	expect(after.packs).toHaveLength(before);
	expect(after.leftover).toBe(0);
});
