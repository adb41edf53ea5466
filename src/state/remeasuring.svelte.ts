/** What the pack states of its SAEs, measured again when the reader asks for it. */
import type { Remeasured } from '../core/check';
import type { Progress } from '../core/contract';
import { isAbort } from '../core/errors';
import type { Asked } from './engine';
import { asError } from './resource.svelte';

export class Remeasuring {
	/** The last whole answer; it stays while another is on its way. */
	found = $state.raw<Remeasured | null>(null);
	progress = $state.raw<Progress | null>(null);
	busy = $state(false);
	error = $state.raw<Error | null>(null);
	#running: AbortController | null = null;
	readonly #engine: Asked;

	constructor(engine: Asked) {
		this.#engine = engine;
	}

	/** Share of the texts that are done, over all SAEs; null before the first. */
	get share(): number | null {
		const { progress } = this;
		return progress && progress.total > 0 ? progress.done / progress.total : null;
	}

	/** Does nothing while it is under way. */
	async start(): Promise<void> {
		if (this.busy) return;
		const running = (this.#running = new AbortController());
		const { signal } = running;
		this.busy = true;
		this.error = null;
		this.progress = null;
		try {
			const onProgress = (progress: Progress) => !signal.aborted && (this.progress = progress);
			const found = await this.#engine.remeasure({ signal, onProgress });
			if (!signal.aborted) this.found = found;
		} catch (error) {
			if (!signal.aborted && !isAbort(error)) this.error = asError(error);
		}
		if (this.#running === running) this.busy = false;
	}

	/** What was found before stays. */
	stop(): void {
		this.#running?.abort();
		this.#running = null;
		this.busy = false;
	}
}
