/** The real places of a real browser; OPFS can only be written from a worker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	filesIn,
	openDatabase,
	recordsIn,
	type Database
} from '../../workers/storage/files/database';
import { withLock } from '../../workers/storage/files/file-store';
import { Library } from '../../workers/storage/library';
import { FakeServer, FOLDER, publish } from '../unit/workers/storage/fake-server';
import type { OpfsAnswer, OpfsTask } from './opfs.worker';

describe('IndexedDB', () => {
	let database: Database;
	beforeAll(async () => (database = await openDatabase(`test-${Math.random()}`)));
	afterAll(async () => {
		await database.close();
		indexedDB.deleteDatabase(database.name);
	});

	it('keeps a pack, its record and the sizes of its files', async () => {
		const server = new FakeServer();
		await publish(server);
		const parts = {
			files: filesIn(database),
			records: recordsIn(database),
			fetch: server.fetch,
			cacheRuntime: async () => true,
			retryDelays: [0, 0]
		};
		server.cuts = [Infinity, 20, 20, 20];
		const pack = await new Library(parts).open({ address: FOLDER });
		await expect(pack.bytes('model.safetensors')).rejects.toMatchObject({ name: 'network' });
		expect(await pack.keepAll!()).toBe(true);
		expect(server.asked).toContain('model.safetensors bytes=60-');
		server.online = false;
		const again = await new Library(parts).open({ address: FOLDER });
		expect(await again.bytes('model.safetensors')).toEqual(server.files.get('model.safetensors'));
		expect(await new Library(parts).storage()).toMatchObject({
			kind: 'indexeddb',
			packs: [{ name: 'tiny', complete: true, bytes: 118 }]
		});
		await new Library(parts).forget(again.hash);
		expect(await parts.files.sizes()).toEqual(new Map());
		expect(await parts.records.all()).toEqual([]);
	});

	it('is opened again where the browser has closed it', async () => {
		await database.close();
		expect(await Promise.all([recordsIn(database).all(), filesIn(database).sizes()])).toEqual([
			[],
			new Map()
		]);
	});
});

describe('OPFS', () => {
	const folder = `test-${Math.random()}`;

	function answerOf<A>(worker: Worker, task: unknown): Promise<A> {
		return new Promise<A>((resolve, reject) => {
			worker.onmessage = ({ data }: MessageEvent<A>) => resolve(data);
			worker.onerror = (event) => reject(new Error(event.message));
			worker.postMessage(task);
		}).finally(() => worker.terminate());
	}

	const inWorker = (task: OpfsTask) =>
		answerOf<OpfsAnswer>(
			new Worker(new URL('./opfs.worker.ts', import.meta.url), { type: 'module' }),
			task
		);

	afterAll(async () => {
		const root = await navigator.storage.getDirectory();
		await root.removeEntry(folder, { recursive: true });
	});

	it('goes on with a cut download in another session', async () => {
		expect(await inWorker({ folder, cuts: [Infinity, 20, 20, 20] })).toMatchObject({
			error: 'network',
			sizes: [60]
		});
		expect(await inWorker({ folder, cuts: [] })).toMatchObject({
			error: null,
			intact: true,
			sizes: [95],
			asked: ['pack.json', 'model.safetensors bytes=60-']
		});
	});

	it('replaces a file of which one byte was altered', async () => {
		const root = await navigator.storage.getDirectory();
		const directory = await root.getDirectoryHandle(folder);
		const names = (directory as unknown as { keys(): AsyncIterable<string> }).keys();
		for await (const name of names) {
			const writable = await (
				await directory.getFileHandle(name)
			).createWritable({
				keepExistingData: true
			});
			await writable.write({ type: 'write', position: 50, data: Uint8Array.of(99) });
			await writable.close();
		}
		expect(await inWorker({ folder, cuts: [] })).toMatchObject({
			intact: true,
			asked: ['pack.json', 'model.safetensors']
		});
	});

	it('opens every file, whatever is collected as garbage meanwhile', async () => {
		const worker = new Worker(new URL('./garbage.worker.ts', import.meta.url), { type: 'module' });
		const place = `${folder}-garbage`;
		const kept = await answerOf<number>(worker, place);
		expect(kept).toBe(24);
		const root = await navigator.storage.getDirectory();
		await root.removeEntry(place, { recursive: true });
	}, 60_000);

	it('lets two tabs open the same pack at once, and fetches it once', async () => {
		const fresh = { folder: `${folder}/`.replace('/', '-two'), cuts: [], slow: true };
		const answers = await Promise.all([inWorker(fresh), inWorker(fresh)]);
		expect(answers.map((answer) => answer.intact)).toEqual([true, true]);
		const fetches = answers.flatMap(({ asked }) => asked.filter((path) => path !== 'pack.json'));
		expect(fetches).toEqual(['model.safetensors']);
		const root = await navigator.storage.getDirectory();
		await root.removeEntry(fresh.folder, { recursive: true });
	});
});

describe('withLock', () => {
	it('runs jobs of one name one after another, and a failed one holds nobody up', async () => {
		const order: number[] = [];
		const job = (n: number) => async () => {
			order.push(n);
			await new Promise((resolve) => setTimeout(resolve, 5));
			order.push(-n);
			if (n === 1) throw new Error('failed');
		};
		const results = await Promise.allSettled([withLock('x', job(1)), withLock('x', job(2))]);
		expect(order).toEqual([1, -1, 2, -2]);
		expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
	});
});
