/** What a new format takes: one file in `formats`, and one line in `formats.ts`; everything else follows from these. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_OVERRIDES } from '../../../../src/core/import/build-request';
import {
	describeFiles,
	filesOf,
	pathsOf,
	type SaeFormat
} from '../../../../workers/import/formats/format';
import { readSae, SAE_FORMATS } from '../../../../workers/import/formats/formats';
import { readConfig } from '../../../../workers/import/files/folder';
import { readTensors } from '../../../../workers/import/files/read-tensors';
import { SafetensorsWriter } from '../../../../workers/import/files/safetensors-writer';
import { listContents } from '../../../../workers/import/list-contents';
import { downloadFiles } from '../../../../workers/import/remote/download-files';
import { openRemoteFolder } from '../../../../workers/import/remote/open-remote';
import { readWeights } from '../../../../workers/import/sae/read-weights';
import { filesInMemory } from '../../../../workers/storage/files/memory';
import { PendingDownloads } from '../../../../workers/storage/network/pending-downloads';
import { folderOf } from '../../../crafted-files';
import { FakeHub } from '../../../fakes/hub';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const FOLDER = path.join(ROOT, 'workers/import/formats');
const SITE = 'blocks.0.hook_mlp_out';
const NAMES = { W_enc: 'in', W_dec: 'out', b_enc: 'in_bias', b_dec: 'out_bias' };

/** All that a format is. */
const tiny: SaeFormat = {
	name: 'Tiny',
	files: ['tiny.json', ['weights/tiny.safetensors', 'tiny.npz']],
	optional: ['tiny-more.json'],
	async read(folder, [config = '', file = '']) {
		const cfg = await readConfig(folder, config);
		return {
			...readWeights(await readTensors(folder, file), NAMES, 'as-is'),
			site: cfg.string('site'),
			architecture: 'standard',
			subtractBDec: false
		};
	}
};

const zeros = (...shape: number[]) => ({
	shape,
	data: new Float32Array(shape.reduce((a, b) => a * b, 1))
});
const files = {
	'tiny.json': JSON.stringify({ site: SITE }),
	'weights/tiny.safetensors': new SafetensorsWriter()
		.floats('in', zeros(2, 3), 'f32')
		.floats('out', zeros(3, 2), 'f32')
		.floats('in_bias', zeros(3), 'f32')
		.floats('out_bias', zeros(2), 'f32')
		.toBytes(),
	'tiny-more.json': '{}'
};
const bytesOf = (content: string | Uint8Array) =>
	typeof content === 'string' ? new TextEncoder().encode(content) : content;

