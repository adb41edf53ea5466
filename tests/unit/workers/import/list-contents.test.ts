/** What is found in what somebody brings, and that looking reads no weights. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { NO_OVERRIDES } from '../../../../src/core/import/build-request';
import { float32, parseSafetensors } from '../../../../src/core/files/safetensors';
import { openArchiveFolder } from '../../../../workers/import/files/archive-folder';
import { blobFolder, type Folder } from '../../../../workers/import/files/folder';
import { readSae } from '../../../../workers/import/formats/formats';
import { listContents } from '../../../../workers/import/list-contents';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { previewFolder } from '../../../../workers/import/preview-folder';
import { planModelFiles } from '../../../../workers/import/weight-files';
import { bytesOf, folderOf, zipOf } from '../../../crafted-files';
import { FIXTURES } from '../../../golden/fixture';

const FORMATS = path.join(FIXTURES, 'formats');

function filesBelow(folder: string, at = ''): Record<string, Uint8Array> {
	const found: Record<string, Uint8Array> = {};
	for (const name of readdirSync(path.join(folder, at))) {
		const inside = at ? `${at}/${name}` : name;
		if (statSync(path.join(folder, inside)).isDirectory())
			Object.assign(found, filesBelow(folder, inside));
		else found[inside] = new Uint8Array(readFileSync(path.join(folder, inside)));
	}
	return found;
}

const read = (file: string) => new Uint8Array(readFileSync(path.join(FIXTURES, file)));

/** A model of the fixtures as the hub has it. */
function model(name: string): Record<string, unknown> {
	const { model: described } = JSON.parse(new TextDecoder().decode(read(`${name}/pack.json`))) as {
		model: { config: object };
	};
	return {
		'config.json': described.config,
		'model.safetensors': read(`${name}/model.safetensors`),
		'tokenizer.json': read(`${name}/tokenizer.json`)
	};
}

const placed = (at: string, files: Record<string, unknown>) =>
	Object.fromEntries(Object.entries(files).map(([name, file]) => [`${at}/${name}`, file]));

const nothing = () => undefined;
const every = placed('formats', filesBelow(FORMATS));
let found: Awaited<ReturnType<typeof listContents>>;

beforeAll(async () => {
	const files = { ...model('gpt2'), 'README.md': 'A model.', ...every, 'old/weights.pt2': 'x' };
	found = await listContents(
		folderOf('mine', { ...files, 'odd/net.bin': bytesOf('no') }),
		{},
		nothing
	);
});

it('recognises a model and states what it takes', () => {
	const [gpt2, ...more] = found.models;
	expect(more).toEqual([]);
	expect(gpt2).toMatchObject({ path: '', type: 'gpt2', dtype: 'F16' });
	expect(gpt2!.stored.f32).toBe(4 * gpt2!.parameters);
	expect(gpt2!.bytes).toBeLessThan(0.6 * gpt2!.stored.f32);
	expect(gpt2!.stored.f16).toBeLessThan(0.6 * gpt2!.stored.f32);
	expect(gpt2!.stored.q8).toBeLessThan(gpt2!.stored.f16);
	expect(found.isPack).toBe(false);
});

it('finds every fixture of every format in one heap of folders', () => {
	const files = Object.keys(every).filter((name) => /\.(safetensors|pt|pth|npz)$/.test(name));
	const saes = files.filter((name) => !/golden\.safetensors$/.test(name));
	expect(found.saes).toHaveLength(saes.length);
	for (const sae of found.saes) {
		const told = [sae.facts, sae.missing, sae.reason].some((fact) => fact !== null);
		expect(told, sae.path).toBe(true);
	}
	const byPath = (end: string) => found.saes.find((sae) => sae.path.endsWith(end))!;
	expect(byPath('sae-lens-topk')).toMatchObject({
		formats: ['SAELens'],
		missing: null,
		facts: { architecture: 'topk', k: expect.any(Number) }
	});
	expect(byPath('autoencoders').formats).toEqual(['OpenAI']);
	expect(byPath('refused-legacy')).toMatchObject({ facts: null, missing: null });
	expect(byPath('refused-legacy').reason).toMatch(/[.] .+[.]$/);
});

