/** What a browser has for packs, in memory. */
import type { FileStore } from '../../../../workers/storage/files/file-store';
import { filesInMemory, recordsInMemory } from '../../../../workers/storage/files/memory';
import { Library } from '../../../../workers/storage/library';
import type { FakeServer } from './fake-server';

export interface Browser {
	server: FakeServer;
	files: FileStore;
	records: ReturnType<typeof recordsInMemory>;
}

/** A browser that has never been here; its storage lasts. */
export const newBrowser = (server: FakeServer): Browser => ({
	server,
	files: { ...filesInMemory(), kind: 'opfs' },
	records: recordsInMemory()
});

/** What a fresh page of the same browser would use. */
export const libraryOf = (
	{ server, files, records }: Browser,
	over: Partial<ConstructorParameters<typeof Library>[0]> = {}
): Library =>
	new Library({
		files,
		records,
		fetch: server.fetch,
		cacheRuntime: async () => true,
		retryDelays: [0, 0],
		...over
	});

/** The same files in a browser that takes only so many bytes more. */
export const withRoom = (files: FileStore, room: number): FileStore => ({
	...files,
	append: async (key) => {
		const sink = await files.append(key);
		return {
			close: () => sink.close(),
			write: (bytes) => {
				room -= bytes.length;
				if (room < 0) throw new DOMException('full', 'QuotaExceededError');
				return sink.write(bytes);
			}
		};
	}
});
