/**
 * Share of the n-grams of a text that stood in it before, 0 to 1 (Welleck et al. 2019, seq-rep-n): 1 less
 * the share of different ones. Null where the text has no n-gram. Throws a RangeError for an n that is no
 * number of tokens.
 */
export function repeated(ids: ArrayLike<number>, n: number): number | null {
	if (!Number.isInteger(n) || n < 1) throw new RangeError('An n-gram has at least one token.');
	const grams = ids.length - n + 1;
	if (grams < 1) return null;
	const tokens = Array.from(ids);
	const different = new Set<string>();
	for (let at = 0; at < grams; at++) different.add(tokens.slice(at, at + n).join());
	return (grams - different.size) / grams;
}