it('says what is no SAE and no model, and passes over the rest', () => {
	expect(found.unusable.map(({ path: at }) => at).sort()).toEqual([
		'formats/golden.safetensors',
		'odd/net.bin'
	]);
	expect(found.otherFiles).toBeGreaterThan(0);
});

it('asks for the one fact that is missing, and takes it', async () => {
	const files = filesBelow(path.join(FORMATS, 'sae-lens-topk'));
	const cfg = JSON.parse(new TextDecoder().decode(files['cfg.json'])) as Record<string, unknown>;
	const bare = JSON.stringify(cfg).replaceAll(/"hook_(name|point)":"[^"]*"/g, '"nothing":0');
	const folder = folderOf('x', { ...files, 'cfg.json': bare });
	const [asking] = (await listContents(folder, {}, nothing)).saes;
	expect(asking).toMatchObject({
		facts: null,
		missing: 'site',
		reason: expect.stringMatching(/which site/)
	});
	const overrides = { '': { ...NO_OVERRIDES, site: 'blocks.1.hook_mlp_out' } };
	const [answered] = (await listContents(folder, overrides, nothing)).saes;
	expect(answered).toMatchObject({ missing: null, facts: { site: 'blocks.1.hook_mlp_out' } });
});

it('says why a model cannot be used', async () => {
	const strange = { ...model('gpt2'), 'config.json': { model_type: 'mamba' } };
	const torn = model('gpt2');
	torn['model.safetensors'] = (torn['model.safetensors'] as Uint8Array).slice(0, 5000);
	for (const [files, why] of [
		[strange, /"mamba" are not supported/],
		[torn, /ends before tensor|header longer/]
	] as const) {
		const { models, unusable } = await listContents(folderOf('x', files), {}, nothing);
		expect(models).toEqual([]);
		expect(unusable[0]!.reason).toMatch(why);
	}
	const { 'tokenizer.json': _, ...without } = model('gpt2');
	const { unusable } = await listContents(folderOf('x', without), {}, nothing);
	expect(unusable[0]!.reason).toMatch(/has no tokenizer\.json/);
});

/** An SAE of more bytes than a look may read. */
function large(): { files: Record<string, unknown>; folder: Folder; bytes: () => number } {
	const [dIn, dSae] = [64, 8192];
	const n = dIn * dSae;
	const file = new SafetensorsWriter()
		.floats('W_enc', { shape: [dIn, dSae], data: new Float32Array(n).fill(0.5) }, 'f32')
		.floats('W_dec', { shape: [dSae, dIn], data: new Float32Array(n).fill(0.25) }, 'f32')
		.floats('b_enc', { shape: [dSae], data: new Float32Array(dSae) }, 'f32')
		.floats('b_dec', { shape: [dIn], data: new Float32Array(dIn) }, 'f32');
	const cfg = {
		architecture: 'topk',
		k: 8,
		d_in: dIn,
		d_sae: dSae,
		hook_name: 'blocks.0.hook_mlp_out'
	};
	const files = { 'cfg.json': cfg, 'sae_weights.safetensors': file.toBytes() };
	let bytes = 0;
	const inner = folderOf('large', files);
	const counted = (part: Uint8Array) => ((bytes += part.length), part);
	const folder = {
		...inner,
		read: async (name: string) => counted(await inner.read(name)),
		part: async (name: string, a: number, b: number) => counted(await inner.slice(name, a, b))
	};
	return { files, folder, bytes: () => bytes };
}

