/** The `pack.json` at an address, or the stored one when the network does not answer in time. */
import { Problem } from '../../../src/core/names/errors';
import { endlessManifest, LONGEST_MANIFEST } from '../../../src/core/packs/manifest';
import type { HostTokens } from './host-tokens';

/** Milliseconds after which the stored one is used. */
const TIMEOUT = 4000;

/** `address`: of the pack's folder, with a slash at its end; `stored`: the text that is stored, if any. */
export async function fetchManifest(
	address: string,
	stored: string | null,
	fetcher: typeof fetch,
	tokens: HostTokens,
	signal?: AbortSignal
): Promise<string> {
	const signals = [signal ?? [], stored ? AbortSignal.timeout(TIMEOUT) : []].flat();
	try {
		const manifest = `${address}pack.json`;
		const response = await fetcher(manifest, {
			cache: 'no-store',
			referrerPolicy: 'no-referrer',
			headers: tokens.headers(manifest),
			signal: AbortSignal.any(signals)
		});
		if (response.ok) {
			const text = await textOf(response);
			// A page of some network in its place: no newer pack.
			return stored !== null && !/^\s*\{/.test(text) ? stored : text;
		}
		throw (
			tokens.refusal(manifest, response.status, 'pack.json') ??
			missing('pack-missing', `the server answered ${response.status}`)
		);
	} catch (cause) {
		signal?.throwIfAborted();
		if (stored) return stored;
		if (cause instanceof Problem) throw cause;
		throw missing('network', 'the network or the server does not answer', cause);
	}
}

/** Read as it comes, because a host can send without end. */
async function textOf({ body }: Response): Promise<string> {
	const decoder = new TextDecoder();
	const reader = body?.getReader();
	let [text, length] = ['', 0];
	for (;;) {
		const { done, value } = (await reader?.read()) ?? { done: true };
		if (done || !value) return text + decoder.decode();
		length += value.length;
		if (length > LONGEST_MANIFEST) {
			await reader?.cancel().catch(() => undefined);
			throw endlessManifest();
		}
		text += decoder.decode(value, { stream: true });
	}
}

function missing(code: 'pack-missing' | 'network', why: string, cause?: unknown): Problem {
	return new Problem(
		code,
		`There is no pack at this address: ${why}.`,
		'Check the address and the connection.',
		{ cause }
	);
}
