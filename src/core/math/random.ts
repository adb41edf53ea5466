/** A seeded generator: the same seed gives the same numbers everywhere. */

/** Uniform numbers in [0, 1) from a 32-bit seed: Mulberry32 (Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** Puts a list in a random order, in place: Fisher and Yates's shuffle, from the end. */
export function shuffle<T>(list: { length: number; [i: number]: T }, uniform: () => number): void {
	for (let i = list.length - 1; i > 0; i--) {
		const j = Math.floor(uniform() * (i + 1));
		[list[i], list[j]] = [list[j]!, list[i]!];
	}
}

/** Standard normal numbers, by Box and Muller's transform. */
export function normals(uniform: () => number): () => number {
	let spare: number | null = null;
	return () => {
		if (spare !== null) {
			const value = spare;
			spare = null;
			return value;
		}
		const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
		const angle = 2 * Math.PI * uniform();
		spare = radius * Math.sin(angle);
		return radius * Math.cos(angle);
	};
}
