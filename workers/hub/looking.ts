/** From what a reader typed to what lies there: pinned, listed and with sizes, before anything big is fetched. */
import {
	asPlain,
	parseRemote,
	sayPlace,
	type HubPlace,
	type PlainPlace
} from '../../src/core/remote-address';
import type { Arrivals, RemoteFile } from '../../src/storage/arrivals';
import { headersFor, type Link } from './asking';
import { lookAtHub, pageOf, refused } from './hub';
import { lookAtPlain } from './plain';
import { RemoteFolder } from './remote-folder';

export interface Remote {
	/** As people know it, without secrets. */
	said: string;
	/** What a hub's revision was pinned to; null on other hosts, where files may change. */
	commit: string | null;
	licence: string | null;
	/** Where a person reads about it. */
	page: string | null;
	/** Address of the folder when it is a pack as it is; null when it has to be made into one. */
	pack: string | null;
	folder: RemoteFolder;
}

/** Watches one job: how far the file in hand is. */
export type OnFile = (name: string, done: number) => void;

/** Throws a Problem when the words name no place, or nothing usable lies there. */
export async function lookAt(
	typed: string,
	link: Link,
	arrivals: Arrivals,
	onFile: OnFile = () => undefined
): Promise<Remote> {
	const place = parseRemote(typed);
	if (place.kind === 'plain') return plain(place, link, arrivals, onFile);
	const repository = await lookAtHub(place, link);
	if (!repository) return plain(asPlain(place), link, arrivals, onFile);
	const { commit, licence, files, folder } = repository;
	const name = [place.id, folder].filter(Boolean).join('/');
	const road = roadOf(link, arrivals, onFile, place);
	return {
		said: sayPlace({ ...place, revision: null }),
		commit,
		licence,
		page: pageOf(place),
		pack: files.has('pack.json')
			? `${place.origin}/${place.id}/resolve/${commit}/${folder && `${folder}/`}`
			: null,
		folder: new RemoteFolder(name, files, road)
	};
}

async function plain(
	place: PlainPlace,
	link: Link,
	arrivals: Arrivals,
	onFile: OnFile
): Promise<Remote> {
	const { kind, files } = await lookAtPlain(place, link);
	const said = sayPlace(place);
	return {
		said,
		commit: null,
		licence: null,
		page: null,
		pack: kind === 'pack' ? place.address : null,
		folder: new RemoteFolder(said.replace(/\/$/, ''), files, roadOf(link, arrivals, onFile, null))
	};
}

function roadOf(link: Link, arrivals: Arrivals, onFile: OnFile, place: HubPlace | null) {
	return {
		arrivals,
		access: ({ address, name }: RemoteFile) => ({
			headers: headersFor(link, address),
			signal: link.signal,
			onProgress: (done: number) => onFile(name, done),
			...(place && {
				refusal: (status: number, headers: Headers) => refused(place, link, status, headers)
			})
		})
	};
}
