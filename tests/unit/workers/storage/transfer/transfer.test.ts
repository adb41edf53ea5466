/** Packs as one file: out of one browser and into another. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../../../../src/core/calls';
import type { Chosen } from '../../../../../src/core/packs/stored';
import type { FileStore } from '../../../../../workers/storage/files/file-store';
import { sha256 } from '../../../../../workers/storage/files/hash';
import { filesInMemory, recordsInMemory } from '../../../../../workers/storage/files/memory';
import { libraryOf, newBrowser, withRoom, type Browser } from '../browsers';
import { bytesOf, FakeServer, FOLDER, publish, publishInParts, whole } from '../fake-server';
import { patched, zipOf, type Content } from './zip-maker';

const MODEL = 'model.safetensors';
let server: FakeServer;
let files: FileStore;
let records: Browser['records'];

beforeEach(async () => {
	server = new FakeServer();
	await publish(server);
	({ files, records } = newBrowser(server));
});

const library = (over: Parameters<typeof libraryOf>[1] = {}) =>
	libraryOf({ server, files, records }, over);

const another = () =>
	library({ files: { ...filesInMemory(), kind: 'opfs' }, records: recordsInMemory() });

const contents = (): Content[] => [...server.files].map(([path, bytes]) => ({ path, bytes }));
const asZip = async (some = contents(), path = 'tiny.zip'): Promise<Chosen[]> => [
	{ path, file: await zipOf(some) }
];
const asFolder = (): Chosen[] =>
	contents().map(({ path, bytes }) => ({
		path: `tiny/${path}`,
		file: new Blob([bytes as Uint8Array<ArrayBuffer>])
	}));
const nothingStored = async () => {
	expect(await files.sizes()).toEqual(new Map());
	expect(await records.all()).toEqual([]);
};
const stored = async () => {
	const pack = await library().open({ address: FOLDER });
	await pack.keepAll!();
	return pack;
};

describe('an exported pack', () => {
	it('is a pack again in another browser, byte for byte, without a network', async () => {
		const { hash } = await stored();
		const { name, blob } = await library().exportPack(hash);
		expect(name).toBe(`tiny-${hash.slice(0, 12)}.zip`);
		expect(blob.type).toBe('application/zip');
		server.online = false;
		const other = another();
		const imported = await other.importPack([{ path: name, file: blob }]);
		expect(imported).toEqual({
			name: 'tiny',
			title: 'tiny',
			hash: hash.slice(0, 12),
			files: 3,
			bytes: 118,
			added: 118
		});
		const pack = await other.open({ address: FOLDER, stored: hash.slice(0, 12) });
		expect(pack.hash).toBe(hash);
		for (const path of Object.keys(pack.pack.files))
			expect(await pack.bytes(path)).toEqual(server.files.get(path));
		expect(pack.fetched()).toBe(0);
		expect(await pack.keepAll!()).toBe(true);
		const again = await other.exportPack(hash);
		expect(await again.blob.arrayBuffer()).toEqual(await blob.arrayBuffer());
	});

	it('has its files in the parts in which the pack says that they lie', async () => {
		await publishInParts(server);
		const { hash } = await stored();
		const { name, blob } = await library().exportPack(hash);
		const other = another();
		await other.importPack([{ path: name, file: blob }]);
		const pack = await other.open({ address: FOLDER, stored: hash.slice(0, 12) });
		expect(await pack.bytes(MODEL)).toEqual(whole(server, MODEL));
		expect(await another().importPack(asFolder())).toMatchObject({ files: 3, added: 95 + 13 + 30 });
		const without = contents().filter(({ path }) => path !== `${MODEL}.part1`);
		await expect(another().importPack(await asZip(without))).rejects.toThrow(/part1 is the first/);
	});

	it('says how far it is, and can be cancelled', async () => {
		const { hash } = await stored();
		const steps: Progress[] = [];
		await library().exportPack(hash, undefined, (step) => steps.push(step));
		expect(steps.at(-1)).toEqual({
			phase: 'verify',
			what: 'stats/a b@c.gz',
			done: 118,
			total: 118
		});
		const exporting = library().exportPack(hash, AbortSignal.abort());
		await expect(exporting).rejects.toMatchObject({ name: 'AbortError' });
	});

	it('is refused while it is not whole, or not what it should be', async () => {
		const pack = await library().open({ address: FOLDER });
		await pack.bytes(MODEL);
		await expect(library().exportPack(pack.hash)).rejects.toThrow(/not stored whole \(tokenizer/);
		await pack.keepAll!();
		(await files.read(pack.pack.files[MODEL]!.sha256))![3] = 77;
		await expect(library().exportPack(pack.hash)).rejects.toMatchObject({ name: 'pack-damaged' });
		await expect(library().exportPack('0'.repeat(12))).rejects.toMatchObject({
			name: 'pack-missing'
		});
	});
});

describe('an import', () => {
	it.each([
		['a .zip of stored files', () => asZip()],
		['a .zip of deflated files', () => asZip(contents().map((c) => ({ ...c, deflate: true })))],
		['a .zip of a folder', () => asZip(contents().map((c) => ({ ...c, path: `my/${c.path}` })))],
		['a folder', async () => asFolder()],
		[
			'a folder with more in it',
			async () => [...asFolder(), { path: 'tiny/notes.zip', file: new Blob(['no zip']) }]
		]
	])('takes %s', async (_, chosen) => {
		const steps: Progress[] = [];
		const { hash } = await library().importPack(await chosen(), undefined, (s) => steps.push(s));
		expect(steps.at(-1)).toMatchObject({ phase: 'store', done: 118, total: 118 });
		expect(await files.sizes()).toHaveLength(3);
		server.online = false;
		const pack = await library().open({ address: 'https://example.org/none/', stored: hash });
		expect(await pack.bytes(MODEL)).toEqual(server.files.get(MODEL));
		expect((await library().storage()).packs).toMatchObject([
			{ complete: true, whole: 3, files: 3, size: 118, address: null }
		]);
	});

	it('opens without the network where the page’s own pack is that one', async () => {
		const { hash } = await library().importPack(await asZip());
		const expected = await sha256(server.files.get('pack.json')!);
		server.online = false;
		const pack = await library().open({ address: FOLDER, expected });
		expect(pack.hash.startsWith(hash)).toBe(true);
		expect(server.asked).toEqual([]);
	});

	it('writes only what is not there, and keeps the address that it knows', async () => {
		const pack = await library().open({ address: FOLDER });
		await pack.bytes(MODEL);
		expect(await library().importPack(await asZip())).toMatchObject({ bytes: 118, added: 23 });
		expect((await library().storage()).packs).toMatchObject([
			{ address: FOLDER, file: 'tiny.zip', complete: true }
		]);
	});

	it.each([
		['a flipped byte', async () => [{ path: 'x.zip', file: await flipped(MODEL) }], /model\.safe/],
		['a file that is missing', () => asZip(contents().slice(1)), /1 of the 3 files/],
		['no pack.json', () => asZip(contents().slice(0, 3)), /holds no pack\.json/],
		[
			'a longer file',
			() => asZip(altered(MODEL, new Uint8Array(96))),
			/has 96 bytes.*describes 95/
		],
		['other bytes', () => asZip(altered(MODEL, new Uint8Array(95))), /length or checksum/],
		['no JSON', () => asZip(altered('pack.json', bytesOf('<html>'))), /not JSON/],
		['no text', () => asZip(altered('pack.json', Uint8Array.of(0xff, 0xfe))), /not text/],
		['a path out of its folder', () => asZip([...contents(), extra('../x')]), /outside its own/],
		['two packs', () => asZip([...twice('a'), ...twice('b')]), /more than one pack/],
		['nothing', async () => [], /no pack in what was chosen/],
		['no archive', async () => [{ path: 'x.zip', file: new Blob(['hello']) }], /no \.zip/],
		['two archives', async () => [...(await asZip()), ...(await asZip())], /Several/]
	])('refuses %s, and stores nothing', async (_, chosen, sentence) => {
		const importing = library().importPack(await chosen());
		await expect(importing).rejects.toThrow(sentence);
		await nothingStored();
	});

	it('refuses a bomb: it stops where the pack says that the file ends', async () => {
		const zeros = new Uint8Array(3e6);
		const bomb = altered(MODEL, zeros).map((content) =>
			content.path === MODEL ? { ...content, deflate: true, stated: { bytes: 95 } } : content
		);
		let most = 0;
		const importing = library().importPack(await asZip(bomb), undefined, ({ done }) => {
			most = Math.max(most, done);
		});
		await expect(importing).rejects.toMatchObject({ name: 'pack-damaged' });
		expect(most).toBeLessThanOrEqual(95);
		const manifest = { path: 'pack.json', bytes: new Uint8Array(17e6) };
		await expect(library().importPack(await asZip([manifest]))).rejects.toThrow(/16 MiB/);
		await nothingStored();
	});

	it('refuses what is encrypted, packed otherwise, or does not unpack', async () => {
		const method = (n: number) =>
			contents().map((c) => (c.path === MODEL ? { ...c, stated: { method: n } } : c));
		await expect(library().importPack(await asZip(method(93)))).rejects.toThrow(/do not support/);
		await expect(library().importPack(await asZip(method(8)))).rejects.toThrow(/cannot be read/);
		await nothingStored();
	});

	it('leaves nothing when it is cancelled, also of an earlier one', async () => {
		const cancel = new AbortController();
		const importing = library().importPack(await asZip(), cancel.signal, ({ what }) => {
			if (what === 'tokenizer.json') cancel.abort();
		});
		await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
		await nothingStored();
	});
});

describe('a full disk', () => {
	const full = (room: number) => withRoom(files, room);

	it.each([0, 100])('with %i bytes of room ends an import in one sentence', async (room) => {
		const importing = library({ files: full(room) }).importPack(await asZip());
		await expect(importing).rejects.toMatchObject({ name: 'storage-full' });
		await nothingStored();
	});

	it('that refuses even the record does so too', async () => {
		const put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
		const importing = library({ records: { ...records, put } }).importPack(await asZip());
		await expect(importing).rejects.toMatchObject({ name: 'storage-full' });
		await nothingStored();
	});

	it('that is no disk at all takes the pack for the session', async () => {
		const fleeting = library({ files: filesInMemory() });
		const { hash } = await fleeting.importPack(await asZip());
		const pack = await fleeting.open({ address: FOLDER, stored: hash });
		expect(await pack.bytes(MODEL)).toEqual(server.files.get(MODEL));
		await expect(pack.keepAll!()).rejects.toMatchObject({ code: 'unsupported' });
	});
});

describe('verify', () => {
	const spoil = async (path: string, { pack }: Awaited<ReturnType<typeof stored>>) => {
		(await files.read(pack.files[path]!.sha256))![3]! ^= 1;
	};

	it('reads every file again', async () => {
		const { hash } = await stored();
		const steps: Progress[] = [];
		expect(await library().verify(hash, undefined, (step) => steps.push(step))).toEqual({
			intact: 3,
			bytes: 118,
			changed: [],
			missing: []
		});
		expect(steps.at(-1)).toMatchObject({ phase: 'verify', done: 118, total: 118 });
		await expect(library().verify(hash, AbortSignal.abort())).rejects.toMatchObject({
			name: 'AbortError'
		});
	});

	it('fetches a file again that has changed', async () => {
		const pack = await stored();
		await spoil(MODEL, pack);
		expect(await library().verify(pack.hash)).toMatchObject({
			intact: 2,
			changed: [{ path: MODEL, again: true }]
		});
		expect(await library().verify(pack.hash)).toMatchObject({ intact: 3, changed: [] });
	});

	it('deletes and names it where it cannot be fetched', async () => {
		const { hash } = await library().importPack(await asZip());
		const pack = await library().open({ address: FOLDER, stored: hash });
		await spoil(MODEL, pack);
		expect(await library().verify(hash)).toMatchObject({
			intact: 2,
			changed: [{ path: MODEL, again: false }]
		});
		expect(await library().verify(hash)).toMatchObject({ missing: [MODEL], changed: [] });
		await expect(pack.bytes(MODEL)).rejects.toMatchObject({ name: 'pack-missing' });
		expect(await library().importPack(await asZip())).toMatchObject({ added: 95 });
		expect(await pack.bytes(MODEL)).toEqual(server.files.get(MODEL));
	});
});

describe('what is stored', () => {
	it('counts files that packs share once', async () => {
		await library().importPack(await asZip());
		await publish(server, 'two');
		await library().importPack(await asZip(contents(), 'two.zip'));
		const report = await library().storage();
		expect(report).toMatchObject({ total: 118 + 13, leftover: 0 });
		expect(report.packs).toMatchObject([
			{ bytes: 118, shared: 105, file: 'tiny.zip' },
			{ bytes: 118, shared: 105, file: 'two.zip' }
		]);
		await library().forget(report.packs[0]!.hash);
		expect(await library().storage()).toMatchObject({ total: 118, packs: [{ shared: 0 }] });
	});

	it('keeps a deletion away from the files of an import under way', async () => {
		const older = await stored();
		let resolve = (): void => undefined;
		const go = new Promise<void>((done) => (resolve = done));
		const slow: FileStore = {
			...files,
			append: async (key) => {
				await go;
				return files.append(key);
			}
		};
		await publish(server, 'two');
		const importing = library({ files: slow }).importPack(await asZip());
		await library().forget(older.hash);
		expect(await files.sizes()).toHaveLength(3);
		resolve();
		await importing;
		expect((await library().storage()).packs).toMatchObject([{ complete: true }]);
		expect(await files.sizes()).toHaveLength(3);
	});

	it('is tidied when the reader says so', async () => {
		const sink = await files.append('f'.repeat(64));
		await sink.write(Uint8Array.of(1, 2, 3));
		await sink.close();
		expect(await library().storage()).toMatchObject({ leftover: 3, total: 0 });
		await library().tidy();
		expect(await library().storage()).toMatchObject({ leftover: 0 });
	});

	it('opens the page’s own pack where the one that is asked for is not stored', async () => {
		const pack = await library().open({ address: FOLDER, stored: '0'.repeat(12) });
		expect(pack.pack.name).toBe('tiny');
		expect(server.asked).toEqual(['pack.json']);
	});

	it('does not drop a newer version because an older one is opened', async () => {
		const older = await stored();
		await publish(server, 'two');
		const newer = await library().open({ address: FOLDER });
		const again = await library().open({ address: FOLDER, stored: older.hash });
		await again.keepAll!();
		expect((await library().storage()).packs.map(({ hash }) => hash)).toEqual(
			[older.hash, newer.hash].map((hash) => hash.slice(0, 12))
		);
	});
});

/** The contents with other bytes under one path. */
function altered(path: string, bytes: Uint8Array): Content[] {
	return contents().map((content) => (content.path === path ? { ...content, bytes } : content));
}

const extra = (path: string): Content => ({ path, bytes: bytesOf('x') });

const twice = (folder: string) => contents().map((c) => ({ ...c, path: `${folder}/${c.path}` }));

/** A .zip of which one bit of a file's content is not what it was. */
async function flipped(path: string): Promise<Blob> {
	const [chosen] = await asZip();
	const bytes = new Uint8Array(await chosen!.file.arrayBuffer());
	const name = bytesOf(path);
	const at = bytes.findIndex((_, i) => name.every((byte, j) => bytes[i + j] === byte));
	const spot = at + name.length + 50;
	return patched(chosen!.file, spot, bytes[spot]! ^ 1);
}
