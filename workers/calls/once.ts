/** Work that is done once for all who ask for it. */
import { isAbort } from '../../src/core/names/errors';

/**
 * The value under a key, made when first asked for; a failure is not kept. When the one who asked first changes
 * their mind, those who wait make it anew.
 */
export async function once<T>(
	memory: Map<string, Promise<T>>,
	key: string,
	make: () => Promise<T>,
	signal?: AbortSignal
): Promise<T> {
	for (;;) {
		let made = memory.get(key);
		const first = made === undefined;
		if (!made) {
			made = make();
			memory.set(key, made);
			made.catch(() => memory.delete(key));
		}
		try {
			return await made;
		} catch (error) {
			if (first || !isAbort(error) || signal?.aborted) throw error;
		}
	}
}
