/** Entropy and curvature of the tokens of a text. */
import { dot } from '../../../math/dot';
import { eigenvaluesOf } from '../../../math/eigen';
import type { DepthMeasure } from './depth';

/**
 * Matrix-based entropy of rows `[n × d]`, each brought to length 1, in nats; rows that are all alike, or 0, have none.
 * `centred`: less their mean.
 */
export function matrixEntropy(x: ArrayLike<number>, d: number, centred: boolean): number {
	const n = x.length / d;
	const z = Float64Array.from(x);
	if (centred)
		for (let c = 0; c < d; c++) {
			let mean = 0;
			for (let t = 0; t < n; t++) mean += z[t * d + c]! / n;
			for (let t = 0; t < n; t++) z[t * d + c]! -= mean;
		}
	const largest = z.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	const scale = Float64Array.from(x).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	// What is left of equal rows is rounding, which must not be blown up to length 1.
	if (largest <= 1e-9 * scale || scale === 0) return 0;
	for (let t = 0; t < n; t++) {
		const row = z.subarray(t * d, t * d + d);
		const length = Math.sqrt(dot(row, row));
		for (let c = 0; c < d; c++) row[c] = length > 1e-9 * scale ? row[c]! / length : 0;
	}
	const side = Math.min(n, d);
	const gram = n <= d ? rowProducts(z, n, d) : columnProducts(z, n, d);
	const values = eigenvaluesOf(gram, side).map((value) => Math.max(0, value));
	const sum = values.reduce((a, b) => a + b, 0);
	return Math.max(
		0,
		-values.reduce(
			(h, value) => (value > 1e-12 * sum ? h + (value / sum) * Math.log(value / sum) : h),
			0
		)
	);
}

function rowProducts(z: Float64Array, n: number, d: number): Float64Array {
	const out = new Float64Array(n * n);
	for (let a = 0; a < n; a++)
		for (let b = 0; b <= a; b++) {
			const product = dot(z.subarray(a * d, a * d + d), z.subarray(b * d, b * d + d));
			out[a * n + b] = out[b * n + a] = product;
		}
	return out;
}

function columnProducts(z: Float64Array, n: number, d: number): Float64Array {
	const out = new Float64Array(d * d);
	for (let t = 0; t < n; t++)
		for (let a = 0; a < d; a++)
			for (let b = 0; b <= a; b++) out[a * d + b]! += z[t * d + a]! * z[t * d + b]!;
	for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) out[b * d + a] = out[a * d + b]!;
	return out;
}

/** Mean angle between steps that follow one another, in degrees; steps of no length are left out. */
export function curvatureOf(x: ArrayLike<number>, d: number): number | null {
	const n = x.length / d;
	const step = (t: number) =>
		Float64Array.from({ length: d }, (_, c) => x[(t + 1) * d + c]! - x[t * d + c]!);
	let [sum, angles] = [0, 0];
	for (let t = 0; t + 2 < n; t++) {
		const [a, b] = [step(t), step(t + 1)];
		const lengths = Math.sqrt(dot(a, a) * dot(b, b));
		if (lengths === 0) continue;
		sum += Math.acos(Math.max(-1, Math.min(1, dot(a, b) / lengths)));
		angles++;
	}
	return angles > 0 ? ((sum / angles) * 180) / Math.PI : null;
}

/** The entropy is over that of tokens spread evenly, ln min(n, d); one token has none. */
export function depthMeasure(x: ArrayLike<number>, d: number, centred: boolean): DepthMeasure {
	const entropy = matrixEntropy(x, d, centred);
	const side = Math.min(x.length / d, d);
	return {
		entropy: side > 1 ? entropy / Math.log(side) : 0,
		rank: Math.exp(entropy),
		curvature: curvatureOf(x, d)
	};
}
