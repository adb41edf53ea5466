/**
 * How often each feature was active on each token: a hash table of pairs, most of which never occur. When there are
 * more pairs than it may hold it is dropped, and token entropy is not measured. Whether that happens depends on the
 * corpus alone, not on how it is sharded.
 */

/** The most pairs that a table holds, in 48 MB. */
const MOST = 2 ** 21;

export interface TokenCounts {
	/** Pairs in the table; −1 after it was dropped. */
	pairs: number;
	/** [slots] feature · vocabulary + token + 1; 0 in an empty slot. */
	keys: Float64Array;
	/** [slots] */
	counts: Uint32Array;
}

export function newTokenCounts(): TokenCounts {
	return { pairs: 0, keys: new Float64Array(1024), counts: new Uint32Array(1024) };
}

/** Adds `times` to the pair of this number. */
export function countPair(table: TokenCounts, pair: number, times = 1, most = MOST): void {
	if (table.pairs < 0) return;
	const slot = slotOf(table.keys, pair + 1);
	if (table.keys[slot] === 0) {
		if (table.pairs === most) {
			Object.assign(table, { pairs: -1, keys: new Float64Array(0), counts: new Uint32Array(0) });
			return;
		}
		table.keys[slot] = pair + 1;
		table.pairs++;
	}
	table.counts[slot]! += times;
	if (table.pairs > table.keys.length / 2) grow(table);
}

export function mergeTokenCounts(into: TokenCounts, from: TokenCounts, most = MOST): void {
	if (from.pairs < 0) Object.assign(into, from);
	eachPair(from, (pair, count) => countPair(into, pair, count, most));
}

/** Visits all pairs, in no particular order. */
export function eachPair(table: TokenCounts, visit: (pair: number, count: number) => void): void {
	table.keys.forEach((key, slot) => {
		if (key > 0) visit(key - 1, table.counts[slot]!);
	});
}

/** Entropy in bits of the tokens on which each feature is active, `[features]`; null when there were too many pairs. */
export function entropies(table: TokenCounts, count: Float64Array, vocab: number) {
	if (table.pairs < 0) return null;
	const out = new Float32Array(count.length);
	const pairs: [pair: number, count: number][] = [];
	eachPair(table, (pair, n) => pairs.push([pair, n]));
	// Sorted, so that the sums do not depend on where pairs are in the table.
	pairs.sort(([a], [b]) => a - b);
	for (const [pair, n] of pairs) {
		const feature = Math.floor(pair / vocab);
		const share = n / count[feature]!;
		out[feature]! -= share * Math.log2(share);
	}
	return out;
}

function grow(table: TokenCounts): void {
	const { keys, counts } = table;
	table.keys = new Float64Array(keys.length * 2);
	table.counts = new Uint32Array(keys.length * 2);
	keys.forEach((key, from) => {
		if (key === 0) return;
		const slot = slotOf(table.keys, key);
		table.keys[slot] = key;
		table.counts[slot] = counts[from]!;
	});
}

/** Where a key is or belongs; the size of the table is a power of two. */
function slotOf(keys: Float64Array, key: number): number {
	const mask = keys.length - 1;
	let slot = (Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b)) >>> 7;
	for (slot &= mask; keys[slot] !== 0 && keys[slot] !== key;) slot = (slot + 1) & mask;
	return slot;
}
