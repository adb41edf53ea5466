/**
 * How alike two features' activations are over a text: Pearson's correlation of activations, zeros included
 * (the measure against which arXiv 2502.03032, section 5, holds the cosine), and the share of tokens on which
 * both are active among those on which either is (Jaccard's index).
 */
import type { SparseColumns, SparseRows } from '../math/sparse';

/** Of a sum of squares, what its own rounding can amount to. */
const ROUNDING = 1e-12;

/** One feature's side. */
export interface Moments {
	/** Tokens on which it is active. */
	count: number;
	sum: number;
	squares: number;
}

export function momentsOf(columns: SparseColumns, feature: number): Moments {
	const moments = { count: 0, sum: 0, squares: 0 };
	for (let i = columns.offsets[feature]!; i < columns.offsets[feature + 1]!; i++) {
		const a = columns.activations[i]!;
		moments.count++;
		moments.sum += a;
		moments.squares += a * a;
	}
	return moments;
}

/** Sums over the tokens on which a feature is active: products of activations, and co-occurrences. */
function crossed(columns: SparseColumns, feature: number, rows: SparseRows, others: number) {
	const products = new Float64Array(others);
	const counts = new Uint32Array(others);
	for (let i = columns.offsets[feature]!; i < columns.offsets[feature + 1]!; i++) {
		const t = columns.tokens[i]!;
		const a = columns.activations[i]!;
		for (let j = rows.offsets[t]!; j < rows.offsets[t + 1]!; j++) {
			products[rows.features[j]!]! += a * rows.activations[j]!;
			counts[rows.features[j]!]!++;
		}
	}
	return { products, counts };
}

/**
 * Pearson's r of one feature of `columns` with every feature of another dictionary on the same `tokens`
 * tokens; 0 where either never varies.
 */
export function correlations(
	columns: SparseColumns,
	feature: number,
	rows: SparseRows,
	moments: Moments[],
	tokens: number
): Float32Array {
	const own = momentsOf(columns, feature);
	const { products } = crossed(columns, feature, rows, moments.length);
	const spread = spreadOf(own, tokens);
	return Float32Array.from(moments, (other, j) => {
		const across = products[j]! - (own.sum * other.sum) / tokens;
		const both = spread * spreadOf(other, tokens);
		return both > 0 ? across / Math.sqrt(both) : 0;
	});
}

/** Squared distances from the mean, summed; 0 where nothing is left but rounding. */
function spreadOf({ sum, squares }: Moments, tokens: number): number {
	const spread = squares - (sum * sum) / tokens;
	return spread > ROUNDING * squares ? spread : 0;
}

/** Jaccard's index of one feature's tokens with those of every feature of another dictionary. */
export function overlaps(
	columns: SparseColumns,
	feature: number,
	rows: SparseRows,
	moments: Moments[]
): Float32Array {
	const own = momentsOf(columns, feature).count;
	const { counts } = crossed(columns, feature, rows, moments.length);
	return Float32Array.from(moments, ({ count }, j) => {
		const either = own + count - counts[j]!;
		return either > 0 ? counts[j]! / either : 0;
	});
}
