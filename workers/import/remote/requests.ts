/** Short questions to a hub or another host: JSON, and whether a file is there. */
import { Problem } from '../../../src/core/names/errors';
import { tokenHeaders, type AccessToken } from '../../../src/core/import/remote';
import { fetchBytes, tagOf, type FetchBytesOptions } from '../../storage/network/fetch-bytes';
import { ConfigFields } from '../files/config-fields';

/** How a job talks to other hosts. */
export interface HostConnection {
	fetch: typeof fetch;
	token: AccessToken | null;
	signal?: AbortSignal | undefined;
	/** Milliseconds to wait before each further attempt. */
	pauses?: number[];
}

/** No listing is longer. */
const LONGEST = 32_000_000;

/** A host's answer in JSON, and its headers. Throws a Problem when it is none. */
export async function fetchJson(
	link: HostConnection,
	address: string,
	name: string,
	refusal?: FetchBytesOptions['refusal']
): Promise<{ json: unknown; headers: Headers }> {
	const pieces: Uint8Array<ArrayBuffer>[] = [];
	const { headers, at } = await fetchBytes({
		...requestFor(link, address, name),
		...(refusal && { refusal }),
		to: null,
		onChunk: (piece) => {
			pieces.push(piece.slice());
			if (pieces.reduce((sum, { length }) => sum + length, 0) > LONGEST)
				throw unreadableAnswer(name);
		}
	});
	const text = at === 0 ? '' : await new Blob(pieces).text();
	try {
		return { json: JSON.parse(text) as unknown, headers };
	} catch {
		throw unreadableAnswer(name);
	}
}

/** What a host says of a file without sending it. */
export interface FileHead {
	/** null where it does not say. */
	bytes: number | null;
	/** `tagOf` */
	etag: string | null;
}

/** Whether a host has a file; `closed`: not for everybody, or it does not say. Never throws but when cancelled. */
export async function fetchHead(
	link: HostConnection,
	address: string
): Promise<FileHead | 'missing' | 'closed' | 'unreachable'> {
	const { fetch, signal } = link;
	const response = await fetch(address, {
		method: 'HEAD',
		cache: 'no-store',
		referrerPolicy: 'no-referrer',
		headers: tokenHeaders(link.token, address),
		...(signal && { signal })
	}).catch(() => null);
	signal?.throwIfAborted();
	if (!response) return 'unreachable';
	if (response.status === 401 || response.status === 403) return 'closed';
	if (!response.ok) return 'missing';
	const length = Number(response.headers.get('content-length') ?? NaN);
	// What is packed on the way has another length than the file.
	const packed = response.headers.get('content-encoding') !== null;
	const bytes = Number.isSafeInteger(length) && length > 0 && !packed ? length : null;
	return { bytes, etag: tagOf(response.headers) };
}

/** A JSON object's words. Throws a Problem when it is none. */
export function objectFields(json: unknown, name: string): ConfigFields {
	if (typeof json !== 'object' || json === null || Array.isArray(json))
		throw unreadableAnswer(name);
	return new ConfigFields(json as Record<string, unknown>);
}

export function unreadableAnswer(name: string): Problem {
	return new Problem(
		'pack-invalid',
		`The answer about ${name} is nothing that can be understood.`,
		'Check the address: it must be that of a model or of SAEs.'
	);
}

function requestFor(link: HostConnection, address: string, name: string) {
	const { fetch, signal, pauses } = link;
	return {
		address,
		name,
		bytes: null,
		from: 0,
		fetch,
		signal,
		headers: tokenHeaders(link.token, address),
		...(pauses && { retryDelays: pauses })
	};
}
