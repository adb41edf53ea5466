/** Two features side by side: plain data, and how often they fire on the same tokens. */
import type { Call } from '../calls';
import type { FeatureId } from '../names/ids';

/** Over the same tokens. */
export interface Coactivation {
	tokens: number;
	/** Tokens on which each is active, and on which both are. */
	a: number;
	b: number;
	both: number;
	/** Pearson's r of the activations, zeros included; null where either never varies. */
	correlation: number | null;
}

export interface SharedToken {
	token: string;
	/** How often both fire on it. */
	times: number;
}

export interface FeatureComparison {
	/** Of the decoder rows; null where they lie in different spaces. */
	cosine: number | null;
	/** Of that space. */
	dimensions: number | null;
	/** Where `b` stands among the features of its SAE by cosine with `a`, 1 being the nearest; and the other way. */
	placeOfB: { place: number; among: number } | null;
	placeOfA: { place: number; among: number } | null;
	/** On the pack's texts; null for a pack without, absent before any is read. */
	stored?: (Coactivation & { shared: SharedToken[] }) | null;
}

export interface ComparisonCalls {
	/** The first part is what needs no texts; those that follow count on the texts read so far. */
	compareFeatures: Call<{ a: FeatureId; b: FeatureId }, FeatureComparison, FeatureComparison>;
}

/** Of activations by token. */
export function coactivation(a: ArrayLike<number>, b: ArrayLike<number>): Coactivation {
	const found = { tokens: a.length, a: 0, b: 0, both: 0 };
	let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
	for (let t = 0; t < a.length; t++) {
		const [x, y] = [a[t]!, b[t]!];
		found.a += Number(x > 0);
		found.b += Number(y > 0);
		found.both += Number(x > 0 && y > 0);
		sumA += x;
		sumB += y;
		squaresA += x * x;
		squaresB += y * y;
		products += x * y;
	}
	const n = a.length;
	const spread = (n * squaresA - sumA ** 2) * (n * squaresB - sumB ** 2);
	// What rounding leaves of a spread of nothing.
	const varies = spread > 1e-18 * (n * squaresA * (n * squaresB));
	return {
		...found,
		correlation: varies ? (n * products - sumA * sumB) / Math.sqrt(spread) : null
	};
}

/** Tokens on which both would be active if they had nothing to do with one another. */
export const byChance = ({ tokens, a, b }: Coactivation): number =>
	tokens > 0 ? (a * b) / tokens : 0;

/** Two random directions have a cosine within ± this in 95 of 100 draws: the cosine's standard deviation is 1/√d. */
export const usualCosine = (dimensions: number): number => 1.96 / Math.sqrt(dimensions);
