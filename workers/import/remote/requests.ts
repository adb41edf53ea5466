/** Small requests to a hub or another host: JSON, and whether a file exists. */
import { parseJson } from '../../../src/core/files/json';
import { Problem } from '../../../src/core/names/errors';
import { tokenHeaders, type AccessToken } from '../../../src/core/import/remote';
import { fetchBytes, tagOf, type FetchBytesOptions } from '../../storage/network/fetch-bytes';
import { ConfigFields } from '../files/config-fields';

/** How a job talks to another host. */
export interface HostConnection extends Pick<
	FetchBytesOptions,
	'fetch' | 'signal' | 'retryDelays' | 'refusal'
> {
	token: AccessToken | null;
}

const MAX_JSON_BYTES = 32_000_000;

/** A host's answer in JSON, and its headers. Throws a Problem when it is not JSON. */
export async function fetchJson(
	{ token, ...connection }: HostConnection,
	address: string,
	name: string
): Promise<{ json: unknown; headers: Headers }> {
	const pieces: Uint8Array<ArrayBuffer>[] = [];
	let length = 0;
	const { headers, at } = await fetchBytes({
		...connection,
		...{ address, name, bytes: null, from: 0, to: null },
		headers: tokenHeaders(token, address),
		onChunk: (piece) => {
			pieces.push(piece.slice());
			length += piece.length;
			if (length > MAX_JSON_BYTES) throw unreadableAnswer(name);
		}
	});
	const text = at === 0 ? '' : await new Blob(pieces).text();
	try {
		return { json: parseJson(text), headers };
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

/** Whether a host has a file; `denied`: not for this reader, or it does not say. Throws only when cancelled. */
export async function fetchHead(
	{ fetch, token, signal }: HostConnection,
	address: string
): Promise<FileHead | 'missing' | 'denied' | 'unreachable'> {
	const response = await fetch(address, {
		...{ method: 'HEAD', cache: 'no-store', referrerPolicy: 'no-referrer' },
		headers: tokenHeaders(token, address),
		...(signal && { signal })
	}).catch(() => null);
	signal?.throwIfAborted();
	if (!response) return 'unreachable';
	if (response.status === 401 || response.status === 403) return 'denied';
	if (!response.ok) return 'missing';
	const length = Number(response.headers.get('content-length') ?? NaN);
	// A compressed answer has another length than the file.
	const isCompressed = response.headers.get('content-encoding') !== null;
	const bytes = Number.isSafeInteger(length) && length > 0 && !isCompressed ? length : null;
	return { bytes, etag: tagOf(response.headers) };
}

/** The fields of a JSON object. Throws a Problem for any other value. */
export function objectFields(json: unknown, name: string): ConfigFields {
	const fields = ConfigFields.of(json);
	if (fields) return fields;
	throw unreadableAnswer(name);
}

export function unreadableAnswer(name: string): Problem {
	return new Problem(
		'pack-invalid',
		`The answer about ${name} cannot be understood.`,
		'Check the address: it must be that of a model or of SAEs.'
	);
}
