/** Combinations of sets, each with a share of a whole. */

export interface NamedSet {
	/** Class of its colour in the palette. */
	tone: string;
	letter: string;
}

/** What is in these sets and in no other. */
export interface Combination {
	name: string;
	/** Tones of the sets. */
	sets: readonly string[];
}

export interface Segment {
	/** Index of the share. */
	part: number;
	share: number;
	x: number;
	width: number;
}

/** Shares side by side from `left` to `right`, whatever they add up to; a share of 0 has no segment. */
export function segmentsOf(shares: number[], left: number, right: number): Segment[] {
	const sum = shares.reduce((a, b) => a + b, 0);
	let x = left;
	return shares.flatMap((share, part) => {
		if (!(share > 0)) return [];
		const width = (share / sum) * (right - left);
		const segment = { part, share, x, width };
		x += width;
		return [segment];
	});
}
