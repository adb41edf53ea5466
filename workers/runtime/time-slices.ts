/** Long loops that let other work in. */
import { breathe } from './session';

/**
 * For a loop to call after every step: once there were `ms` of work it lets other work in, and returns true. Throws an
 * AbortError when aborted.
 */
export function timeSlices(ms: number, signal?: AbortSignal): () => Promise<boolean> {
	let since = Date.now();
	return async () => {
		if (Date.now() - since < ms) return false;
		await breathe();
		signal?.throwIfAborted();
		since = Date.now();
		return true;
	};
}
