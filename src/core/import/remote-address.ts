/**
 * Addresses of models and SAEs on other hosts, as people type them: a repository on a Hugging Face hub, or a URL.
 * Nothing is requested here.
 */
import { Problem } from '../names/errors';
import { isArchive, isWeightsFile } from './file-names';

export const HUB = 'https://huggingface.co';

/** A repository on a hub, or a folder or a file in one. */
export interface HubAddress {
	kind: 'hub';
	/** Scheme and host of the hub, without a slash at its end. */
	origin: string;
	/** `org/name`, or `name` alone for the oldest models. */
	id: string;
	/** A branch, a tag or a commit; null for the hub's default. */
	revision: string | null;
	/** A folder or file inside, without slashes at its ends; '' for the whole repository. */
	path: string;
	/** False where another host's address may also be that of a plain folder. */
	certain: boolean;
}

/** A file, or a folder whose address ends in a slash, on any host. */
export interface PlainAddress {
	kind: 'plain';
	/** Absolute, with its query, which may be secret: for requests, never for messages. */
	url: string;
	isFile: boolean;
}

export type RemoteAddress = HubAddress | PlainAddress;

/** The branch that is meant where no revision is given. */
export const DEFAULT_REVISION = 'main';

const NAME = /^[A-Za-z0-9_][\w.-]{0,95}$/;
const REVISION = /^[\w][\w./+-]{0,199}$/;
/** What a hub's URLs have between a repository and a revision. */
const ROUTES = ['tree', 'resolve', 'blob', 'raw'];

const isFilePath = (path: string) => isWeightsFile(path) || isArchive(path);

