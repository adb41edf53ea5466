/** Long work that begins by itself when what the address asks for changes, after a pause for the next key or step of a slider. */
import { same } from './resource.svelte';
import { Task, type Watch } from './task.svelte';

export class AskedTask<A, T> extends Task<A, T> {
	/** What was asked last, answered or not. */
	asked = $state.raw<A | null>(null);
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #pause: number;

	/** `pause`: in milliseconds. */
	constructor(pause: number, run: (args: A, watch: Watch<T>) => Promise<T>) {
		super(run);
		this.#pause = pause;
	}

	/** The answer to what was asked last, or null while it is not there. */
	get current(): T | null {
		return this.answerTo(this.asked);
	}

	/** Asks unless the same was asked last; the newest wins, and what was stopped stays so until it changes. */
	ask(request: A): void {
		if (same(request, this.asked)) return;
		clearTimeout(this.#timer);
		this.asked = request;
		this.error = null;
		if (this.current && this.isWhole(this.current)) return this.stop();
		this.busy = true;
		this.#timer = setTimeout(() => void this.start(request), this.#pause);
	}

	/** Asks again, after an error or when it was stopped. */
	again(): void {
		if (this.asked) void this.start(this.asked);
	}

	override stop(): void {
		clearTimeout(this.#timer);
		super.stop();
	}

	override clear(): void {
		super.clear();
		this.asked = null;
	}

	/** Whether an answer is all of it: a part, left when something else was asked, is not. */
	protected isWhole(_answer: T): boolean {
		return true;
	}
}
