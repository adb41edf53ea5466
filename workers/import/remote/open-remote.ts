/** From what a reader typed to a folder: pinned, listed and with sizes, before anything big is fetched. */
import {
	asPlainAddress,
	parseRemoteAddress,
	describeAddress,
	encodePath,
	type HubAddress,
	type PlainAddress
} from '../../../src/core/import/remote-address';
import { tokenHeaders } from '../../../src/core/import/remote';
import type { PendingDownloads, RemoteFile } from '../../storage/network/pending-downloads';
import type { HostConnection } from './requests';
import { listHubFiles, repositoryUrl, hubProblem, type HubRepository } from './hub-files';
import { listPlainHostFiles } from './plain-host-files';
import { RemoteFolder, type FileDownloads } from './remote-folder';

/** Throws a Problem when the words name no place, or nothing usable lies there. */
export async function openRemoteFolder(
	typed: string,
	link: HostConnection,
	arrivals: PendingDownloads
): Promise<RemoteFolder> {
	const place = parseRemoteAddress(typed);
	if (place.kind === 'plain') return plain(place, link, arrivals);
	const repository = await listHubFiles(place, link);
	if (!repository) return plain(asPlainAddress(place), link, arrivals);
	const { commit, licence, folder } = repository;
	const files = filesFor(repository, place);
	const inside = encodePath(folder) && `/${encodePath(folder)}`;
	const page = repositoryUrl(place);
	const facts = {
		label: describeAddress({ ...place, revision: null }),
		pinned: `${page}/tree/${commit}${inside}`,
		commit,
		licence,
		page,
		pack: files.has('pack.json') ? `${page}/resolve/${commit}${inside}/` : null
	};
	const name = [place.id, folder].filter(Boolean).join('/');
	return new RemoteFolder(name, facts, files, downloadsFor(link, arrivals, place));
}

/** Beside an archive lie files that have nothing to do with it. */
function filesFor({ files }: HubRepository, { path }: HubAddress): HubRepository['files'] {
	const name = path.slice(path.lastIndexOf('/') + 1);
	const file = files.get(name);
	return file && /\.zip$/i.test(name) ? new Map([[name, file]]) : files;
}

async function plain(
	place: PlainAddress,
	link: HostConnection,
	arrivals: PendingDownloads
): Promise<RemoteFolder> {
	const { kind, files } = await listPlainHostFiles(place, link);
	const label = describeAddress(place);
	const road = downloadsFor(link, arrivals, null);
	// A length that a host does not say is known once the file is here.
	for (const [path, file] of files)
		if (file.bytes === null) {
			const { size } = await arrivals.whole(file, road.access(file));
			files.set(path, { ...file, bytes: size });
		}
	const pack = kind === 'pack' ? place.url : null;
	const facts = { label, pinned: place.url, commit: null, licence: null, page: null, pack };
	return new RemoteFolder(label.replace(/\/$/, ''), facts, files, road);
}

function downloadsFor(
	link: HostConnection,
	arrivals: PendingDownloads,
	place: HubAddress | null
): FileDownloads {
	return {
		arrivals,
		access: ({ address }: RemoteFile) => ({
			headers: tokenHeaders(link.token, address),
			signal: link.signal,
			...(place && {
				refusal: (status: number, headers: Headers) => hubProblem(place, link, status, headers)
			})
		})
	};
}
