/** Fetches a file, hashing while it streams; goes on where an earlier attempt was cut. */
import { isAbort, Problem } from '../core/errors';
import type { PackFile } from '../core/manifest';
import { startSha256, type Hasher } from './hash';

export interface Download {
	address: string;
	/** As people know it. */
	name: string;
	file: PackFile;
	/** The beginning of the file, from an earlier attempt; not yet trusted. */
	before: Uint8Array | null;
	fetch: typeof fetch;
	signal?: AbortSignal | undefined;
	/** Each new piece as it comes, in order. */
	onPiece?: (piece: Uint8Array) => void | Promise<void>;
	/** Bytes there are so far, those of an earlier attempt included. */
	onProgress?: ((done: number) => void) | undefined;
	/** Milliseconds to wait before each further attempt. */
	pauses?: number[];
}

export interface Downloaded {
	bytes: Uint8Array;
	/** What came over the network. */
	fetched: number;
	/** False when the bytes are not what the pack says. */
	intact: boolean;
}

/** Throws a Problem when the network gives up, AbortError when cancelled. */
export async function download(job: Download): Promise<Downloaded> {
	const fill = new Fill(job, await startSha256());
	for (const pause of [...(job.pauses ?? [400, 2000]), null]) {
		try {
			await fill.attempt();
			return { bytes: fill.bytes, fetched: fill.fetched, intact: fill.intact() };
		} catch (error) {
			if (isAbort(error) || error instanceof Problem) throw error;
			job.signal?.throwIfAborted();
			if (pause === null) throw unreachable(job.name, error);
			await new Promise((resolve) => setTimeout(resolve, pause));
		}
	}
	throw unreachable(job.name, null);
}

class Fill {
	readonly bytes: Uint8Array;
	fetched = 0;
	#at = 0;
	#tooLong = false;
	/** The server cannot go on in the middle of this file. */
	#wholeOnly = false;

	constructor(
		readonly job: Download,
		readonly hasher: Hasher
	) {
		this.bytes = new Uint8Array(job.file.bytes);
		if (job.before) this.#take(job.before.subarray(0, job.file.bytes));
	}

	intact(): boolean {
		return (
			!this.#tooLong && this.#at === this.bytes.length && this.hasher.hex() === this.job.file.sha256
		);
	}

	/** Ends in an error when the connection is cut; a server's own end is the end. */
	async attempt(): Promise<void> {
		const { job } = this;
		if (this.#at === this.bytes.length && this.#at > 0) return;
		const response = await job.fetch(job.address, {
			cache: 'no-store',
			referrerPolicy: 'no-referrer',
			...(this.#at > 0 && !this.#wholeOnly && { headers: { range: `bytes=${this.#at}-` } }),
			...(job.signal && { signal: job.signal })
		});
		this.#wholeOnly ||= response.status === 416;
		if (!response.ok || !response.body) throw refused(job.name, response.status);
		let skip = this.#at - this.#startOf(response);
		const reader = response.body.getReader();
		try {
			for (;;) {
				const { done, value } = await reader.read();
				if (done) break;
				this.fetched += value.length;
				const dropped = Math.min(skip, value.length);
				skip -= dropped;
				if (!(await this.#accept(value.subarray(dropped)))) return;
			}
		} finally {
			await reader.cancel().catch(() => undefined);
		}
	}

	/** Where in the file the answer begins: a server may ignore the wish for the rest only. */
	#startOf(response: Response): number {
		if (response.status !== 206) return 0;
		const start = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]);
		return start <= this.#at ? start : this.#at;
	}

	async #accept(piece: Uint8Array): Promise<boolean> {
		const room = this.bytes.length - this.#at;
		this.#tooLong = piece.length > room;
		const fits = this.#tooLong ? piece.subarray(0, room) : piece;
		if (fits.length > 0) {
			this.#take(fits);
			await this.job.onPiece?.(fits);
			this.job.onProgress?.(this.#at);
		}
		return !this.#tooLong;
	}

	#take(piece: Uint8Array): void {
		this.bytes.set(piece, this.#at);
		this.hasher.update(piece);
		this.#at += piece.length;
	}
}

function refused(name: string, status: number): Error {
	if (status >= 500 || status === 429 || status === 416)
		return new Error(`The server answered ${status}.`);
	return new Problem(
		'pack-missing',
		`The file ${name} is not there (the server answered ${status}).`,
		'Check the address of the pack.'
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
