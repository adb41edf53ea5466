/** From an address to a folder: pinned, listed and with sizes, before anything large is downloaded. */
import { isArchive, isGguf } from '../../../src/core/import/file-names';
import { tokenHeaders } from '../../../src/core/import/remote';
import {
	asPlainAddress,
	describeAddress,
	encodePath,
	parseRemoteAddress,
	type PlainAddress
} from '../../../src/core/import/remote-address';
import type { PendingDownloads } from '../../storage/network/pending-downloads';
import { hubProblem, listHubFiles, repositoryUrl } from './hub-files';
import { listPlainHostFiles } from './plain-host-files';
import { RemoteFolder } from './remote-folder';
import type { HostConnection } from './requests';

/** Throws a Problem when this is not an address, or nothing usable is there. */
export async function openRemoteFolder(
	typed: string,
	connection: HostConnection,
	downloads: PendingDownloads
): Promise<RemoteFolder> {
	const address = parseRemoteAddress(typed);
	if (address.kind === 'plain') return openPlainHost(address, connection, downloads);
	const hub: HostConnection = {
		...connection,
		refusal: (status, headers) => hubProblem(address, connection.token, status, headers)
	};
	const repository = await listHubFiles(address, hub);
	if (!repository) return openPlainHost(asPlainAddress(address), connection, downloads);
	const { commit, licence, folder, files } = repository;
	const inside = folder && `/${encodePath(folder)}`;
	const page = repositoryUrl(address);
	const info = {
		label: describeAddress({ ...address, revision: null }),
		pinned: `${page}/tree/${commit}${inside}`,
		commit,
		licence,
		page,
		pack: files.has('pack.json') ? `${page}/resolve/${commit}${inside}/` : null
	};
	// The files beside an archive, or beside one of a model's GGUF files, have nothing to do with it.
	const name = address.path.slice(address.path.lastIndexOf('/') + 1);
	const alone = isArchive(name) || isGguf(name) ? files.get(name) : undefined;
	return new RemoteFolder(
		[address.id, folder].filter(Boolean).join('/'),
		info,
		alone ? new Map([[name, alone]]) : files,
		downloads,
		hub
	);
}

async function openPlainHost(
	address: PlainAddress,
	connection: HostConnection,
	downloads: PendingDownloads
): Promise<RemoteFolder> {
	const files = await listPlainHostFiles(address, connection);
	// Where the host does not state a size, only the downloaded file has one.
	for (const [path, file] of files)
		if (file.bytes === null) {
			const headers = tokenHeaders(connection.token, file.address);
			const { size } = await downloads.whole(file, { headers, signal: connection.signal });
			files.set(path, { ...file, bytes: size });
		}
	const label = describeAddress(address);
	const pack = files.has('pack.json') ? address.url : null;
	const info = { label, pinned: address.url, commit: null, licence: null, page: null, pack };
	return new RemoteFolder(label.replace(/\/$/, ''), info, files, downloads, connection);
}
