/**
 * A Hugging Face hub (https://huggingface.co/docs/hub/api), or another host that answers as one: which
 * commit a revision is, and which files it holds, with their sizes and checksums.
 */
import { Problem } from '../../../src/core/names/errors';
import {
	DEFAULT_REVISION,
	HUB,
	isPathSegment,
	encodePath,
	type HubAddress
} from '../../../src/core/import/remote-address';
import type { RemoteFile } from '../../storage/network/pending-downloads';
import type { ConfigFields } from '../files/config-fields';
import { fetchJson, unreadableAnswer, objectFields, type HostConnection } from './requests';

export interface HubRepository {
	/** What the revision is now and for ever: 40 or 64 hex digits. */
	commit: string;
	licence: string | null;
	/** By their paths in the folder that was asked for; in the order of the hub. */
	files: Map<string, RemoteFile>;
	/** The folder that was asked for, or the one of the file that was; '' for the whole repository. */
	folder: string;
}

/** More than any repository of a model has. */
const MOST_FILES = 50_000;
const MOST_PAGES = 200;
const FILE = /\.(safetensors|npz|json|pt|pth|bin|zip)$/i;

/**
 * Looks at a repository. Throws a Problem when there is none, it may not be seen or the hub makes no sense;
 * null where the place was not certain to be on a hub, and is not.
 */
export async function listHubFiles(
	place: HubAddress,
	link: HostConnection
): Promise<HubRepository | null> {
	if (place.certain) return listRevision(place, link);
	try {
		// Another host is asked once; where it has never heard of the question, it is no hub.
		return await listRevision(place, { ...link, pauses: [] });
	} catch (error) {
		link.signal?.throwIfAborted();
		if (error instanceof Problem && error.code === 'gated') throw error;
		return null;
	}
}

/** Where a person reads about a repository. */
export function repositoryUrl({ origin, id }: HubAddress): string {
	return `${origin}/${id}`;
}

async function listRevision(place: HubAddress, link: HostConnection): Promise<HubRepository> {
	const { id, origin } = place;
	const api = `${origin}/api/models/${id}`;
	const revision = encodeURIComponent(place.revision ?? DEFAULT_REVISION);
	const refusal = (status: number, headers: Headers) => hubProblem(place, link, status, headers);
	const { json } = await fetchJson(link, `${api}/revision/${revision}`, id, refusal);
	const info = objectFields(json, id);
	const commit = info.string('sha') ?? '';
	if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw unreadableAnswer(id);
	const folder = FILE.test(place.path) ? place.path.replace(/\/?[^/]*$/, '') : place.path;
	const tree = `${api}/tree/${commit}${folder && `/${encodePath(folder)}`}?recursive=true`;
	const entries = await listing(tree, place, link, refusal);
	const files = new Map<string, RemoteFile>();
	for (const words of entries) {
		const file = fileOf(words, { origin, id, commit });
		if (file && file.name.startsWith(folder && `${folder}/`))
			files.set(folder ? file.name.slice(folder.length + 1) : file.name, file);
	}
	const licence = info.section('cardData').string('license') ?? licenceTag(info);
	return { commit, licence, files, folder };
}

/** Every entry of a listing, over all its pages. */
async function listing(
	first: string,
	place: HubAddress,
	link: HostConnection,
	refusal: (status: number, headers: Headers) => Problem | null
): Promise<ConfigFields[]> {
	const entries: ConfigFields[] = [];
	let address: string | null = first;
	for (let page = 0; address !== null; page++) {
		const { json, headers } = await fetchJson(link, address, place.id, refusal);
		if (!Array.isArray(json) || page >= MOST_PAGES) throw unreadableAnswer(place.id);
		entries.push(...json.map((entry) => objectFields(entry, place.id)));
		if (entries.length > MOST_FILES)
			throw new Problem(
				'unsupported',
				`The repository ${place.id} holds more than ${MOST_FILES} files.`,
				'Name a folder in it, as org/name/folder.'
			);
		address = nextOf(headers, address);
	}
	return entries;
}

/** The next page of a listing, on the same host; null when there is none. */
function nextOf(headers: Headers, address: string): string | null {
	const next = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(headers.get('link') ?? '')?.[1];
	if (next === undefined) return null;
	const url = URL.parse(next, address);
	return url?.origin === new URL(address).origin && url.href !== address ? url.href : null;
}

/** null for folders, for what has no length, and for names that are no paths inside. */
function fileOf(
	words: ConfigFields,
	{ origin, id, commit }: { origin: string; id: string; commit: string }
): RemoteFile | null {
	const path = words.string('path');
	if (words.string('type') !== 'file' || path === null || !path.split('/').every(isPathSegment))
		return null;
	const lfs = words.section('lfs');
	const size = lfs.number('size') ?? words.number('size');
	if (size === null || !Number.isSafeInteger(size) || size < 0) return null;
	const published = lfs.string('oid') ?? '';
	return {
		address: `${origin}/${id}/resolve/${commit}/${encodePath(path)}`,
		name: path,
		bytes: size,
		sha256: /^[0-9a-f]{64}$/.test(published) ? published : null,
		etag: null
	};
}

/** `license:mit` among the tags of a repository whose card names none. */
function licenceTag(info: ConfigFields): string | null {
	const tags = info.get('tags');
	const all: unknown[] = Array.isArray(tags) ? tags : [];
	const tag = all.find((some) => typeof some === 'string' && some.startsWith('license:'));
	return typeof tag === 'string' ? tag.slice('license:'.length, 100) : null;
}

/** What an answer of a hub means to a reader; null for the usual sentence. */
export function hubProblem(
	place: HubAddress,
	link: HostConnection,
	status: number,
	headers: Headers
): Problem | null {
	const { id, origin } = place;
	const { host } = new URL(origin);
	const hub = origin === HUB ? 'Hugging Face' : host;
	const code = headers.get('x-error-code') ?? '';
	const given = link.token?.origin === origin;
	if (status === 401 || status === 403) {
		const closed = given
			? status === 401 && code !== 'GatedRepo'
				? `${hub} does not accept this token for ${id}, or there is no such repository.`
				: `The repository ${id} is gated, and the account of this token has not been let in.`
			: code === 'GatedRepo' || status === 403
				? `The repository ${id} on ${hub} is gated: it is shown only to those who accept its terms.`
				: `${hub} shows no repository ${id} to everybody: it is gated, private or not there.`;
		return new Problem(
			'gated',
			closed,
			`Check the id, accept the terms at ${repositoryUrl(place)} while signed in there, and give a token of that account with leave to read (${origin}/settings/tokens).`
		);
	}
	if (status !== 404) return null;
	if (code === 'RevisionNotFound' || (code === '' && place.revision !== null))
		return new Problem(
			'pack-missing',
			`The repository ${id} on ${hub} has no revision ${place.revision ?? DEFAULT_REVISION}, or no folder of that name in it.`,
			`Look at ${repositoryUrl(place)} for what there is.`
		);
	return new Problem(
		'pack-missing',
		`There is no repository ${id} on ${hub}, or no folder ${place.path || 'in it'} of that name.`,
		`Check the id: ${repositoryUrl(place)} should show it.`
	);
}
