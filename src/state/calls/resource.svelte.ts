/** One answer at a time: the latest question wins, and the one before it is aborted. */
import { isAbort } from '../../core/names/errors';

export class Resource<A, T> {
	/** What was asked last. */
	asked = $state.raw<A | null>(null);
	/** The last answer; it may belong to an earlier question, see `current`. */
	value = $state.raw<T | null>(null);
	error = $state.raw<Error | null>(null);
	busy = $state(false);
	#answered = $state.raw<A | null>(null);
	#running: AbortController | null = null;
	readonly #fetch: (args: A, signal: AbortSignal) => Promise<T>;

	constructor(fetch: (args: A, signal: AbortSignal) => Promise<T>) {
		this.#fetch = fetch;
	}

	/** The answer to what was asked last, or null while it is not there. */
	get current(): T | null {
		return this.asked !== null && this.#answered === this.asked ? this.value : null;
	}

	/** Asks unless the same question is answered or under way. */
	async ask(args: A): Promise<void> {
		if (this.asked !== null && !this.error && same(args, this.asked)) return;
		this.#running?.abort();
		const running = (this.#running = new AbortController());
		this.asked = args;
		this.error = null;
		this.busy = true;
		try {
			const value = await this.#fetch(args, running.signal);
			if (running.signal.aborted) return;
			this.value = value;
			this.#answered = args;
		} catch (error) {
			if (running.signal.aborted) return;
			if (isAbort(error)) this.asked = null;
			else this.error = asError(error);
		}
		this.busy = false;
	}

	/** Asks again, for instance after an error. */
	again(): Promise<void> {
		const args = this.asked;
		if (args === null) return Promise.resolve();
		this.asked = null;
		return this.ask(args);
	}

	/** Asks the same once more, and shows what was there until the new answer is. */
	async renew(): Promise<void> {
		const args = this.asked;
		if (args === null || this.current === null) return;
		const { signal } = (this.#running = new AbortController());
		const value = await this.#fetch(args, signal).catch(() => null);
		if (!signal.aborted && this.asked === args && value !== null) this.value = value;
	}

	clear(): void {
		this.#running?.abort();
		this.asked = null;
		this.#answered = null;
		this.value = null;
		this.error = null;
		this.busy = false;
	}
}

export function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

/** Whether two questions are the same. */
export function same(a: unknown, b: unknown): boolean {
	return a === b || JSON.stringify(a) === JSON.stringify(b);
}
