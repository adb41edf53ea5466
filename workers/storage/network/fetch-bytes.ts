/**
 * Bytes over an unreliable network: a connection that is cut off is continued at the byte, a busy server is given
 * the time that it asks for, and a file that is not the one that was meant is noticed.
 */
import { isAbort, Problem } from '../../../src/core/names/errors';

export interface FetchBytesOptions {
	/** May hold secrets, so it appears in no message. */
	address: string;
	/** As people know the file. */
	name: string;
	/** Of the whole file; null where that is not known. */
	bytes: number | null;
	/** The first byte wanted. */
	from: number;
	/** The byte after the last wanted; null for the end of the file. */
	to: number | null;
	/**
	 * The server's tag for this content (`tagOf`), null where that is not known yet; it must stay the same.
	 * Left out where a checksum will tell: a hub may send one file from several hosts, each with its own tags.
	 */
	etag?: string | null;
	fetch: typeof fetch;
	headers?: Record<string, string>;
	signal?: AbortSignal | undefined;
	/** Milliseconds to wait before each further attempt; a server may ask for more. */
	retryDelays?: number[];
	/** Milliseconds without a byte after which a connection counts as cut off. */
	idleTimeout?: number;
	/** Each new chunk as it comes, in order. */
	onChunk: (chunk: Uint8Array) => void | Promise<void>;
	/** The Problem of a status that no further attempt will change; null: the usual one. */
	refusal?: (status: number, headers: Headers) => Problem | null;
}

interface FetchBytesResult {
	/** The byte after the last that came. */
	at: number;
	/** Bytes that came over the network, those that came twice included. */
	fetched: number;
	/** The server had more than the file holds. */
	tooLong: boolean;
	/** Of the last response. */
	headers: Headers;
	/** A part was asked for, and the whole was sent. */
	wholeOnly: boolean;
}

/** Three more attempts. */
const RETRY_DELAYS = [500, 2000, 8000];
const IDLE_TIMEOUT = 60_000;
/** Milliseconds; when a server asks for more, the reader is told instead. */
const LONGEST_WAIT = 120_000;

/**
 * Resolves at the end of what is wanted, or where the server ends even when asked again. Throws a Problem when
 * the network fails for good, the server refuses or the file changed meanwhile; AbortError when cancelled.
 */
export async function fetchBytes(options: FetchBytesOptions): Promise<FetchBytesResult> {
	const { name, signal, retryDelays = RETRY_DELAYS } = options;
	const transfer = new Transfer(options);
	for (let attempt = 0; ; attempt++) {
		const before = transfer.at;
		try {
			const complete = await transfer.attempt();
			const stuck = transfer.at === before;
			if (complete || stuck || attempt >= retryDelays.length) return transfer;
			await sleep(retryDelays[attempt]!, signal);
		} catch (error) {
			signal?.throwIfAborted();
			if (isAbort(error) || error instanceof Problem) throw error;
			// A Content-Length that is too large breaks the connection after the last byte.
			if (transfer.at === (options.to ?? options.bytes)) return transfer;
			if (attempt >= retryDelays.length) throw unreachable(name, error);
			await sleep(delayAfter(error, retryDelays[attempt]!, name), signal);
		}
	}
}

/** A status that another attempt may change. */
class RetryableStatus extends Error {
	constructor(
		status: number,
		/** Milliseconds that the server asks for; null where it does not. */
		readonly retryAfter: number | null
	) {
		super(`The server answered ${status}.`);
	}
}

class Transfer implements FetchBytesResult {
	at: number;
	fetched = 0;
	tooLong = false;
	headers = new Headers();
	wholeOnly = false;
	#etag: string | null;
	/** Bytes of the whole file, where the server said. */
	#total: number | null = null;

	constructor(readonly options: FetchBytesOptions) {
		this.at = options.from;
		this.#etag = options.etag ?? null;
	}

	/** False when the server ended before what is wanted did; throws when the connection is cut off. */
	async attempt(): Promise<boolean> {
		const idle = new IdleTimeout(this.options.idleTimeout ?? IDLE_TIMEOUT);
		try {
			const response = await this.#request(idle.signal);
			idle.restart();
			this.#check(response);
			return await this.#read(response, idle);
		} catch (error) {
			throw idle.signal.aborted ? new Error('The server fell silent.', { cause: error }) : error;
		} finally {
			idle.end();
		}
	}

