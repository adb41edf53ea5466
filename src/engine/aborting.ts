/** How a call ends early: its callbacks fall silent, and it does not wait for an answer. */

export function ignore(): void {
	// Nothing to do: whoever cares has its own promise.
}

/** A callback that falls silent once its call is cancelled. */
export function unlessAborted<T extends unknown[]>(
	signal: AbortSignal | undefined,
	callback: (...values: T) => void
) {
	return (...values: T) => {
		if (!signal?.aborted) callback(...values);
	};
}

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
