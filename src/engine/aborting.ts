/** How a call ends early: it does not wait for an answer, and what it sent along falls silent. */

export function ignore(): void {
	// Nothing to do: whoever cares has its own promise.
}

/** Makes a callback one that the worker can call, until its call is cancelled or the worker lost. */
export type Send = <T extends unknown[]>(
	callback: (...values: T) => void
) => (...values: T) => void;

/** Rejects with an AbortError when `signal` aborts; without a signal it never settles. */
export function aborted(
	signal: AbortSignal | undefined,
	until?: AbortSignal,
	onAbort: () => void = ignore
): Promise<never> {
	return new Promise((_, reject) => {
		signal?.addEventListener(
			'abort',
			() => {
				onAbort();
				reject(new DOMException('Cancelled.', 'AbortError'));
			},
			{ once: true, ...(until && { signal: until }) }
		);
	});
}
