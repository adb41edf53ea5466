/**
 * Bytes over the network, whatever happens on the way: a cut connection is continued at the byte, a busy
 * server is given the time that it asks for, and what cannot be the file that was meant is noticed.
 */
import { isAbort, Problem } from '../../../src/core/names/errors';

export interface Fetching {
	/** May hold secrets: it is asked for, never said. */
	address: string;
	/** As people know it. */
	name: string;
	/** Of the whole file; null where nobody has said. */
	bytes: number | null;
	/** The first byte wanted. */
	from: number;
	/** The byte after the last wanted; null for the end of the file. */
	to: number | null;
	/**
	 * What the server calls this content (`tagOf`), null where that is still to be seen; it must stay the
	 * same. Left out where a checksum will tell: a hub may send one file from several places, each with its
	 * own tags.
	 */
	etag?: string | null;
	fetch: typeof fetch;
	headers?: Record<string, string>;
	signal?: AbortSignal | undefined;
	/** Milliseconds to wait before each further attempt; a server may ask for more. */
	pauses?: number[];
	/** Milliseconds without a byte after which a connection counts as cut. */
	patience?: number;
	/** Each new piece as it comes, in order. */
	onPiece: (piece: Uint8Array) => void | Promise<void>;
	/** The Problem of an answer that no further attempt will change; the usual one where it knows none. */
	refusal?: (status: number, headers: Headers) => Problem | null;
}

export interface Fetched {
	/** The byte after the last that came. */
	at: number;
	/** What came over the network, what had come before and was sent once more included. */
	fetched: number;
	/** The server had more than the file holds. */
	tooLong: boolean;
	etag: string | null;
	/** Bytes of the whole file, where the server said. */
	total: number | null;
	/** Of the last answer. */
	headers: Headers;
	/** A part was asked for, and the whole was sent. */
	wholeOnly: boolean;
}

/** Three more attempts. */
const PAUSES = [500, 2000, 8000];
const PATIENCE = 60_000;
/** Milliseconds; a server that wants to be left alone for longer is told to the reader instead. */
const LONGEST_WAIT = 120_000;

/**
 * Resolves at the end of what is wanted, or where the server ends although asked again. Throws a Problem
 * when the network gives up, the server refuses or the file changed meanwhile; AbortError when cancelled.
 */
export async function fetchBytes(job: Fetching): Promise<Fetched> {
	const course = new Course(job);
	const pauses = job.pauses ?? PAUSES;
	for (let attempt = 0; ; attempt++) {
		const before = course.at;
		try {
			const ended = await course.attempt();
			const stuck = course.at === before;
			if (ended === 'done' || stuck || attempt >= pauses.length) return course.result();
			await rest(pauses[attempt]!, job.signal);
		} catch (error) {
			job.signal?.throwIfAborted();
			if (isAbort(error) || error instanceof Problem) throw error;
			// A length that was announced too long breaks the connection after the last byte.
			if (course.complete) return course.result();
			if (attempt >= pauses.length) throw unreachable(job.name, error);
			await rest(waitOf(error, pauses[attempt]!, job.name), job.signal);
		}
	}
}

/** An answer that another attempt may change. */
class Busy extends Error {
	constructor(
		status: number,
		/** Milliseconds that the server asks for; null where it does not. */
		readonly wish: number | null
	) {
		super(`The server answered ${status}.`);
	}
}

class Course {
	at: number;
	#fetched = 0;
	#tooLong = false;
	#etag: string | null;
	#total: number | null = null;
	#headers = new Headers();
	/** The server cannot send a part of this file. */
	#wholeOnly = false;

	constructor(readonly job: Fetching) {
		this.at = job.from;
		this.#etag = job.etag ?? null;
	}

	result(): Fetched {
		return {
			at: this.at,
			fetched: this.#fetched,
			tooLong: this.#tooLong,
			etag: this.#etag,
			total: this.#total,
			headers: this.#headers,
			wholeOnly: this.#wholeOnly
		};
	}

	/** Throws when the connection is cut; `short`: the server ended before what is wanted did. */
	async attempt(): Promise<'done' | 'short'> {
		const stall = new Stall(this.job.patience ?? PATIENCE);
		try {
			const response = await this.#ask(stall.signal);
			stall.heard();
			this.#check(response);
			return await this.#take(response, stall);
		} catch (error) {
			throw stall.signal.aborted ? new Error('The server fell silent.', { cause: error }) : error;
		} finally {
			stall.end();
		}
	}

	get complete(): boolean {
		return this.at === (this.job.to ?? this.job.bytes);
	}

