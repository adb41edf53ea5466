/** From an address to a folder: pinned, listed and with sizes, before anything large is downloaded. */
import { isArchive } from '../../../src/core/import/file-names';
import { tokenHeaders } from '../../../src/core/import/remote';
import {
	asPlainAddress,
	describeAddress,
	encodePath,
	parseRemoteAddress,
	type HubAddress,
	type PlainAddress
} from '../../../src/core/import/remote-address';
import type { PendingDownloads } from '../../storage/network/pending-downloads';
import { hubProblem, listHubFiles, repositoryUrl, type HubRepository } from './hub-files';
import { listPlainHostFiles } from './plain-host-files';
import { RemoteFolder, type FileDownloads } from './remote-folder';
import type { HostConnection } from './requests';

/** Throws a Problem when this is not an address, or nothing usable is there. */
export async function openRemoteFolder(
	typed: string,
	connection: HostConnection,
	arrivals: PendingDownloads
): Promise<RemoteFolder> {
	const address = parseRemoteAddress(typed);
	if (address.kind === 'plain') return openPlainHost(address, connection, arrivals);
	const repository = await listHubFiles(address, connection);
	if (!repository) return openPlainHost(asPlainAddress(address), connection, arrivals);
	const { commit, licence, folder } = repository;
	const files = filesFor(repository, address);
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
	const name = [address.id, folder].filter(Boolean).join('/');
	return new RemoteFolder(name, info, files, downloadsFor(connection, arrivals, address));
}

/** The files beside an archive have nothing to do with it. */
function filesFor({ files }: HubRepository, { path }: HubAddress): HubRepository['files'] {
	const name = path.slice(path.lastIndexOf('/') + 1);
	const file = files.get(name);
	return file && isArchive(name) ? new Map([[name, file]]) : files;
}

async function openPlainHost(
	address: PlainAddress,
	connection: HostConnection,
	arrivals: PendingDownloads
): Promise<RemoteFolder> {
	const files = await listPlainHostFiles(address, connection);
	const label = describeAddress(address);
	const downloads = downloadsFor(connection, arrivals, null);
	// Where the host does not state a size, only the downloaded file has one.
	for (const [path, file] of files)
		if (file.bytes === null) {
			const { size } = await arrivals.whole(file, downloads.access(file));
			files.set(path, { ...file, bytes: size });
		}
	const pack = files.has('pack.json') ? address.url : null;
	const info = { label, pinned: address.url, commit: null, licence: null, page: null, pack };
	return new RemoteFolder(label.replace(/\/$/, ''), info, files, downloads);
}

function downloadsFor(
	connection: HostConnection,
	arrivals: PendingDownloads,
	hub: HubAddress | null
): FileDownloads {
	return {
		arrivals,
		access: ({ address }) => ({
			headers: tokenHeaders(connection.token, address),
			signal: connection.signal,
			...(hub && {
				refusal: (status: number, headers: Headers) => hubProblem(hub, connection, status, headers)
			})
		})
	};
}
