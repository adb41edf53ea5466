/** Windows of tokens, and the digests by which windows are sampled and documents held out. */

/** Tokens as the model reads them at once. Those before `first` are special and do not count. */
export interface TokenWindow {
	digest: number;
	ids: ArrayLike<number>;
	first: number;
	/** Its document is held out: nothing is chosen by it and no example comes from it. */
	held: boolean;
}

/**
 * A number that orders and divides texts without chance: the same tokens have the same one on every machine,
 * however the corpus is cut into shards. 53 bits; cyrb53 (bryc, public domain) over token ids.
 */
export function digest(ids: ArrayLike<number>): number {
	let a = 0xdeadbeef;
	let b = 0x41c6ce57;
	for (let i = 0; i < ids.length; i++) {
		a = Math.imul(a ^ ids[i]!, 2654435761);
		b = Math.imul(b ^ ids[i]!, 1597334677);
	}
	const mixed = (x: number, y: number) =>
		Math.imul(x ^ (x >>> 16), 2246822507) ^ Math.imul(y ^ (y >>> 13), 3266489909);
	a = mixed(a, b);
	b = mixed(b, a);
	return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** One document in this many is held out: names are scored on it and none is chosen by it. */
const HELD_OUT = 10;

/** Whether a document of this digest is held out. */
export const isHeldOut = (document: number): boolean => document % HELD_OUT === 0;
