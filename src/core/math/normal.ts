/** Tails of the standard normal distribution, exact far out. */

/** Below it 1 − erf is exact enough; above it the continued fraction converges in `TERMS` steps. */
const FAR = 2;
const TERMS = 120;

/**
 * Probability that a standard normal number lies at least as far from 0 as `z`, on either side:
 * erfc(|z| / √2), to a relative 1e-12. Below about 1e-308 (|z| > 37.5) digits are lost, and from
 * |z| = 38.6 on it is 0: there only z itself can be compared.
 */
export function twoSided(z: number): number {
	const x = Math.abs(z) / Math.SQRT2;
	const density = Math.exp((-z * z) / 2) / Math.sqrt(Math.PI);
	if (x < FAR) return 1 - 2 * density * risingSeries(x);
	// Laplace's continued fraction, from its end: x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))).
	let below = 0;
	for (let k = TERMS; k > 0; k--) below = k / 2 / (x + below);
	return density / (x + below);
}

/** Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!, all of it positive: erf(x) = 2/√π · e^(−x²) times this. */
function risingSeries(x: number): number {
	let sum = 0;
	let term = x;
	for (let n = 1; sum + term > sum; n++) {
		sum += term;
		term *= (2 * x * x) / (2 * n + 1);
	}
	return sum;
}
