/** Several at a time, as if one after the other: for work that mostly waits for a network. */

/** Questions that another host is asked at a time. */
export const AT_ONCE = 6;

/**
 * What `work` makes of each item, in the order of the items; never more than `atOnce` are under way. After one has
 * failed no other is begun; the failure of the earliest item is thrown once all that were begun have ended.
 */
export async function inOrder<T, R>(
	items: readonly T[],
	atOnce: number,
	work: (item: T, index: number) => Promise<R>
): Promise<R[]> {
	const results = new Map<number, R>();
	const failures = new Map<number, unknown>();
	let next = 0;
	const lane = async () => {
		while (next < items.length && failures.size === 0) {
			const at = next++;
			try {
				results.set(at, await work(items[at]!, at));
			} catch (error) {
				failures.set(at, error);
			}
		}
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
	if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
	return items.map((_, at) => results.get(at)!);
}
