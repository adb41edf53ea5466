/** Packs out of a real browser storage and into it again; each step in a worker of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chosen } from '../../src/core/packs/stored';
import { filesIn, openDatabase, recordsIn } from '../../workers/storage/files/database';
import { Library } from '../../workers/storage/library';
import { FakeServer, FOLDER, publish } from '../unit/workers/storage/fake-server';
import { patched, zipOf } from '../unit/workers/storage/transfer/zip-maker';
import type { TransferAnswer, TransferTask } from './transfer.worker';

const PATHS = ['model.safetensors', 'tokenizer.json', 'stats/a b@c.gz'];

/** `hung` is called when the worker hangs, and ends it. */
function inWorker(task: TransferTask, hung?: () => void): Promise<TransferAnswer> {
	const worker = new Worker(new URL('./transfer.worker.ts', import.meta.url), { type: 'module' });
	return new Promise<TransferAnswer>((resolve, reject) => {
		worker.onmessage = ({ data }: MessageEvent<TransferAnswer | 'hangs'>) => {
			if (data !== 'hangs') return resolve(data);
			worker.terminate();
			hung?.();
		};
		worker.onerror = (event) => reject(new Error(event.message));
		worker.postMessage(task);
	}).finally(() => worker.terminate());
}

describe('OPFS', () => {
	const place = `transfer-${Math.random()}`;
	let hash: string;
	let exported: Chosen;

	beforeAll(async () => {
		hash = (await inWorker({ place, do: 'keep' })).value as string;
		const { exported: file } = await inWorker({ place, do: 'export', hash });
		exported = { path: file!.name, file: file!.blob };
		// Taken out of storage before that is emptied, as a download is.
		exported.file = new Blob([await exported.file.arrayBuffer()]);
	});
	afterAll(async () => {
		const root = await navigator.storage.getDirectory();
		await root.removeEntry(place, { recursive: true });
		indexedDB.deleteDatabase(place);
	});

	const empty = async () => {
		const { report } = await inWorker({ place, do: 'forget', hash });
		expect(report).toMatchObject({ packs: [], total: 0, leftover: 0, kind: 'opfs' });
	};

	it('gives a pack back byte for byte after it was deleted', async () => {
		expect(exported.path).toBe(`tiny-${hash}.zip`);
		await empty();
		const { error, value, report } = await inWorker({ place, do: 'import', chosen: [exported] });
		expect([error, value]).toMatchObject([null, { hash, files: 3, bytes: 118, added: 118 }]);
		expect(report.packs).toMatchObject([{ hash, complete: true, address: null, whole: 3 }]);
		expect((await inWorker({ place, do: 'read', hash })).value).toBe(true);
		const { exported: again } = await inWorker({ place, do: 'export', hash });
		expect(await again!.blob.arrayBuffer()).toEqual(await exported.file.arrayBuffer());
	});

	it('refuses a .zip with a flipped byte, and one that was cut, and stores nothing', async () => {
		await empty();
		const bytes = new Uint8Array(await exported.file.arrayBuffer());
		// The model's bytes are 0, 1, 2, …
		const at = bytes.findIndex(
			(byte, i) => byte === 40 && bytes[i + 1] === 41 && bytes[i + 2] === 42
		);
		const damaged = [await patched(exported.file, at, 99), exported.file.slice(0, 200)];
		for (const file of damaged) {
			const task = { place, do: 'import' as const, chosen: [{ path: 'x.zip', file }] };
			const { error, report } = await inWorker(task);
			expect(error).toMatch(/^pack-(damaged|invalid)$/);
			expect(report).toMatchObject({ packs: [], total: 0, leftover: 0 });
		}
	});

	it('refuses a bomb and a path out of its folder', async () => {
		const server = new FakeServer();
		await publish(server);
		const contents = [...server.files].map(([path, bytes]) => ({ path, bytes }));
		const bomb = contents.map((content) =>
			content.path === PATHS[0]
				? { ...content, bytes: new Uint8Array(3e6), deflate: true, stated: { bytes: 95 } }
				: content
		);
		const outside = [...contents, { path: '../../evil', bytes: Uint8Array.of(1) }];
		for (const [some, code] of [
			[bomb, 'pack-damaged'],
			[outside, 'pack-invalid']
		] as const) {
			const chosen = [{ path: 'x.zip', file: await zipOf(some) }];
			const { error, report } = await inWorker({ place, do: 'import', chosen });
			expect(error).toBe(code);
			expect(report).toMatchObject({ packs: [], total: 0, leftover: 0 });
		}
	});

	it('leaves nothing of an import that is cancelled', async () => {
		await empty();
		const task = { place, do: 'import' as const, chosen: [exported], cancelAt: PATHS[1]! };
		const { error, report } = await inWorker(task);
		expect(error).toBe('AbortError');
		expect(report).toMatchObject({ packs: [], total: 0, leftover: 0 });
	});

	it('survives a worker that is killed: nothing counts as stored, and an import goes on', async () => {
		await empty();
		await new Promise<void>((resolve) => {
			const task = { place, do: 'import' as const, chosen: [exported], hangAt: PATHS[1]! };
			void inWorker(task, resolve);
		});
		// The locks of a worker that was terminated are free a moment later.
		const looked = async () => (await inWorker({ place, do: 'look' })).report;
		await expect.poll(looked, { timeout: 10_000 }).toMatchObject({ packs: [], total: 0 });
		await expect.poll(async () => (await looked()).leftover > 0, { timeout: 10_000 }).toBe(true);
		const { value } = await inWorker({ place, do: 'import', chosen: [exported] });
		expect((value as { added: number }).added).toBeLessThan(118);
		expect((await inWorker({ place, do: 'read', hash })).value).toBe(true);
	});

	it('lets two tabs import the same pack at once', async () => {
		await empty();
		const task = { place, do: 'import' as const, chosen: [exported] };
		const [a, b] = await Promise.all([inWorker(task), inWorker(task)]);
		expect([a.error, b.error]).toEqual([null, null]);
		const added = [a, b].map(({ value }) => (value as { added: number }).added);
		expect(added.toSorted((x, y) => x - y)).toEqual([0, 118]);
	});

	it('finds a byte that was altered, and names the file', async () => {
		await empty();
		await inWorker({ place, do: 'import', chosen: [exported] });
		const root = await navigator.storage.getDirectory();
		const directory = await root.getDirectoryHandle(place);
		const entries = (
			directory as unknown as { values(): AsyncIterable<FileSystemFileHandle> }
		).values();
		for await (const handle of entries) {
			if ((await handle.getFile()).size !== 95) continue;
			const writable = await handle.createWritable({ keepExistingData: true });
			await writable.write({ type: 'write', position: 50, data: Uint8Array.of(99) });
			await writable.close();
		}
		const { value, report } = await inWorker({ place, do: 'verify', hash });
		expect(value).toMatchObject({ intact: 2, changed: [{ path: PATHS[0], again: false }] });
		expect(report.packs).toMatchObject([{ complete: false, whole: 2 }]);
	});
});

describe('IndexedDB', () => {
	it('gives a pack back byte for byte', async () => {
		const database = await openDatabase(`transfer-${Math.random()}`);
		const server = new FakeServer();
		await publish(server);
		const library = new Library({
			files: filesIn(database),
			records: recordsIn(database),
			fetch: server.fetch,
			cacheRuntime: async () => true
		});
		const pack = await library.open({ address: FOLDER });
		await pack.keepAll!();
		const { name, blob } = await library.exportPack(pack.hash);
		await library.forget(pack.hash);
		expect(await library.storage()).toMatchObject({ packs: [], leftover: 0, kind: 'indexeddb' });
		await library.importPack([{ path: name, file: blob }]);
		server.online = false;
		const again = await library.open({ address: '', stored: pack.hash });
		for (const path of PATHS) expect(await again.bytes(path)).toEqual(server.files.get(path));
		expect(await library.verify(pack.hash)).toMatchObject({ intact: 3, changed: [], missing: [] });
		await database.close();
		indexedDB.deleteDatabase(database.name);
	});
});
