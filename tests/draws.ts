/** Random cases for tests of laws, all from one seed, and how far counts may be from what is expected. */
import { seeded } from '../src/core/math/random';

export class Draws {
	/** From 0 to below 1. */
	readonly uniform: () => number;

	constructor(seed: number) {
		this.uniform = seeded(seed);
	}

	/** A whole number from `from` to `to`, both included. */
	integer(from: number, to: number): number {
		return from + Math.floor(this.uniform() * (to - from + 1));
	}

	/** A number from `from` to `to`. */
	real(from: number, to: number): number {
		return from + (to - from) * this.uniform();
	}

	chance(p: number): boolean {
		return this.uniform() < p;
	}

	pick<T>(items: readonly T[]): T {
		return items[this.integer(0, items.length - 1)]!;
	}

	list<T>(length: number, make: (i: number) => T): T[] {
		return Array.from({ length }, (_, i) => make(i));
	}

	/** All of the items in another order (Fisher and Yates). */
	shuffled<T>(items: readonly T[]): T[] {
		const out = [...items];
		for (let i = out.length - 1; i > 0; i--) {
			const j = this.integer(0, i);
			[out[i], out[j]] = [out[j]!, out[i]!];
		}
		return out;
	}

	/** Lengths of pieces, each of 1 to `most`, that add up to `total`. */
	pieces(total: number, most: number): number[] {
		const out: number[] = [];
		for (let left = total; left > 0; left -= out.at(-1)!)
			out.push(Math.min(left, this.integer(1, most)));
		return out;
	}
}

/** Pearson's χ² of counts against what is expected of them. */
export function chiSquare(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
	return Array.from(counts).reduce(
		(sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!,
		0
	);
}

/** What χ² stays below in 9,999 of 10,000 fair samples (Wilson and Hilferty 1931). */
export function chiSquareLimit(degrees: number): number {
	const a = 2 / (9 * degrees);
	return degrees * (1 - a + 3.719 * Math.sqrt(a)) ** 3;
}
