/**
 * A folder or a file on any host that lets pages read it. Such a host lists nothing: the files that a
 * model, an SAE or a pack must have are asked for by name.
 */
import { Problem } from '../../../src/core/names/errors';
import type { PlainAddress } from '../../../src/core/import/remote-address';
import type { RemoteFile } from '../../storage/network/pending-downloads';
import { AT_ONCE, inOrder } from '../../calls/in-order';
import { fetchHead, fetchJson, objectFields, type HostConnection } from './requests';

export interface PlainHostFiles {
	kind: 'pack' | 'folder' | 'file';
	files: Map<string, RemoteFile>;
}

const INDEX = 'model.safetensors.index.json';
/** Which further files a folder with such a description has; the first that is there says what it is. */
const DESCRIPTIONS: [string, string[]][] = [
	['config.json', ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json']],
	['cfg.json', []]
];
/** Weights that belong to a description but to no model. */
const SAE_WEIGHTS: Record<string, string[]> = {
	'cfg.json': ['sae_weights.safetensors', 'sae.safetensors'],
	'config.json': ['params.safetensors', 'ae.safetensors', 'ae.pt', 'sae_weights.safetensors']
};

/** Throws a Problem when nothing is there, or nothing that can be told apart. */
export async function listPlainHostFiles(
	place: PlainAddress,
	link: HostConnection
): Promise<PlainHostFiles> {
	if (place.isFile) return fileAlone(place, link);
	const found = new Map<string, RemoteFile>();
	const has = (name: string) => add(found, place.url, name, link);
	if (await has('pack.json')) return { kind: 'pack', files: found };
	for (const [description, files] of DESCRIPTIONS) {
		if (!(await has(description))) continue;
		const weights = SAE_WEIGHTS[description]!;
		for (const name of files) await has(name);
		if (files.length > 0 && !found.has('model.safetensors') && (await has(INDEX)))
			await addShards(found, place.url, link);
		if (!found.has('tokenizer.json')) for (const name of weights) if (await has(name)) break;
		return { kind: 'folder', files: found };
	}
	// Some stores answer so for what is not there: it counts only where nothing is.
	const said = await fetchHead(link, inFolder('pack.json', place.url));
	throw said === 'closed' ? accessDenied(place, link) : nothingThere(place);
}

async function fileAlone(place: PlainAddress, link: HostConnection): Promise<PlainHostFiles> {
	const name = decodeURIComponent(new URL(place.url).pathname.split('/').at(-1)!);
	const files = new Map<string, RemoteFile>();
	const base = new URL('.', place.url).href;
	const said = await fetchHead(link, place.url);
	if (said === 'unreachable') throw unreachable(place);
	if (said === 'closed') throw accessDenied(place, link);
	if (said === 'missing') throw nothingThere(place);
	files.set(name, { address: place.url, name, sha256: null, ...said });
	for (const [description, weights] of Object.entries(SAE_WEIGHTS))
		if (weights.includes(name) && (await add(files, base, description, link))) break;
	return { kind: 'file', files };
}

/** The weights that the index of a sharded model names. */
async function addShards(
	found: Map<string, RemoteFile>,
	folder: string,
	link: HostConnection
): Promise<void> {
	const { json } = await fetchJson(link, found.get(INDEX)!.address, INDEX);
	const map = objectFields(json, INDEX).section('weight_map').fields;
	const shards = new Set(
		Object.values(map).filter((name) => typeof name === 'string' && /^[\w.-]+$/.test(name))
	) as Set<string>;
	const names = [...shards].slice(0, 500);
	const files = await inOrder(names, AT_ONCE, (name) => fileAt(folder, name, link));
	names.forEach((name, i) => files[i] && found.set(name, files[i]));
}

/** Whether a file is there; if so, it is one of `found` from now on. */
async function add(
	found: Map<string, RemoteFile>,
	folder: string,
	name: string,
	link: HostConnection
): Promise<boolean> {
	const file = await fileAt(folder, name, link);
	if (file) found.set(name, file);
	return file !== null;
}

/** A file of a folder; null where there is none of that name. */
async function fileAt(
	folder: string,
	name: string,
	link: HostConnection
): Promise<RemoteFile | null> {
	const address = inFolder(name, folder);
	const said = await fetchHead(link, address);
	if (said === 'unreachable') throw unreachable({ url: folder });
	if (said === 'missing' || said === 'closed') return null;
	return { address, name, sha256: null, ...said };
}

/** A signature in the address of a folder is good for its files. */
function inFolder(name: string, folder: string): string {
	const address = new URL(name, folder);
	address.search = new URL(folder).search;
	return address.href;
}

function unreachable({ url }: Pick<PlainAddress, 'url'>): Problem {
	const { host } = new URL(url);
	return new Problem(
		'network',
		`${host} does not answer this page: it cannot be reached, or lets no page of another site read it (CORS).`,
		'Check the address and the connection; or download the files, and drop them on this page.'
	);
}

function accessDenied({ url }: PlainAddress, { token }: HostConnection): Problem {
	const { origin, host } = new URL(url);
	return new Problem(
		'gated',
		token?.origin === origin
			? `${host} does not show what lies there to the account of this token.`
			: `${host} shows what lies there only to those whom it lets in.`,
		'Check the address, and give a token of an account with leave to read.'
	);
}

function nothingThere({ url }: PlainAddress): Problem {
	const { origin, pathname } = new URL(url);
	return new Problem(
		'pack-missing',
		`There is nothing at ${origin}${pathname} that this page can open: no pack.json, config.json or cfg.json, and no file of weights.`,
		'Give the address of a folder with one of these, or of a .safetensors, .npz or .zip file.'
	);
}
