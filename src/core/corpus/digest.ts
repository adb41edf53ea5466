/**
 * A number by which texts are ordered and parted without chance: the same tokens give the same one on every
 * machine, however a text is cut into shards. 53 bits; cyrb53 (bryc, public domain) over token ids.
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

/** One document in so many is held out: nothing is chosen on it, names are scored on it. */
const HELD = 10;

/** Whether a document of this digest is held out. */
export function isHeldOut(document: number): boolean {
	return document % HELD === 0;
}