	get #partial(): boolean {
		return (this.at > 0 || this.options.to !== null) && !this.wholeOnly;
	}

	#request(idle: AbortSignal): Promise<Response> {
		const { address, fetch, headers, to, signal } = this.options;
		// A range of this form needs no preflight request to another origin; If-Range would.
		const range = `bytes=${this.at}-${to === null ? '' : to - 1}`;
		return fetch(address, {
			cache: 'no-store',
			referrerPolicy: 'no-referrer',
			headers: { ...headers, ...(this.#partial && { range }) },
			signal: AbortSignal.any([idle, signal ?? []].flat())
		});
	}

	#check(response: Response): void {
		const { status, headers } = response;
		const { refusal, name } = this.options;
		this.headers = headers;
		// Other origins see this header only where the server lets them.
		const contentRange = headers.get('content-range') ?? '';
		const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)/.exec(contentRange) ?? [];
		if (status === 416 && !this.wholeOnly) {
			this.wholeOnly = true;
			throw new RetryableStatus(status, null);
		}
		if (!response.ok) {
			if (status === 408 || status === 429 || status >= 500)
				throw new RetryableStatus(status, retryAfter(headers));
			throw refusal?.(status, headers) ?? refused(name, status);
		}
		if (!response.body) throw new Error('The response has no body.');
		// Where the header cannot be seen, the bytes are taken to be those that were asked for.
		if (status === 206 && start !== undefined && Number(start) !== this.at)
			throw new Error('The server sent another part of the file.');
		if (total !== undefined) this.#total = Number(total);
		if (status === 200 && this.#partial) this.wholeOnly = true;
		this.#compare(tagOf(headers));
	}

	#compare(tag: string | null): void {
		const { bytes, name, etag } = this.options;
		if (bytes !== null && this.#total !== null && this.#total !== bytes)
			throw changed(name, `it has ${this.#total} bytes now, not ${bytes}`);
		if (etag !== undefined && tag !== null && this.#etag !== null && this.#etag !== tag)
			throw changed(name, 'its server gives it another tag now');
		this.#etag ??= tag;
	}

	async #read(response: Response, idle: IdleTimeout): Promise<boolean> {
		const { to, bytes, onChunk } = this.options;
		const end = to ?? bytes ?? Infinity;
		let skip = response.status === 206 ? 0 : this.at;
		const reader = response.body!.getReader();
		try {
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return this.at >= end || end === Infinity;
				idle.restart();
				this.fetched += value.length;
				const skipped = Math.min(skip, value.length);
				skip -= skipped;
				const chunk = value.subarray(skipped, Math.min(value.length, skipped + end - this.at));
				this.tooLong ||= to === null && skipped + chunk.length < value.length;
				if (chunk.length > 0) {
					this.at += chunk.length;
					await onChunk(chunk);
				}
				if (this.tooLong || (this.at >= end && to !== null)) return true;
			}
		} finally {
			await reader.cancel().catch(() => undefined);
		}
	}
}

/**
 * How a server identifies a content: by its ETag, else by the time of its last change, which every origin may
 * see. null where it gives neither.
 */
export function tagOf(headers: Headers): string | null {
	const etag = headers.get('etag')?.replace(/^W\//, '');
	return etag ?? headers.get('last-modified');
}

/** Aborts a connection over which nothing has come for too long. */
class IdleTimeout {
	readonly #controller = new AbortController();
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(readonly milliseconds: number) {
		this.restart();
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	restart(): void {
		this.end();
		this.#timer = setTimeout(() => this.#controller.abort(), this.milliseconds);
	}

	end(): void {
		clearTimeout(this.#timer);
	}
}

/** Milliseconds, from seconds or a date; null without the header. */
function retryAfter(headers: Headers): number | null {
	const value = headers.get('retry-after');
	if (value === null) return null;
	const seconds = Number(value);
	if (Number.isFinite(seconds)) return Math.max(0, 1000 * seconds);
	const time = Date.parse(value);
	return Number.isNaN(time) ? null : Math.max(0, time - Date.now());
}

/** Milliseconds until the next attempt. Throws a Problem when the server asks for too many. */
function delayAfter(error: unknown, delay: number, name: string): number {
	const asked = error instanceof RetryableStatus ? error.retryAfter : null;
	if (asked !== null && asked > LONGEST_WAIT)
		throw new Problem(
			'network',
			`The server of ${name} is busy and asks to be left alone for ${Math.ceil(asked / 60_000)} minutes.`,
			'Try again after that; what has arrived is kept.'
		);
	return asked ?? delay;
}

/** Rejects with AbortError as soon as it is cancelled. */
const sleep = (milliseconds: number, signal: AbortSignal | undefined) =>
	new Promise<void>((resolve, reject) => {
		signal?.throwIfAborted();
		const timer = setTimeout(resolve, milliseconds);
		const cancel = () => {
			clearTimeout(timer);
			reject(signal!.reason as Error);
		};
		signal?.addEventListener('abort', cancel, { once: true });
	});

function refused(name: string, status: number): Problem {
	return new Problem(
		'pack-missing',
		`The file ${name} is not there (the server answered ${status}).`,
		'Check the address.'
	);
}

function changed(name: string, how: string): Problem {
	return new Problem(
		'pack-damaged',
		`The file ${name} changed on its server while it was fetched: ${how}.`,
		'Open the address again, and load what is there now.'
	);
}

function unreachable(name: string, cause: unknown): Problem {
	return new Problem(
		'network',
		`The file ${name} could not be fetched: the network or the server does not answer.`,
		'Check the connection and try again; what has arrived is kept.',
		{ cause }
	);
}
