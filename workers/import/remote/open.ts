/** From what a reader typed to a folder: pinned, listed and with sizes, before anything big is fetched. */
import {
	asPlain,
	parseRemote,
	sayPlace,
	spellPath,
	type HubPlace,
	type PlainPlace
} from '../../../src/core/import/remote-address';
import { headersOf } from '../../../src/core/import/remote';
import type { PendingDownloads, RemoteFile } from '../../storage/network/pending-downloads';
import type { Link } from './requests';
import { lookAtHub, pageOf, refused, type Repository } from './hub';
import { lookAtPlain } from './plain';
import { RemoteFolder, type Road } from './folder';

/** Throws a Problem when the words name no place, or nothing usable lies there. */
export async function openRemote(
	typed: string,
	link: Link,
	arrivals: PendingDownloads
): Promise<RemoteFolder> {
	const place = parseRemote(typed);
	if (place.kind === 'plain') return plain(place, link, arrivals);
	const repository = await lookAtHub(place, link);
	if (!repository) return plain(asPlain(place), link, arrivals);
	const { commit, licence, folder } = repository;
	const files = meant(repository, place);
	const inside = spellPath(folder) && `/${spellPath(folder)}`;
	const page = pageOf(place);
	const facts = {
		said: sayPlace({ ...place, revision: null }),
		place: `${page}/tree/${commit}${inside}`,
		commit,
		licence,
		page,
		pack: files.has('pack.json') ? `${page}/resolve/${commit}${inside}/` : null
	};
	const name = [place.id, folder].filter(Boolean).join('/');
	return new RemoteFolder(name, facts, files, roadOf(link, arrivals, place));
}

/** Beside an archive lie files that have nothing to do with it. */
function meant({ files }: Repository, { path }: HubPlace): Repository['files'] {
	const name = path.slice(path.lastIndexOf('/') + 1);
	const file = files.get(name);
	return file && /\.zip$/i.test(name) ? new Map([[name, file]]) : files;
}

async function plain(
	place: PlainPlace,
	link: Link,
	arrivals: PendingDownloads
): Promise<RemoteFolder> {
	const { kind, files } = await lookAtPlain(place, link);
	const said = sayPlace(place);
	const road = roadOf(link, arrivals, null);
	// A length that a host does not say is known once the file is here.
	for (const [path, file] of files)
		if (file.bytes === null) {
			const { size } = await arrivals.whole(file, road.access(file));
			files.set(path, { ...file, bytes: size });
		}
	const pack = kind === 'pack' ? place.address : null;
	const facts = { said, place: place.address, commit: null, licence: null, page: null, pack };
	return new RemoteFolder(said.replace(/\/$/, ''), facts, files, road);
}

function roadOf(link: Link, arrivals: PendingDownloads, place: HubPlace | null): Road {
	return {
		arrivals,
		access: ({ address }: RemoteFile) => ({
			headers: headersOf(link.token, address),
			signal: link.signal,
			...(place && {
				refusal: (status: number, headers: Headers) => refused(place, link, status, headers)
			})
		})
	};
}
