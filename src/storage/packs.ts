/** The packs of this browser, in the best place that it has. */
import type { StorageReport } from '../core/contract';
import type { PackSource } from '../core/pack-source';
import { filesIn, openDatabase, recordsIn } from './database';
import { Library } from './library';
import { filesInMemory, recordsInMemory } from './memory';
import { filesInOpfs } from './opfs';
import { keepRuntime } from './program';

let library: Promise<Library> | null = null;

/**
 * The pack at `address`, the address of its folder; `expected` is the sha256 of its pack.json where the
 * page was built with it. Throws a Problem when there is none.
 */
export async function openPackSource(
	address: string,
	expected: string | null,
	signal?: AbortSignal
): Promise<PackSource> {
	const folder = address.endsWith('/') ? address : `${address}/`;
	return (await opened()).open(folder, signal, expected);
}

export async function storageReport(): Promise<StorageReport> {
	return (await opened()).report();
}

/** Deletes a stored pack by its hash, or at least 12 digits of it. */
export async function forgetPack(hash: string): Promise<void> {
	return (await opened()).forget(hash);
}

function opened(): Promise<Library> {
	return (library ??= open());
}

/** Each place is tried once: private windows, old browsers and plain http lack one or the other. */
async function open(): Promise<Library> {
	const database = await openDatabase().catch(() => null);
	const inOpfs = database ? await filesInOpfs().catch(() => null) : null;
	return new Library({
		files: inOpfs ?? (database ? filesIn(database) : filesInMemory()),
		records: database ? recordsIn(database) : recordsInMemory(),
		fetch: (...request) => fetch(...request),
		keepProgram: keepRuntime
	});
}