describe('a format that is a file and a line', () => {
	let hub: FakeHub;
	beforeAll(async () => (hub = await FakeHub.open()));
	afterAll(() => hub.close());
	beforeEach(() => void SAE_FORMATS.push(tiny));
	afterEach(() => void SAE_FORMATS.splice(SAE_FORMATS.indexOf(tiny), 1));

	const downloads = () => new PendingDownloads(filesInMemory(), fetch, [1]);
	const open = (url: string) =>
		openRemoteFolder(url, { fetch, token: null, retryDelays: [1] }, downloads());
	const listed = { formats: ['Tiny'], facts: { site: SITE, dIn: 2, dSae: 3 } };

	it('is read, and named where no format fits', async () => {
		expect(await readSae(folderOf('x', files), NO_OVERRIDES)).toMatchObject({
			format: 'Tiny',
			site: SITE,
			cfg: { dIn: 2, dSae: 3, metadata: { read_as: 'Tiny' } }
		});
		const other = readSae(folderOf('x', { 'a.txt': '' }), NO_OVERRIDES);
		await expect(other).rejects.toThrow(
			'Tiny (tiny.json and weights/tiny.safetensors or tiny.npz)'
		);
		const wrong = readSae(folderOf('x', {}), { ...NO_OVERRIDES, format: 'none' });
		await expect(wrong).rejects.toThrow(/Formats: SAELens, .*Tiny/);
	});

	it('is listed in a folder among others, with the files that belong to it', async () => {
		const inside = Object.entries(files).map(([name, file]) => [`saes/0/${name}`, file]);
		const folder = folderOf('x', { ...Object.fromEntries(inside), 'saes/0/notes.md': '' });
		const { saes, unusable, otherFiles } = await listContents(folder, {}, () => undefined);
		expect(saes).toMatchObject([{ path: 'saes/0', ...listed }]);
		expect({ unusable, otherFiles }).toEqual({ unusable: [], otherFiles: 0 });
	});

	it('is downloaded from a hub: its files, and no others', async () => {
		const all = Object.entries(files).map(([name, file]) => [`saes/0/${name}`, bytesOf(file)]);
		const logs = { 'saes/0/log.safetensors': new Uint8Array(9) };
		hub.put('org/tiny', { ...(Object.fromEntries(all) as Record<string, Uint8Array>), ...logs });
		const folder = await open(`${hub.origin}/org/tiny`);
		const asked: string[] = [];
		const saes = [{ path: 'saes/0', overrides: NO_OVERRIDES }];
		await downloadFiles(folder, { model: { pack: '' }, saes }, ({ what }) => asked.push(what));
		expect([...new Set(asked)]).toEqual(Object.keys(files).map((name) => `saes/0/${name}`));
	});

	it('is found on a host that lists nothing', async () => {
		for (const [name, file] of Object.entries(files)) hub.plain.set(`a/b/${name}`, bytesOf(file));
		const folder = await open(`${hub.origin}/a/b/`);
		expect(folder.names).toEqual(Object.keys(files));
		expect((await listContents(folder, {}, () => undefined)).saes).toMatchObject([listed]);
		hub.plain.delete('a/b/tiny.json');
		await expect(open(`${hub.origin}/a/b/`)).rejects.toThrow(/no tiny\.json/);
	});
});

describe('the formats', () => {
	const sources = readdirSync(FOLDER).filter((name) => !/^formats?\.ts$/.test(name));
	const textOf = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

	it('are one file each, and no other file of the program names one', () => {
		expect(sources).toHaveLength(SAE_FORMATS.length);
		for (const file of sources) {
			const [, constant = '?'] =
				/export const (\w+): SaeFormat/.exec(textOf(`workers/import/formats/${file}`)) ?? [];
			const users = readdirSync(path.join(ROOT, 'workers'), { recursive: true, encoding: 'utf8' })
				.filter((name) => name.endsWith('.ts') && !name.endsWith(file))
				.filter((name) => new RegExp(`\\b${constant}\\b`).test(textOf(`workers/${name}`)));
			expect(users, constant).toEqual(['import/formats/formats.ts']);
		}
	});

	it('are those that models/README.md lists, with their files', () => {
		const rows = textOf('models/README.md')
			.split('\n')
			.filter((line) => line.startsWith('| '));
		for (const format of SAE_FORMATS.filter(({ unsupported }) => !unsupported)) {
			const row = rows.find((line) => /^\| \[?([^\]|,]*[^\]|, ])/.exec(line)?.[1] === format.name);
			expect(row, format.name).toBeDefined();
			for (const file of format.files.flatMap(pathsOf)) expect(row).toContain(`\`${file}\``);
		}
	});

	it('match their own files only', () => {
		const own = SAE_FORMATS.map((format) => format.files.flatMap((file) => pathsOf(file)[0] ?? []));
		for (const [i, names] of own.entries())
			for (const [j, format] of SAE_FORMATS.entries())
				if (names.length === SAE_FORMATS[i]!.files.length)
					expect(filesOf(format, names) !== null, `${names.join()} as ${format.name}`).toBe(
						i === j
					);
		expect(SAE_FORMATS.map(describeFiles)).toContain('config.json and ae.safetensors or ae.pt');
	});
});
