/** Long work that a reader starts and may stop: what it has found so far, and how far it is. */
import type { Progress } from '../../core/calls';
import { isAbort } from '../../core/names/errors';
import { asError, same } from './resource.svelte';

/** What the work is given to be stopped and to say how it goes. */
export interface Watch<T> {
	signal: AbortSignal;
	onProgress: (progress: Progress) => void;
	/** Shows what has been found so far. */
	onPart: (value: T) => void;
}

export class Task<A, T> {
	/** What has been found; that of the work before stays until there is something newer. */
	value = $state.raw<T | null>(null);
	/** What `value` answers. */
	answered = $state.raw<A | null>(null);
	progress = $state.raw<Progress | null>(null);
	error = $state.raw<Error | null>(null);
	busy = $state(false);
	#running: AbortController | null = null;
	readonly #run: (args: A, watch: Watch<T>) => Promise<T>;

	constructor(run: (args: A, watch: Watch<T>) => Promise<T>) {
		this.#run = run;
	}

	/** Share that is done; null while nobody knows. */
	get share(): number | null {
		const { progress } = this;
		return progress && progress.total > 0 ? progress.done / progress.total : null;
	}

	/** What has been found to this very question. */
	answerTo(args: A | null | undefined): T | null {
		return args != null && same(args, this.answered) ? this.value : null;
	}

	/** Starts, in place of what is under way. */
	async start(args: A): Promise<void> {
		this.#running?.abort();
		const running = (this.#running = new AbortController());
		const { signal } = running;
		this.busy = true;
		this.error = null;
		this.progress = null;
		const onPart = (value: T) => {
			if (signal.aborted) return;
			this.value = value;
			this.answered = args;
		};
		try {
			const onProgress = (progress: Progress) => !signal.aborted && (this.progress = progress);
			onPart(await this.#run(args, { signal, onProgress, onPart }));
		} catch (error) {
			if (!signal.aborted && !isAbort(error)) this.error = asError(error);
		}
		if (this.#running === running) this.busy = false;
	}

	/** Ends the work and forgets what it has found. */
	clear(): void {
		this.stop();
		this.value = null;
		this.answered = null;
		this.progress = null;
		this.error = null;
	}

	/** Ends the work; what it has found so far stays. */
	stop(): void {
		this.#running?.abort();
		this.#running = null;
		this.busy = false;
	}
}