it('looks at a large SAE without reading its matrices', async () => {
	const { folder, bytes } = large();
	const [sae] = (await listContents(folder, {}, nothing)).saes;
	expect(sae!.facts).toMatchObject({ dIn: 64, dSae: 8192, k: 8, architecture: 'topk' });
	expect(bytes()).toBeLessThan(0.02 * sae!.bytes);
	const whole = await readSae(previewFolder(folder), NO_OVERRIDES);
	expect(Number.isFinite(whole.tensors.get('W_dec')!.data[5])).toBe(true);
});

it('leaves alone from far away what only a whole file tells', async () => {
	const torch = folderOf('x', filesBelow(path.join(FORMATS, 'dl-topk')));
	const never = () => Promise.reject(new Error('read'));
	const [sae] = (
		await listContents({ ...torch, isRemote: true, read: never, slice: never }, {}, nothing)
	).saes;
	expect(sae).toMatchObject({
		formats: ['dictionary_learning'],
		facts: null,
		missing: null,
		reason: null
	});
});

it('reads archives by parts, stored or deflated, and refuses what bursts', async () => {
	const { files } = large();
	const weights = files['sae_weights.safetensors'] as Uint8Array;
	const cfg = bytesOf(JSON.stringify(files['cfg.json']));
	const blob = (entries: Parameters<typeof zipOf>[0]) =>
		new Blob([zipOf(entries) as Uint8Array<ArrayBuffer>]);
	for (const deflated of [false, true]) {
		const noisy = weights.map((byte, i) =>
			i < 2000 ? byte : (Math.imul(i, 2654435761) >>> 24) & 0x3f
		);
		const archive = blob([
			{ name: 'sae/cfg.json', bytes: cfg, deflated: true },
			{ name: 'sae/sae_weights.safetensors', bytes: noisy, deflated }
		]);
		const folder = await openArchiveFolder('mine.zip', archive);
		expect(folder.names).toEqual(['cfg.json', 'sae_weights.safetensors']);
		expect(await folder.slice('sae_weights.safetensors', 100, 300)).toEqual(noisy.slice(100, 300));
		expect((await listContents(folder, {}, nothing)).saes[0]!.facts).toMatchObject({ dSae: 8192 });
	}
	const bomb = blob([{ name: 'a.safetensors', bytes: new Uint8Array(3e6), deflated: true }]);
	await expect((await openArchiveFolder('x.zip', bomb)).read('a.safetensors')).rejects.toThrow(
		/grow/
	);
});

it('splits a model into files of at most 64 MB, each tensor whole', () => {
	const shapes: Record<string, number[]> = { a: [4000, 4000], b: [5], c: [4000, 4000], d: [100] };
	const tensors = new Map(
		Object.entries(shapes).map(([name, shape]) => [
			name,
			{ dtype: 'F32' as const, shape, bytes: 0, read: () => Promise.reject(new Error('read')) }
		])
	);
	const config = { model_type: 'gpt2' };
	const files = planModelFiles({ config, tensors }, 'f32');
	expect(files.map(({ names }) => names)).toEqual([['a'], ['b'], ['c'], ['d']]);
	const halves = planModelFiles({ config, tensors }, 'f16');
	expect(halves.map(({ names }) => names)).toEqual([
		['a', 'b'],
		['c', 'd']
	]);
	expect(halves.map(({ path: file }) => file)).toEqual([
		'model-00001-of-00002.safetensors',
		'model-00002-of-00002.safetensors'
	]);
});

it('serves parts of files on a disk as blobs', async () => {
	const bytes = read('gpt2/model.safetensors');
	const folder = blobFolder('x', new Map([['a', new Blob([bytes])]]));
	expect(folder.sizes.get('a')).toBe(bytes.length);
	expect(await folder.slice('a', 8, 20)).toEqual(bytes.slice(8, 20));
	const file = parseSafetensors(await folder.read('a'));
	expect(float32(file, file.names[0]!).data.length).toBeGreaterThan(0);
});
