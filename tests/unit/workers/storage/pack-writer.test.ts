/** Packs that are written chunk by chunk into storage, or revised there: whole, or not at all. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { PackWriter } from '../../../../src/core/packs/writer';
import type { FileStore } from '../../../../workers/storage/files/file-store';
import { libraryOf, newBrowser, type Browser } from './browsers';
import { bytesOf, FakeServer, FOLDER, publish } from './fake-server';

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

const manifest = (name = 'mine') => ({
	format: 'undercurrent-pack',
	version: '1.0.0',
	name,
	model: {
		config: {},
		weights: ['model.safetensors'],
		tokenizer: 'tokenizer.json',
		tokenizer_config: 'tokenizer.json'
	},
	saes: []
});

const MODEL = Uint8Array.from({ length: 300 }, (_, i) => i % 251);

async function whole(writer: PackWriter): Promise<void> {
	await writer.write('model.safetensors', MODEL.subarray(0, 100), MODEL.subarray(100));
	await writer.write('tokenizer.json', bytesOf('a tokenizer'));
	await writer.finish(manifest());
}

const make = (from = library()) => from.writePack({ file: 'folder' }, whole);

async function nothingStored(): Promise<void> {
	expect(await library().storage()).toMatchObject({ packs: [], total: 0, leftover: 0 });
	expect((await files.sizes()).size).toBe(0);
}

describe('a pack that is written', () => {
	it('is on the list with its files, and opens', async () => {
		const made = await make();
		expect(made).toMatchObject({ name: 'mine', files: 2, bytes: 311, added: 311 });
		const { packs, leftover } = await library().storage();
		expect(packs).toMatchObject([{ hash: made.hash, complete: true, file: 'folder' }]);
		expect(leftover).toBe(0);
		server.online = false;
		const pack = await library().open({ address: FOLDER, stored: made.hash });
		expect(await pack.bytes('model.safetensors')).toEqual(MODEL);
		expect(await library().verify(made.hash)).toMatchObject({ intact: 2, changed: [] });
	});

	it('can be read while it is made, and holds the last version of a file alone', async () => {
		const made = await library().writePack({ file: 'x' }, async (writer) => {
			await writer.write('tokenizer.json', bytesOf('a first one'));
			expect(await writer.read('tokenizer.json')).toEqual(bytesOf('a first one'));
			await whole(writer);
			expect(await writer.read('tokenizer.json')).toEqual(bytesOf('a tokenizer'));
		});
		expect(made.bytes).toBe(311);
		expect((await files.sizes()).size).toBe(2);
	});

	it.each([
		['was not finished', async (writer: PackWriter) => writer.write('a', MODEL)],
		[
			'describes no pack',
			async (writer: PackWriter) => {
				await writer.write('a', MODEL);
				await writer.finish({ ...manifest(), name: 'No Pack' });
			}
		],
		[
			'fails in the middle',
			async (writer: PackWriter) => {
				await writer.write('a', MODEL);
				throw new Error('no more');
			}
		]
	])('leaves nothing when it %s', async (_, work) => {
		await expect(library().writePack({ file: 'x' }, work)).rejects.toThrow();
		await nothingStored();
	});

	it('leaves nothing when it is cancelled, even at its end', async () => {
		const cancel = new AbortController();
		const work = async (writer: PackWriter) => {
			await whole(writer);
			cancel.abort();
		};
		const making = library().writePack({ file: 'x' }, work, cancel.signal);
		await expect(making).rejects.toMatchObject({ name: 'AbortError' });
		await nothingStored();
	});

	it.each([0, 150, 305])('leaves nothing on a disk with room for %i bytes', async (room) => {
		let left = room;
		const full: FileStore = {
			...files,
			append: async (key) => {
				const sink = await files.append(key);
				const write = (bytes: Uint8Array) => {
					left -= bytes.length;
					if (left < 0) throw new DOMException('full', 'QuotaExceededError');
					return sink.write(bytes);
				};
				return { close: () => sink.close(), write };
			}
		};
		await expect(make(library({ files: full }))).rejects.toMatchObject({ name: 'storage-full' });
		await nothingStored();
	});

	it('waits for another that is being written', async () => {
		const order: string[] = [];
		const work = (name: string) => async (writer: PackWriter) => {
			order.push(`${name} begins`);
			await whole(writer);
			order.push(`${name} ends`);
		};
		const [a, b] = [work('a'), work('b')];
		await Promise.all([
			library().writePack({ file: 'x' }, a),
			library().writePack({ file: 'x' }, b)
		]);
		expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
	});
});

describe('a pack that is revised', () => {
	const revise = (base: string, replace = false) =>
		library().writePack({ base, replace, file: 'more' }, async (writer) => {
			expect(writer.base).toMatchObject({ format: 'undercurrent-pack' });
			await writer.write('notes.json', bytesOf('{}'));
			await writer.finish({ ...writer.base, title: 'Revised' });
		});

	it('shares what it does not change, and leaves the one before as it was', async () => {
		const { hash } = await make();
		const revised = await revise(hash);
		expect(revised).toMatchObject({ title: 'Revised', files: 3, added: 2 });
		const { packs, total } = await library().storage();
		expect(packs).toHaveLength(2);
		expect(total).toBe(313);
		await library().forget(hash);
		const pack = await library().open({ address: FOLDER, stored: revised.hash });
		expect(await pack.bytes('model.safetensors')).toEqual(MODEL);
	});

	it('can take the place of the one before, whose own files go', async () => {
		const { hash } = await make();
		const first = await revise(hash);
		const second = await library().writePack(
			{ base: first.hash, replace: true, file: 'less' },
			async (writer) => {
				writer.drop('notes.json');
				await writer.finish({ ...writer.base, title: 'Again' });
			}
		);
		const { packs } = await library().storage();
		expect(packs.map((pack) => pack.hash).sort()).toEqual([hash, second.hash].sort());
		expect((await files.sizes()).size).toBe(2);
	});

	it('is fetched whole first when only a part of it is stored', async () => {
		const pack = await library().open({ address: FOLDER });
		await pack.bytes('tokenizer.json');
		const revised = await revise(pack.hash.slice(0, 12));
		expect(revised.files).toBe(4);
		server.online = false;
		expect(await library().verify(revised.hash)).toMatchObject({ intact: 4, missing: [] });
		// The page's own pack stays on the list, whatever replaces it.
		expect((await library().storage()).packs).toHaveLength(2);
	});

	it('is not begun when the rest of it cannot be had', async () => {
		const pack = await library().open({ address: FOLDER });
		server.online = false;
		await expect(revise(pack.hash.slice(0, 12))).rejects.toMatchObject({ name: 'network' });
		expect((await library().storage()).packs).toHaveLength(1);
	});

	it('must be there', async () => {
		await expect(revise('f'.repeat(12))).rejects.toMatchObject({ name: 'pack-missing' });
	});
});
