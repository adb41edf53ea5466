/** The packs of this browser, in the best place that it has. */
import { Arrivals } from './network/pending-downloads';
import { filesIn, openDatabase, recordsIn } from './files/database';
import { Library } from './library';
import { filesInMemory, recordsInMemory } from './files/memory';
import { filesInOpfs } from './files/opfs';
import { keepRuntime } from './program';

let library: Promise<Library> | null = null;
let arrivals: Promise<Arrivals> | null = null;

export function openLibrary(): Promise<Library> {
	return (library ??= open());
}

/** Files on their way from other hosts: apart from packs, which know all of their files. */
export function openArrivals(): Promise<Arrivals> {
	return (arrivals ??= beginArrivals());
}

async function beginArrivals(): Promise<Arrivals> {
	const inOpfs = await filesInOpfs('undercurrent-arrivals').catch(() => null);
	return new Arrivals(inOpfs ?? filesInMemory(), (...request) => fetch(...request));
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
