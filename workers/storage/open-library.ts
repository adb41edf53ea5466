/** The packs and downloads of this browser, in the best storage that it has. */
import { filesIn, openDatabase, recordsIn } from './files/database';
import { filesInMemory, recordsInMemory } from './files/memory';
import { filesInOpfs } from './files/opfs';
import { Library } from './library';
import { PendingDownloads } from './network/pending-downloads';
import { cacheRuntime } from './runtime-cache';

let library: Promise<Library> | null = null;
let downloads: Promise<PendingDownloads> | null = null;

const fetcher: typeof fetch = (...request) => fetch(...request);

export const openLibrary = () => (library ??= newLibrary());

/** Apart from the packs, so that sweeping these does not delete downloads. */
export const openPendingDownloads = () => (downloads ??= newPendingDownloads());

async function newPendingDownloads(): Promise<PendingDownloads> {
	const inOpfs = await filesInOpfs('undercurrent-arrivals').catch(() => null);
	return new PendingDownloads(inOpfs ?? filesInMemory(), fetcher);
}

/** Private windows, old browsers and plain http lack IndexedDB or OPFS; each is tried once. */
async function newLibrary(): Promise<Library> {
	const database = await openDatabase().catch(() => null);
	const inOpfs = database ? await filesInOpfs().catch(() => null) : null;
	return new Library({
		files: inOpfs ?? (database ? filesIn(database) : filesInMemory()),
		records: database ? recordsIn(database) : recordsInMemory(),
		fetch: fetcher,
		cacheRuntime
	});
}
