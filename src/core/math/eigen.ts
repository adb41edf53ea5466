/** Eigenvalues and eigenvectors of symmetric matrices. */

/** Falling eigenvalues, `[n]`; row i of `vectors`, `[n × n]`, is the eigenvector of eigenvalue i, of length 1. */
export interface Eigen {
	values: Float64Array;
	vectors: Float64Array;
}

/**
 * Householder's reduction to a tridiagonal matrix, then implicit QL (Golub and Van Loan, Matrix Computations, 8.3).
 * Overwrites `a`, `[n × n]`.
 */
export function eigenvaluesOf(a: Float64Array, n: number): Float64Array {
	const { diagonal, beside } = tridiagonal(a, n, null);
	implicitQl(diagonal, beside, null);
	return diagonal.sort().reverse();
}

/** The same with eigenvectors. Overwrites `a`, `[n × n]`. */
export function eigenOf(a: Float64Array, n: number): Eigen {
	const rows = new Float64Array(n * n);
	for (let i = 0; i < n; i++) rows[i * n + i] = 1;
	const { diagonal, beside } = tridiagonal(a, n, rows);
	implicitQl(diagonal, beside, rows);
	const order = Array.from(diagonal, (_, i) => i).sort((i, j) => diagonal[j]! - diagonal[i]!);
	const vectors = new Float64Array(n * n);
	order.forEach((from, to) => vectors.set(rows.subarray(from * n, from * n + n), to * n));
	return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors };
}

/** `turned`: rows that take part in every reflection; null where no vectors are wanted. */
function tridiagonal(a: Float64Array, n: number, turned: Float64Array | null) {
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
		if (turned) reflect(turned, n, v, k + 1, 2 / square);
	}
	if (n > 1) {
		diagonal[n - 2] = a[(n - 2) * n + n - 2]!;
		beside[n - 2] = a[(n - 1) * n + n - 2]!;
	}
	if (n > 0) diagonal[n - 1] = a[n * n - 1]!;
	return { diagonal, beside };
}

/** rows −= scale · v · (vᵀ · rows), where v is 0 before `from`. */
function reflect(
	rows: Float64Array,
	n: number,
	v: Float64Array,
	from: number,
	scale: number
): void {
	const sums = new Float64Array(n);
	for (let i = from; i < n; i++) for (let c = 0; c < n; c++) sums[c]! += v[i]! * rows[i * n + c]!;
	for (let i = from; i < n; i++)
		for (let c = 0; c < n; c++) rows[i * n + c]! -= scale * v[i]! * sums[c]!;
}

/** Makes the diagonal of a symmetric tridiagonal matrix its eigenvalues, and turns the rows of `vectors` along. */
function implicitQl(d: Float64Array, e: Float64Array, vectors: Float64Array | null): void {
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
				if (vectors) rotate(vectors, n, i, s, c);
			}
			if (r === 0 && i >= l) continue;
			d[l]! -= p;
			e[l] = g;
			e[m] = 0;
		}
}

/** Rows i and i + 1 in their plane. */
function rotate(rows: Float64Array, n: number, i: number, s: number, c: number): void {
	for (let at = i * n; at < (i + 1) * n; at++) {
		const f = rows[at + n]!;
		rows[at + n] = s * rows[at]! + c * f;
		rows[at] = c * rows[at]! - s * f;
	}
}
