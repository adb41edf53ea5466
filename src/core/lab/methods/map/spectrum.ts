/** The spectrum of the covariance of a matrix's rows. */
import type { Matrix } from '../../../math/matrix';

/** Ranks between which the slope is taken, from 1. */
const FIRST = 10;
const LAST = 150;
/** Of the largest eigenvalue: what is below it is rounding. */
const NOTHING = 1e-9;

/** Covariance of the rows, `[columns × columns]`, in float64. */
export function covariance({ rows, columns, data }: Matrix): Float64Array {
	const mean = new Float64Array(columns);
	for (let r = 0; r < rows; r++)
		for (let c = 0; c < columns; c++) mean[c]! += data[r * columns + c]! / rows;
	const out = new Float64Array(columns * columns);
	const row = new Float64Array(columns);
	for (let r = 0; r < rows; r++) {
		for (let c = 0; c < columns; c++) row[c] = data[r * columns + c]! - mean[c]!;
		for (let a = 0; a < columns; a++) {
			const x = row[a]! / rows;
			for (let b = 0; b <= a; b++) out[a * columns + b]! += x * row[b]!;
		}
	}
	for (let a = 0; a < columns; a++)
		for (let b = 0; b < a; b++) out[b * columns + a] = out[a * columns + b]!;
	return out;
}

/** Least-squares slope of log₁₀ eigenvalue over log₁₀ rank; null with fewer than three eigenvalues to take it of. */
export function slopeOf(
	eigenvalues: ArrayLike<number>
): { slope: number; ranks: [number, number] } | null {
	const least = NOTHING * (eigenvalues[0] ?? 0);
	let last = 0;
	while (last < Math.min(LAST, eigenvalues.length) && eigenvalues[last]! > least) last++;
	const first = last >= FIRST + 2 ? FIRST : 1;
	if (last - first < 2) return null;
	const xs: number[] = [];
	const ys: number[] = [];
	for (let rank = first; rank <= last; rank++) {
		xs.push(Math.log10(rank));
		ys.push(Math.log10(eigenvalues[rank - 1]!));
	}
	const mean = (of: number[]) => of.reduce((a, b) => a + b, 0) / of.length;
	const [x, y] = [mean(xs), mean(ys)];
	let [product, square] = [0, 0];
	xs.forEach((value, i) => {
		product += (value - x) * (ys[i]! - y);
		square += (value - x) ** 2;
	});
	return { slope: product / square, ranks: [first, last] };
}
