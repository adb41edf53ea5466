/** What is made into a pack, or fetched as one: order of work, nothing numeric. */
import type { Handlers, Run } from '../../src/core/calls';
import type { Found, ImportCalls, Order } from '../../src/core/import/order';
import type { Imported } from '../../src/core/packs/stored';
import type { Context } from '../calls/context';
import { ensureRuntime } from '../runtime/session';
import type { Library } from '../storage/library';
import { openPendingDownloads } from '../storage/open-library';
import { makePack } from './build-pack';
import { within } from './files/folder';
import { look, saeAt } from './look';
import { archiveAt } from './remote/archive';
import { gather } from './remote/fetch-order';
import { fetchPack } from './remote/fetch-pack';
import { RemoteFolder } from './remote/folder';
import { openSource, remoteFolder } from './sources';

export const importCalls = ({ library }: Context): Handlers<ImportCalls> => ({
	async look({ source, stated }, { signal, progress }) {
		const folder = await openSource(source, signal);
		if (folder instanceof RemoteFolder && isPack(folder)) return packAt(folder);
		const found = await look(folder, stated, (what, done, total) => {
			signal.throwIfAborted();
			progress({ phase: 'read', what, done, total });
		});
		return folder instanceof RemoteFolder ? { ...found, remote: folder.facts } : found;
	},
	buildPack: async (order, run) => buildPack(order, await library(), run),
	async fetchPack(source, { signal, progress }) {
		const folder = await remoteFolder(source, signal);
		return fetchPack(folder, source.token, await library(), signal, progress);
	},
	pendingDownloads: async () => (await openPendingDownloads()).waiting(),
	discardDownloads: async () => (await openPendingDownloads()).clear()
});

async function buildPack(
	{ source: place, model, saes, dtype, title }: Order,
	library: Library,
	{ signal, progress }: Run
): Promise<Imported> {
	const source = await openSource(place, signal);
	const release = await gather(source, { model, saes }, progress);
	await ensureRuntime();
	const draft = { base: 'pack' in model ? model.pack : null, file: source.name };
	const imported = await library.writePack(
		draft,
		async (writer) => {
			const parts = {
				model: 'path' in model ? within(source, model.path) : null,
				saes: saes.map(({ path, stated }) => ({ folder: saeAt(source, path), stated })),
				...{ dtype, title, name: title, corpus: null, nulls: false },
				origin: source instanceof RemoteFolder ? originOf(source) : undefined
			};
			await makePack(writer, parts, progress, signal);
		},
		signal
	);
	await release();
	return imported;
}

/** As a pack keeps it: never with the query of an address, which may be a secret. */
function originOf({ facts: { said, commit, licence } }: RemoteFolder) {
	return { from: commit === null ? said : `${said}@${commit}`, licence };
}

/** A folder with a pack in it, or an archive that was not opened because one is in it. */
const isPack = (folder: RemoteFolder) => folder.facts.pack !== null || archiveAt(folder) !== null;

/** Nothing in it has to be looked into: it is fetched as it is. */
function packAt({ name, facts }: RemoteFolder): Found {
	return { name, isPack: true, models: [], saes: [], refused: [], others: 0, remote: facts };
}
