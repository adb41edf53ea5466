/** Calls under way by the numbers that their callers gave them: ended one by one, or all at once. */
import { codeOf, Problem } from '../../src/core/names/errors';

export class Jobs {
	readonly #running = new Map<number, AbortController>();

	/** Does the work of a call; whatever goes wrong in it becomes a Problem. */
	async work<T>(job: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
		const controller = new AbortController();
		this.#running.set(job, controller);
		try {
			return await run(controller.signal);
		} catch (error) {
			if (controller.signal.aborted) throw controller.signal.reason;
			if (codeOf(error) !== 'unexpected' || error instanceof Problem) throw error;
			const what = error instanceof Error ? error.message : String(error);
			throw new Problem(
				'unexpected',
				`Something went wrong in the engine (${what.slice(0, 160)}).`,
				'Reload the page.',
				{ cause: error }
			);
		} finally {
			this.#running.delete(job);
		}
	}

	cancel(job: number): void {
		this.#running.get(job)?.abort(new DOMException('Cancelled', 'AbortError'));
	}

	endAll(why: Problem): void {
		for (const controller of this.#running.values()) controller.abort(why);
	}
}