/** Throws a Problem for anything that cannot be the address of a model or of SAEs. */
export function parseRemoteAddress(typed: string): RemoteAddress {
	const text = typed.trim();
	if (text === '') throw invalidAddress('No address was given.');
	if (text.length > 2000) throw invalidAddress('This is too long to be an address.');
	if (/^hf_\w{20,}$/.test(text))
		throw invalidAddress(
			'This looks like an access token, not an address.',
			'Paste it into the field for the token, and the id of the repository here.'
		);
	const spelled = text
		.replace(/^hf:\/\//i, '')
		.replace(/^(https?:\/\/)?(www\.)?(huggingface\.co|hf\.co)(?=\/|$)/i, HUB);
	if (/^[a-z][a-z0-9+.-]*:/i.test(spelled)) return fromAddress(spelled);
	return fromId(spelled);
}

/** For messages: without the query, which may hold secrets. */
export function describeAddress(address: RemoteAddress): string {
	if (address.kind === 'plain') {
		const { origin, pathname } = new URL(address.url);
		return `${origin}${pathname}`;
	}
	const { origin, id, revision, path } = address;
	const where = path === '' ? id : `${id}/${path}`;
	const at = revision === null ? '' : `@${revision}`;
	return origin === HUB ? where + at : `${origin}/${where}${at}`;
}

/** A path as a URL spells it; the at sign is left as it is, because not every server decodes it. */
export function encodePath(path: string): string {
	return path
		.split('/')
		.map((part) => encodeURIComponent(part).replaceAll('%40', '@'))
		.join('/');
}

/** `name`, `org/name`, `org/name@revision`, `org/name/path/inside`, with or without a revision. */
function fromId(text: string): HubAddress {
	const parts = text.replace(/^\/+|\/+$/g, '').split('/');
	rejectOtherKinds(parts[0]!);
	// A revision may hold slashes only where the hub itself makes such names.
	const at = /^([^@]*)@(refs\/(?:pr|convert)\/[\w.-]+|[^/]*)(?:\/(.*))?$/.exec(parts.join('/'));
	const [repository, inside] = at
		? [at[1]!.split('/'), at[3] ? at[3].split('/') : []]
		: [parts.slice(0, 2), parts.slice(2)];
	return hubAddress(HUB, repository, at ? at[2]! : null, inside);
}

function fromAddress(text: string): RemoteAddress {
	const url = parseUrl(text);
	if (url.username !== '' || url.password !== '')
		throw invalidAddress(
			'This address has a name or a password in it, which would be stored with the address.',
			'Leave it out; for a gated repository there is a field for a token.'
		);
	const isHub = url.origin === HUB;
	const parts = url.pathname.split('/').filter(Boolean).map(decoded);
	if (isHub) rejectOtherKinds(parts[0] ?? '');
	const route = parts.findIndex((part, i) => i > 0 && i <= 2 && ROUTES.includes(part));
	// On another host, what cannot be a repository may still be a folder.
	const isRepository = isHub || parts.slice(0, route).every(isRepositoryName);
	if (route > 0 && parts.length > route + 1 && isRepository)
		return {
			...hubAddress(url.origin, parts.slice(0, route), parts[route + 1]!, parts.slice(route + 2)),
			certain: isHub || !isFilePath(url.pathname)
		};
	if (isHub) return hubAddress(HUB, parts.slice(0, 2), null, parts.slice(2));
	const bare = !/\/$|\.\w+$/.test(url.pathname) && url.search === '';
	if (bare && parts.length === 2 && parts.every(isRepositoryName))
		return { ...hubAddress(url.origin, parts, null, []), certain: false };
	return plainAddress(url);
}

/** The same address as a plain folder, for a host that turns out not to be a hub. */
export function asPlainAddress({ origin, id, path }: HubAddress): PlainAddress {
	return plainAddress(new URL(encodePath([id, path].filter(Boolean).join('/')), `${origin}/`));
}

function plainAddress(url: URL): PlainAddress {
	const address = new URL(url);
	address.hash = '';
	address.pathname = address.pathname.replace(/(^|\/)(pack|config)\.json$/, '$1');
	const isFile = isFilePath(address.pathname);
	if (!isFile && !address.pathname.endsWith('/')) address.pathname += '/';
	return { kind: 'plain', url: address.href, isFile };
}

function hubAddress(
	origin: string,
	repository: string[],
	revision: string | null,
	inside: string[]
): HubAddress {
	if (repository.length === 0 || repository.length > 2 || !repository.every(isRepositoryName))
		throw invalidAddress('This is not the name of a repository.');
	if (revision !== null && (!REVISION.test(revision) || revision.includes('..')))
		throw invalidAddress(
			'What follows the at sign is not a revision.',
			'Give a branch, a tag or a commit, or leave it out.'
		);
	if (!inside.every((part) => part.isWellFormed()))
		throw invalidAddress(
			'This path has half of a character in it.',
			'Copy the address of the folder again.'
		);
	if (!inside.every(isPathSegment))
		throw invalidAddress(
			'This path leads out of the repository.',
			'Give the folder as the hub shows it.'
		);
	return {
		kind: 'hub',
		origin,
		id: repository.join('/'),
		revision,
		path: inside.join('/'),
		certain: true
	};
}

const isRepositoryName = (part: string) =>
	NAME.test(part) && !/\.\.|--|[.-]$/.test(part) && !ROUTES.includes(part);

/** Whether it names a file or folder that is inside its parent on every system. */
export function isPathSegment(part: string): boolean {
	if (part === '' || part === '.' || part === '..' || part.length > 255) return false;
	// Half of a surrogate pair has no form in an address.
	if (!part.isWellFormed()) return false;
	return ![...part].some((letter) => letter < ' ' || letter === '\\' || letter === '/');
}

function rejectOtherKinds(first: string): void {
	const kind = /^(dataset|space)s$/.exec(first)?.[1];
	if (kind)
		throw invalidAddress(
			`This is the address of a ${kind}, which holds no model.`,
			'Give the repository of a model or of its SAEs.'
		);
}

function parseUrl(text: string): URL {
	const url = URL.parse(text);
	if (!url) throw unreadable();
	if (/^https?:$/.test(url.protocol)) return url;
	throw invalidAddress(
		'A page can only fetch addresses that begin with https:// or http://.',
		'Files on this machine can be dropped on this page.'
	);
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		throw unreadable();
	}
}

const unreadable = () => invalidAddress('This address cannot be read.');

function invalidAddress(
	sentence: string,
	advice = 'Give an id such as org/name, or the whole address.'
): Problem {
	return new Problem('usage', sentence, advice);
}
