/** Ridge regression of many targets on the same rows, scored on rows held out. */

/** Of the mean of the diagonal of XᵀX. */
const PENALTY = 1e-3;

/** Rows `[n × d]` in halves: those learned from are not `held`. */
export interface RidgeRows {
	x: Float32Array;
	width: number;
	held: Uint8Array;
}

/**
 * R² on the rows held out, one a target, against the mean of the rows learned from: min over w, b of
 * ‖y − X·w − b‖² + λ‖w‖², λ = 0.001 of the mean of the centred diagonal. NaN where a target does not vary among those held out.
 * `targets`: `[n]` each.
 */
export function ridgeScores(
	{ x, width: d, held }: RidgeRows,
	targets: readonly Float32Array[]
): number[] {
	const n = held.length;
	const train = Array.from(held, (_, t) => t).filter((t) => !held[t]);
	const mean = new Float64Array(d);
	for (const t of train) for (let c = 0; c < d; c++) mean[c]! += x[t * d + c]! / train.length;
	const gram = new Float64Array(d * d);
	const row = new Float64Array(d);
	const products = targets.map(() => new Float64Array(d));
	const means = targets.map((y) => train.reduce((sum, t) => sum + y[t]!, 0) / train.length);
	for (const t of train) {
		for (let c = 0; c < d; c++) row[c] = x[t * d + c]! - mean[c]!;
		for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) gram[a * d + b]! += row[a]! * row[b]!;
		targets.forEach((y, k) => {
			const value = y[t]! - means[k]!;
			for (let c = 0; c < d; c++) products[k]![c]! += value * row[c]!;
		});
	}
	let trace = 0;
	for (let a = 0; a < d; a++) trace += gram[a * d + a]!;
	const penalty = Math.max((PENALTY * trace) / d, Number.MIN_VALUE);
	for (let a = 0; a < d; a++) gram[a * d + a]! += penalty;
	factorise(gram, d);
	return targets.map((y, k) => {
		const w = solve(gram, d, products[k]!);
		let [off, all] = [0, 0];
		for (let t = 0; t < n; t++) {
			if (!held[t]) continue;
			let said = means[k]!;
			for (let c = 0; c < d; c++) said += w[c]! * (x[t * d + c]! - mean[c]!);
			off += (y[t]! - said) ** 2;
			all += (y[t]! - means[k]!) ** 2;
		}
		return all > 0 ? 1 - off / all : NaN;
	});
}

/** Cholesky's factor, in the place of the lower triangle. */
function factorise(a: Float64Array, n: number): void {
	for (let i = 0; i < n; i++)
		for (let j = 0; j <= i; j++) {
			let sum = a[i * n + j]!;
			for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
			a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
		}
}

function solve(factor: Float64Array, n: number, b: Float64Array): Float64Array {
	const y = new Float64Array(n);
	for (let i = 0; i < n; i++) {
		let sum = b[i]!;
		for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * y[k]!;
		y[i] = sum / factor[i * n + i]!;
	}
	for (let i = n - 1; i >= 0; i--) {
		let sum = y[i]!;
		for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * y[k]!;
		y[i] = sum / factor[i * n + i]!;
	}
	return y;
}
