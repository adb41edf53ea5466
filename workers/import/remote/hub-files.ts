/**
 * A Hugging Face hub (https://huggingface.co/docs/hub/api), or another host with the same API: which commit a
 * revision is, and which files it holds, with their sizes and checksums.
 */
import { isArchive, isWeightsFile } from '../../../src/core/import/file-names';
import type { AccessToken } from '../../../src/core/import/remote';
import {
	DEFAULT_REVISION,
	encodePath,
	HUB,
	isPathSegment,
	type HubAddress
} from '../../../src/core/import/remote-address';
import { Problem } from '../../../src/core/names/errors';
import type { RemoteFile } from '../../storage/network/pending-downloads';
import type { ConfigFields } from '../files/config-fields';
import { fetchJson, objectFields, unreadableAnswer, type HostConnection } from './requests';

export interface HubRepository {
	/** What the revision is: 40 or 64 hex digits. */
	commit: string;
	licence: string | null;
	/** By their paths in the folder that was asked for; in the order of the hub. */
	files: Map<string, RemoteFile>;
	/** The folder that was asked for, or the one of the file that was; '' for the whole repository. */
	folder: string;
}

/** No repository of a model has as many. */
const MAX_FILES = 50_000;
const MAX_PAGES = 200;

/**
 * Throws a Problem when there is no such repository, access is denied or the hub's answer makes no sense; null where
 * the address may be of another host, and is.
 */
export async function listHubFiles(
	address: HubAddress,
	connection: HostConnection
): Promise<HubRepository | null> {
	if (address.certain) return listRevision(address, connection);
	try {
		// Another host is asked once: if it does not know the API, it is not a hub.
		return await listRevision(address, { ...connection, retryDelays: [] });
	} catch (error) {
		connection.signal?.throwIfAborted();
		if (error instanceof Problem && error.code === 'gated') throw error;
		return null;
	}
}

/** The page of a repository. */
export function repositoryUrl({ origin, id }: HubAddress): string {
	return `${origin}/${id}`;
}

async function listRevision(
	address: HubAddress,
	connection: HostConnection
): Promise<HubRepository> {
	const { id, origin, path } = address;
	const api = `${origin}/api/models/${id}`;
	const revision = encodeURIComponent(address.revision ?? DEFAULT_REVISION);
	const { json } = await fetchJson(connection, `${api}/revision/${revision}`, id);
	const info = objectFields(json, id);
	const commit = info.string('sha') ?? '';
	if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw unreadableAnswer(id);
	const isFile = isWeightsFile(path) || isArchive(path) || /\.json$/i.test(path);
	const folder = isFile ? path.replace(/\/?[^/]*$/, '') : path;
	const root = folder && `${folder}/`;
	const tree = `${api}/tree/${commit}${folder && `/${encodePath(folder)}`}?recursive=true`;
	const files = new Map<string, RemoteFile>();
	for (const entry of await listTree(tree, id, connection)) {
		const file = fileOf(entry, `${origin}/${id}/resolve/${commit}`);
		if (file?.name.startsWith(root)) files.set(file.name.slice(root.length), file);
	}
	const licence = info.section('cardData').string('license') ?? licenceTag(info);
	return { commit, licence, files, folder };
}

/** Every entry of a listing, over all its pages. */
async function listTree(
	first: string,
	id: string,
	connection: HostConnection
): Promise<ConfigFields[]> {
	const entries: ConfigFields[] = [];
	let address: string | null = first;
	for (let page = 0; address !== null; page++) {
		const { json, headers } = await fetchJson(connection, address, id);
		if (!Array.isArray(json) || page >= MAX_PAGES) throw unreadableAnswer(id);
		entries.push(...json.map((entry) => objectFields(entry, id)));
		if (entries.length > MAX_FILES)
			throw new Problem(
				'unsupported',
				`The repository ${id} holds more than ${MAX_FILES} files.`,
				'Name a folder in it, as org/name/folder.'
			);
		address = nextPage(headers, address);
	}
	return entries;
}

/** The next page of a listing, on the same host; null when there is none. */
function nextPage(headers: Headers, address: string): string | null {
	const next = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(headers.get('link') ?? '')?.[1];
	if (next === undefined) return null;
	const url = URL.parse(next, address);
	return url?.origin === new URL(address).origin && url.href !== address ? url.href : null;
}

/** null for folders, for entries without a size, and for names that lead out of the repository. */
function fileOf(entry: ConfigFields, root: string): RemoteFile | null {
	const path = entry.string('path') ?? '';
	if (entry.string('type') !== 'file' || !path.split('/').every(isPathSegment)) return null;
	const lfs = entry.section('lfs');
	const size = lfs.number('size') ?? entry.number('size');
	if (size === null || !Number.isSafeInteger(size) || size < 0) return null;
	const published = lfs.string('oid') ?? '';
	return {
		address: `${root}/${encodePath(path)}`,
		name: path,
		bytes: size,
		sha256: /^[0-9a-f]{64}$/.test(published) ? published : null,
		etag: null
	};
}

/** `license:mit` among the tags of a repository whose card names none. */
function licenceTag(info: ConfigFields): string | null {
	const tags = info.get('tags');
	const all = (Array.isArray(tags) ? (tags as unknown[]) : []).filter(
		(tag) => typeof tag === 'string'
	);
	return all.find((tag) => tag.startsWith('license:'))?.slice('license:'.length, 100) ?? null;
}

/** What the status of a hub's answer means; null for the usual message. */
export function hubProblem(
	address: HubAddress,
	token: AccessToken | null,
	status: number,
	headers: Headers
): Problem | null {
	const { id, origin, path, revision } = address;
	const page = repositoryUrl(address);
	const hub = origin === HUB ? 'Hugging Face' : new URL(origin).host;
	const code = headers.get('x-error-code') ?? '';
	if (status === 401 || status === 403) {
		const isGated = code === 'GatedRepo' || status === 403;
		const denied =
			token?.origin === origin
				? isGated
					? `The repository ${id} is gated, and the account of this token does not have access.`
					: `${hub} does not accept this token for ${id}, or there is no such repository.`
				: isGated
					? `The repository ${id} on ${hub} is gated: only accounts that accepted its terms have access.`
					: `${hub} has no public repository ${id}: it is gated, private or does not exist.`;
		return new Problem(
			'gated',
			denied,
			`Check the id, accept the terms at ${page} while signed in there, and add a token of that account with read access (${origin}/settings/tokens).`
		);
	}
	if (status !== 404) return null;
	const isRevision = code === 'RevisionNotFound' || (code === '' && revision !== null);
	return new Problem(
		'pack-missing',
		isRevision
			? `The repository ${id} on ${hub} has no revision ${revision ?? DEFAULT_REVISION}, or no folder of that name in it.`
			: `There is no repository ${id} on ${hub}${path ? `, or no folder ${path} in it` : ''}.`,
		`Check the address against ${page}.`
	);
}
