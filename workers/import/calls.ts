/** Importing: what a source holds, packs built of it, and packs that are fetched as they are. */
import { shortHash } from '../../src/core/packs/pack-name';
import type { Handlers, Run } from '../../src/core/calls';
import type { BuildRequest } from '../../src/core/import/build-request';
import type { ImportCalls } from '../../src/core/import/calls';
import type { ImportListing } from '../../src/core/import/listing';
import type { RemoteSource } from '../../src/core/import/remote';
import type { Imported } from '../../src/core/packs/stored';
import type { Context } from '../calls/context';
import { ensureRuntime } from '../runtime/session';
import type { Library } from '../storage/library';
import { openPendingDownloads } from '../storage/open-library';
import { buildPack } from './build-pack';
import { listContents, saeFolder } from './list-contents';
import { downloadFiles } from './remote/download-files';
import { RemoteFolder } from './remote/remote-folder';
import { modelAt } from './open-model';
import { openRemoteSource, openSource, singleArchive } from './open-source';

export const importCalls = ({ library }: Context): Handlers<ImportCalls> => ({
	async listImport({ source, overrides }, { signal, progress }) {
		const folder = await openSource(source, signal);
		if (folder instanceof RemoteFolder && isPack(folder)) return packAt(folder);
		const listing = await listContents(folder, overrides, (what, done, total) => {
			signal.throwIfAborted();
			progress({ phase: 'read', what, done, total });
		});
		return folder instanceof RemoteFolder ? { ...listing, remote: folder.info } : listing;
	},
	buildPack: async (request, run) => build(request, await library(), run),
	fetchPack: async (source, run) => fetchPack(source, await library(), run),
	pendingDownloads: async () => (await openPendingDownloads()).waiting(),
	discardDownloads: async () => (await openPendingDownloads()).clear()
});

async function build(
	{ source: from, model, saes, dtype, title }: BuildRequest,
	library: Library,
	{ signal, progress }: Run
): Promise<Imported> {
	const source = await openSource(from, signal);
	const release = await downloadFiles(source, { model, saes }, progress);
	await ensureRuntime();
	const draft = { base: 'pack' in model ? model.pack : null, file: source.name };
	const imported = await library.writePack(
		draft,
		async (writer) => {
			const parts = {
				model: 'path' in model ? modelAt(source, model.path) : null,
				saes: saes.map(({ path, overrides }) => ({ folder: saeFolder(source, path), overrides })),
				...{ dtype, title, name: title, corpus: null, nulls: false },
				origin: source instanceof RemoteFolder ? originOf(source) : undefined
			};
			await buildPack(writer, parts, progress, signal);
		},
		signal
	);
	await release();
	return imported;
}

/** What the pack records: never the query of an address, which may be a secret. */
function originOf({ info: { label, commit, licence } }: RemoteFolder) {
	return { from: commit === null ? label : `${label}@${commit}`, licence };
}

/** A folder with a pack in it, or an archive that was not opened because one is in it. */
const isPack = (folder: RemoteFolder) =>
	folder.info.pack !== null || singleArchive(folder) !== null;

/** It is fetched as it is, so nothing in it is read. */
function packAt({ name, info }: RemoteFolder): ImportListing {
	return { name, isPack: true, models: [], saes: [], unusable: [], otherFiles: 0, remote: info };
}

/**
 * Downloads every file of it that is not stored: a folder file by file, which can be resumed later, or an archive
 * whole. Throws a Problem when one cannot be downloaded.
 */
async function fetchPack(
	from: RemoteSource,
	library: Library,
	{ signal, progress }: Run
): Promise<Imported> {
	const folder = await openRemoteSource(from, signal);
	const { info, names, sizes } = folder;
	const report = (what: string, done: number, total: number) =>
		progress({ phase: 'download', what, done, total });
	if (info.pack === null) {
		const [name = ''] = names;
		const file = await folder.download(name, (done) => report(name, done, sizes.get(name) ?? 0));
		const imported = await library.importPack([{ path: name, file }], signal, progress);
		await folder.release();
		return imported;
	}
	library.tokens.use(info.pack, from.token);
	const source = await library.open({ address: info.pack }, signal);
	await source.keepAll?.(signal, report);
	const { name, title, files } = source.pack;
	const all = Object.values(files);
	const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
	const hash = shortHash(source.hash);
	return { name, title, hash, files: all.length, bytes, added: source.fetched() };
}
