/** Opens the test pack with files in OPFS, as the engine's worker does. */
import { Library } from '../../workers/storage/library';
import { recordsInMemory } from '../../workers/storage/files/memory';
import { filesInOpfs } from '../../workers/storage/files/opfs';
import { FakeServer, FOLDER, publish } from '../unit/workers/storage/fake-server';

export interface OpfsTask {
	folder: string;
	cuts: number[];
	/** Leaves time for another tab to come in between. */
	slow?: boolean;
}

export interface OpfsAnswer {
	/** Code of the problem, if there was one. */
	error: string | null;
	intact: boolean;
	sizes: number[];
	asked: string[];
}

const MODEL = 'model.safetensors';

self.onmessage = async ({ data }: MessageEvent<OpfsTask>) => {
	const server = new FakeServer();
	await publish(server);
	server.cuts = data.cuts;
	const files = await filesInOpfs(data.folder);
	const fetcher: typeof fetch = async (...request) => {
		if (data.slow) await new Promise((resolve) => setTimeout(resolve, 100));
		return server.fetch(...request);
	};
	const parts = { files, records: recordsInMemory(), fetch: fetcher, retryDelays: [0, 0] };
	const pack = await new Library({ ...parts, cacheRuntime: async () => true }).open({
		address: FOLDER
	});
	const answer: OpfsAnswer = { error: null, intact: false, sizes: [], asked: server.asked };
	try {
		const bytes = await pack.bytes(MODEL);
		answer.intact = bytes.join() === server.files.get(MODEL)!.join();
	} catch (error) {
		answer.error = (error as Error).name;
	}
	answer.sizes = [...(await files.sizes()).values()];
	postMessage(answer);
};