	get #part(): boolean {
		return (this.at > 0 || this.job.to !== null) && !this.#wholeOnly;
	}

	#ask(stalled: AbortSignal): Promise<Response> {
		const { address, fetch, headers, to, signal } = this.job;
		// A range of this form needs no leave from another host beforehand; If-Range would.
		const range = `bytes=${this.at}-${to === null ? '' : to - 1}`;
		return fetch(address, {
			cache: 'no-store',
			referrerPolicy: 'no-referrer',
			headers: { ...headers, ...(this.#part && { range }) },
			signal: AbortSignal.any([stalled, signal ?? []].flat())
		});
	}

	#check(response: Response): void {
		const { status, headers } = response;
		this.#headers = headers;
		const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)/.exec(contentRange(headers)) ?? [];
		if (status === 416 && !this.#wholeOnly) {
			this.#wholeOnly = true;
			throw new Busy(status, null);
		}
		if (!response.ok) {
			const wish = wishOf(headers.get('retry-after'));
			if (status === 408 || status === 429 || status >= 500) throw new Busy(status, wish);
			throw this.job.refusal?.(status, headers) ?? refused(this.job.name, status);
		}
		if (!response.body) throw new Error('The answer has no body.');
		// Where the header cannot be seen, the bytes are taken to be those that were asked for.
		if (status === 206 && start !== undefined && Number(start) !== this.at)
			throw new Error(`The server sent another part of the file.`);
		if (total !== undefined) this.#total = Number(total);
		if (status === 200 && this.#part) this.#wholeOnly = true;
		this.#compare(tagOf(headers));
	}

	#compare(tag: string | null): void {
		const { bytes, name, etag } = this.job;
		if (bytes !== null && this.#total !== null && this.#total !== bytes)
			throw changed(name, `it has ${this.#total} bytes now, and not ${bytes}`);
		if (etag !== undefined && tag !== null && this.#etag !== null && this.#etag !== tag)
			throw changed(name, 'its server calls it by another tag now');
		this.#etag ??= tag;
	}

	async #take(response: Response, stall: Stall): Promise<'done' | 'short'> {
		const end = this.job.to ?? this.job.bytes ?? Infinity;
		let skip = response.status === 206 ? 0 : this.at;
		const reader = response.body!.getReader();
		try {
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return this.at < end && end < Infinity ? 'short' : 'done';
				stall.heard();
				this.#fetched += value.length;
				const dropped = Math.min(skip, value.length);
				skip -= dropped;
				const piece = value.subarray(dropped, Math.min(value.length, dropped + end - this.at));
				this.#tooLong ||= this.job.to === null && dropped + piece.length < value.length;
				if (piece.length > 0) {
					this.at += piece.length;
					await this.job.onPiece(piece);
				}
				if (this.#tooLong || (this.at >= end && this.job.to !== null)) return 'done';
			}
		} finally {
			await reader.cancel().catch(() => undefined);
		}
	}
}

/**
 * What a server calls a content: its ETag, or the time of its last change, which other origins always see.
 * null where it says neither.
 */
export function tagOf(headers: Headers): string | null {
	const etag = headers.get('etag')?.replace(/^W\//, '');
	return etag ?? headers.get('last-modified');
}

/** Ends a connection over which nothing has come for too long. */
class Stall {
	readonly #controller = new AbortController();
	#timer: ReturnType<typeof setTimeout>;

	constructor(readonly patience: number) {
		this.#timer = this.#start();
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	heard(): void {
		clearTimeout(this.#timer);
		this.#timer = this.#start();
	}

	end(): void {
		clearTimeout(this.#timer);
	}

	#start(): ReturnType<typeof setTimeout> {
		return setTimeout(() => this.#controller.abort(), this.patience);
	}
}

/** Other origins see this header only where the server lets them. */
const contentRange = (headers: Headers): string => headers.get('content-range') ?? '';

/** Milliseconds that `Retry-After` asks for, in either of its spellings; null without one. */
function wishOf(value: string | null): number | null {
	if (value === null) return null;
	const seconds = Number(value);
	if (Number.isFinite(seconds)) return Math.max(0, 1000 * seconds);
	const time = Date.parse(value);
	return Number.isNaN(time) ? null : Math.max(0, time - Date.now());
}

/** Milliseconds until the next attempt. Throws a Problem when the server wants more than anybody waits. */
function waitOf(error: unknown, pause: number, name: string): number {
	const wish = error instanceof Busy ? error.wish : null;
	if (wish !== null && wish > LONGEST_WAIT)
		throw new Problem(
			'network',
			`The server of ${name} is busy and asks to be left alone for ${Math.ceil(wish / 60_000)} minutes.`,
			'Try again after that; what has arrived is kept.'
		);
	return wish ?? pause;
}

/** Rejects with AbortError as soon as it is cancelled. */
function rest(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		signal?.throwIfAborted();
		const timer = setTimeout(done, milliseconds);
		function done() {
			signal?.removeEventListener('abort', cancelled);
			resolve();
		}
		function cancelled() {
			clearTimeout(timer);
			reject(signal!.reason as Error);
		}
		signal?.addEventListener('abort', cancelled, { once: true });
	});
}

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
		'Look at the address again, and load what is there now.'
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
