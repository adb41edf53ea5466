/**
 * How often each feature was active on each token: a table of pairs, most of which never occur. It holds a
 * limited number of pairs; once there are more it is given up, and what needs it is not measured. Whether there
 * are more depends on the text alone, not on how it is sharded.
 */

/** Pairs up to which a table grows: at most 48 MB. */
const MOST = 2 ** 21;

export interface TokenCounts {
	/** Pairs counted; −1 once there were too many. */
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

export function addTokenCounts(into: TokenCounts, from: TokenCounts, most = MOST): void {
	if (from.pairs < 0) Object.assign(into, from);
	eachPair(from, (pair, count) => countPair(into, pair, count, most));
}

/** Pairs in no order that means anything. */
export function eachPair(table: TokenCounts, visit: (pair: number, count: number) => void): void {
	table.keys.forEach((key, slot) => {
		if (key > 0) visit(key - 1, table.counts[slot]!);
	});
}

/** Bits: entropy of each feature's tokens, `[features]`; null where there were too many pairs. */
export function entropies(table: TokenCounts, count: Float64Array, vocab: number) {
	if (table.pairs < 0) return null;
	const out = new Float32Array(count.length);
	const pairs: [pair: number, count: number][] = [];
	eachPair(table, (pair, n) => pairs.push([pair, n]));
	// In the order of the pairs, so that the sums do not depend on where these lie in the table.
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

/** Where a key lies or would lie; the table's size is a power of two. */
function slotOf(keys: Float64Array, key: number): number {
	const mask = keys.length - 1;
	let slot = (Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b)) >>> 7;
	for (slot &= mask; keys[slot] !== 0 && keys[slot] !== key;) slot = (slot + 1) & mask;
	return slot;
}
