/** Short questions to a hub or another host: JSON, and whether a file is there. */
import { Problem } from '../../../src/core/names/errors';
import { headersOf, type Token } from '../../../src/core/import/remote';
import { fetchBytes, tagOf, type FetchBytesOptions } from '../../storage/network/fetch-bytes';
import { Words } from '../found/config-words';

/** How a job talks to other hosts. */
export interface Link {
	fetch: typeof fetch;
	token: Token | null;
	signal?: AbortSignal | undefined;
	/** Milliseconds to wait before each further attempt. */
	pauses?: number[];
}

/** No listing is longer. */
const LONGEST = 32_000_000;

/** A host's answer in JSON, and its headers. Throws a Problem when it is none. */
export async function askJson(
	link: Link,
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
			if (pieces.reduce((sum, { length }) => sum + length, 0) > LONGEST) throw nonsense(name);
		}
	});
	const text = at === 0 ? '' : await new Blob(pieces).text();
	try {
		return { json: JSON.parse(text) as unknown, headers };
	} catch {
		throw nonsense(name);
	}
}

/** What a host says of a file without sending it. */
export interface Said {
	/** null where it does not say. */
	bytes: number | null;
	/** `tagOf` */
	etag: string | null;
}

/** Whether a host has a file; `closed`: not for everybody, or it does not say. Never throws but when cancelled. */
export async function askAbout(
	link: Link,
	address: string
): Promise<Said | 'missing' | 'closed' | 'unreachable'> {
	const { fetch, signal } = link;
	const response = await fetch(address, {
		method: 'HEAD',
		cache: 'no-store',
		referrerPolicy: 'no-referrer',
		headers: headersOf(link.token, address),
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
export function wordsOf(json: unknown, name: string): Words {
	if (typeof json !== 'object' || json === null || Array.isArray(json)) throw nonsense(name);
	return new Words(json as Record<string, unknown>);
}

export function nonsense(name: string): Problem {
	return new Problem(
		'pack-invalid',
		`The answer about ${name} is nothing that can be understood.`,
		'Check the address: it must be that of a model or of SAEs.'
	);
}

function requestFor(link: Link, address: string, name: string) {
	const { fetch, signal, pauses } = link;
	return {
		address,
		name,
		bytes: null,
		from: 0,
		fetch,
		signal,
		headers: headersOf(link.token, address),
		...(pauses && { retryDelays: pauses })
	};
}
