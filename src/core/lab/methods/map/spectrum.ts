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

/**
 * Eigenvalues of a symmetric matrix, falling: Householder's reduction to a tridiagonal matrix, then implicit QL (Golub
 * and Van Loan, Matrix Computations, 8.3). Overwrites `a`.
 */
export function eigenvaluesOf(a: Float64Array, n: number): Float64Array {
	const diagonal = new Float64Array(n);
	const beside = new Float64Array(n);
	for (let k = 0; k < n - 2; k++) {
		let norm = 0;
		for (let i = k + 1; i < n; i++) norm += a[i * n + k]! ** 2;
		norm = Math.sqrt(norm);
		diagonal[k] = a[k * n + k]!;
		if (norm === 0) continue;
		const alpha = a[(k + 1) * n + k]! > 0 ? -norm : norm;
		beside[k] = alpha;
		const v = new Float64Array(n);
		for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
		v[k + 1]! -= alpha;
		let square = 0;
		for (let i = k + 1; i < n; i++) square += v[i]! ** 2;
		if (square === 0) continue;
		const p = new Float64Array(n);
		let along = 0;
		for (let i = k + 1; i < n; i++) {
			let sum = 0;
			for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
			p[i] = (2 * sum) / square;
			along += p[i]! * v[i]!;
		}
		for (let i = k + 1; i < n; i++) p[i]! -= (along / square) * v[i]!;
		for (let i = k + 1; i < n; i++)
			for (let j = k + 1; j < n; j++) a[i * n + j]! -= v[i]! * p[j]! + p[i]! * v[j]!;
	}
	if (n > 1) {
		diagonal[n - 2] = a[(n - 2) * n + n - 2]!;
		beside[n - 2] = a[(n - 1) * n + n - 2]!;
	}
	if (n > 0) diagonal[n - 1] = a[n * n - 1]!;
	implicitQl(diagonal, beside);
	return diagonal.sort().reverse();
}

/** Makes the diagonal of a symmetric tridiagonal matrix its eigenvalues. */
function implicitQl(d: Float64Array, e: Float64Array): void {
	const n = d.length;
	for (let l = 0; l < n; l++)
		for (let turn = 0; turn < 60; turn++) {
			let m = l;
			while (m < n - 1 && Math.abs(e[m]!) > 1e-15 * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
			if (m === l) break;
			let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
			let r = Math.hypot(g, 1);
			g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
			let [s, c, p] = [1, 1, 0];
			let i = m - 1;
			for (; i >= l; i--) {
				const f = s * e[i]!;
				const b = c * e[i]!;
				r = e[i + 1] = Math.hypot(f, g);
				if (r === 0) {
					d[i + 1]! -= p;
					e[m] = 0;
					break;
				}
				s = f / r;
				c = g / r;
				g = d[i + 1]! - p;
				r = (d[i]! - g) * s + 2 * c * b;
				p = s * r;
				d[i + 1] = g + p;
				g = c * r - b;
			}
			if (r === 0 && i >= l) continue;
			d[l]! -= p;
			e[l] = g;
			e[m] = 0;
		}
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
