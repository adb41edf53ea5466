/** A pack on another host, stored as it is. */
import type { Progress } from '../../../src/core/calls';
import type { AccessToken } from '../../../src/core/import/remote';
import type { Imported } from '../../../src/core/packs/stored';
import type { Library } from '../../storage/library';
import type { RemoteFolder } from './remote-folder';

/**
 * Downloads every file of it that is not stored: a folder file by file, which can be resumed later, or an archive
 * whole. Throws a Problem when one cannot be downloaded.
 */
export async function fetchPack(
	folder: RemoteFolder,
	token: AccessToken | null,
	library: Library,
	signal: AbortSignal,
	onProgress: (progress: Progress) => void
): Promise<Imported> {
	const { info, names, sizes } = folder;
	const report = (what: string, done: number, total: number) =>
		onProgress({ phase: 'download', what, done, total });
	if (info.pack === null) {
		const [name = ''] = names;
		const file = await folder.download(name, (done) => report(name, done, sizes.get(name) ?? 0));
		const imported = await library.importPack([{ path: name, file }], signal, onProgress);
		await folder.release();
		return imported;
	}
	library.tokens.use(info.pack, token);
	const source = await library.open({ address: info.pack }, signal);
	await source.keepAll?.(signal, report);
	const { name, title, files } = source.pack;
	const all = Object.values(files);
	const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
	const hash = source.hash.slice(0, 12);
	return { name, title, hash, files: all.length, bytes, added: source.fetched() };
}
