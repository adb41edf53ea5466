/** A library on the real OPFS and IndexedDB, doing one thing as the engine's worker would. */
import type { Chosen, Exported, StorageReport } from '../../src/core/packs/stored';
import { openDatabase, recordsIn } from '../../workers/storage/files/database';
import { Library } from '../../workers/storage/library';
import { filesInOpfs } from '../../workers/storage/files/opfs';
import { FakeServer, FOLDER, publish } from '../unit/workers/storage/fake-server';

export interface TransferTask {
	/** Names the folder and the database. */
	place: string;
	do: 'keep' | 'export' | 'forget' | 'verify' | 'tidy' | 'look' | 'read' | 'import';
	hash?: string;
	chosen?: Chosen[];
	/** The file at which the worker hangs, to be killed. */
	hangAt?: string;
	/** The file at which it is cancelled. */
	cancelAt?: string;
}

export interface TransferAnswer {
	/** Code of the problem, if there was one. */
	error: string | null;
	value: unknown;
	exported: Exported | null;
	report: StorageReport;
}

self.onmessage = async ({ data: task }: MessageEvent<TransferTask>) => {
	const server = new FakeServer();
	await publish(server);
	server.online = task.do === 'keep';
	const database = await openDatabase(task.place);
	const library = new Library({
		files: await filesInOpfs(task.place),
		records: recordsIn(database),
		fetch: server.fetch,
		cacheRuntime: async () => true,
		retryDelays: []
	});
	const answer: Partial<TransferAnswer> = { error: null, value: null, exported: null };
	const { hash = '' } = task;
	try {
		if (task.do === 'keep') {
			const pack = await library.open({ address: FOLDER });
			await pack.keepAll!();
			answer.value = pack.hash.slice(0, 12);
		}
		if (task.do === 'export') answer.exported = await library.exportPack(hash);
		if (task.do === 'forget') await library.forget(hash);
		if (task.do === 'verify') answer.value = await library.verify(hash);
		if (task.do === 'tidy') await library.tidy();
		if (task.do === 'import') answer.value = await importing(library, task);
		if (task.do === 'read') {
			const pack = await library.open({ address: 'https://example.org/none/', stored: hash });
			const paths = Object.keys(pack.pack.files);
			const same = async (path: string) =>
				(await pack.bytes(path)).join() === server.files.get(path)!.join();
			answer.value = (await Promise.all(paths.map(same))).every(Boolean);
		}
	} catch (error) {
		answer.error = (error as Error).name;
	}
	answer.report = await library.storage();
	await database.close();
	postMessage(answer);
};

function importing(library: Library, { chosen = [], hangAt, cancelAt }: TransferTask) {
	const cancel = new AbortController();
	return library.importPack(chosen, cancel.signal, ({ what }) => {
		if (what === cancelAt) cancel.abort();
		if (what !== hangAt) return;
		postMessage('hangs');
		for (;;);
	});
}
