/** The spectrum of many tokens, gathered as they come, and how many dimensions it fills. */
import { eigenOf, type Eigen } from '../../../math/eigen';
import type { RankMeasure } from './subspaces';

/** Of the median variance of a coordinate; above it a coordinate is massive. */
const MASSIVE = 100;

/** Sums over tokens of `width` numbers. */
export class TokenMoments {
	n = 0;
	readonly #sums: Float64Array;
	/** The lower triangle counts. */
	readonly #products: Float64Array;
	/** Of the first token, so that a mean far from zero costs no digits. */
	#origin: Float64Array | null = null;

	constructor(readonly width: number) {
		this.#sums = new Float64Array(width);
		this.#products = new Float64Array(width * width);
	}

	/** Adds tokens, `[tokens × width]`. False where they hold a number that is not finite, and then adds nothing. */
	add(
		x: Float32Array,
		origin = this.#origin ?? Float64Array.from(x.subarray(0, this.width))
	): boolean {
		if (!x.every(Number.isFinite)) return false;
		const { width } = this;
		this.#origin ??= origin;
		const from = this.#origin;
		const row = new Float64Array(width);
		for (let at = 0; at + width <= x.length; at += width) {
			this.n++;
			for (let c = 0; c < width; c++) {
				row[c] = x[at + c]! - from[c]!;
				this.#sums[c]! += row[c]!;
			}
			for (let a = 0; a < width; a++) {
				const value = row[a]!;
				if (value === 0) continue;
				const line = a * width;
				for (let b = 0; b <= a; b++) this.#products[line + b]! += value * row[b]!;
			}
		}
		return true;
	}

	/** Of all of these tokens; they must have begun from the same origin. */
	plus(other: TokenMoments): TokenMoments {
		const out = new TokenMoments(this.width);
		out.n = this.n + other.n;
		for (const part of [this, other]) {
			part.#sums.forEach((x, i) => (out.#sums[i]! += x));
			part.#products.forEach((x, i) => (out.#products[i]! += x));
		}
		return out;
	}

	/** Covariance, `[width × width]`. */
	covariance(): Float64Array {
		const { width, n } = this;
		const out = new Float64Array(width * width);
		for (let a = 0; a < width; a++)
			for (let b = 0; b <= a; b++) {
				const product = this.#products[a * width + b]! / n;
				const value = product - (this.#sums[a]! / n) * (this.#sums[b]! / n);
				out[a * width + b] = out[b * width + a] = value;
			}
		return out;
	}
}

/** Eigenvalues below rounding count as 0. */
export function spectrumOf(covariance: Float64Array, width: number): Eigen {
	const { values, vectors } = eigenOf(covariance.slice(), width);
	const least = 1e-12 * Math.max(0, values[0] ?? 0);
	return { values: values.map((x) => (x > least ? x : 0)), vectors };
}

/** exp(H(p)) with p = σ/Σσ, σ the roots of eigenvalues (Roy and Vetterli 2007); 0 where all are 0. */
export function effectiveRank(eigenvalues: ArrayLike<number>): number {
	const sigma = Array.from(eigenvalues, (x) => Math.sqrt(Math.max(0, x)));
	const sum = sigma.reduce((a, b) => a + b, 0);
	if (sum === 0) return 0;
	return Math.exp(-sigma.reduce((h, x) => (x > 0 ? h + (x / sum) * Math.log(x / sum) : h), 0));
}

/** The fewest leading values that hold such a share of their sum; 0 where there is nothing to hold. */
export function dimensionsFor(share: number, eigenvalues: ArrayLike<number>): number {
	const values = Array.from(eigenvalues);
	const total = values.reduce((a, b) => a + b, 0);
	if (total === 0) return 0;
	let sum = 0;
	return 1 + values.findIndex((x) => (sum += x) >= (share - 1e-12) * total);
}

export function rankMeasure(eigenvalues: Float64Array): RankMeasure {
	const total = eigenvalues.reduce((a, b) => a + b, 0);
	return {
		effective: effectiveRank(eigenvalues) / eigenvalues.length,
		for90: dimensionsFor(0.9, eigenvalues),
		for99: dimensionsFor(0.99, eigenvalues),
		first: total > 0 ? eigenvalues[0]! / total : 0
	};
}

/** Coordinates whose variance is above 100 times the median. */
export function massiveIn(covariance: Float64Array, width: number): number[] {
	const variance = Float64Array.from({ length: width }, (_, i) => covariance[i * width + i]!);
	const median = variance.toSorted()[width >> 1]!;
	return Array.from(variance, (_, i) => i).filter((i) => variance[i]! > MASSIVE * median);
}

/** The covariance of the other coordinates. */
export function withoutCoordinates(
	covariance: Float64Array,
	width: number,
	left: readonly number[]
): { covariance: Float64Array; width: number } {
	const kept = Array.from({ length: width }, (_, i) => i).filter((i) => !left.includes(i));
	const out = Float64Array.from({ length: kept.length ** 2 }, (_, at) => {
		const [a, b] = [kept[Math.floor(at / kept.length)]!, kept[at % kept.length]!];
		return covariance[a * width + b]!;
	});
	return { covariance: out, width: kept.length };
}

/** Share of each direction's square, `[directions × width]` at any length, in the first `active` eigenvectors. */
export function energyIn(
	{ vectors }: Eigen,
	active: number,
	directions: Float32Array,
	width: number
): number[] {
	const out: number[] = [];
	for (let at = 0; at < directions.length; at += width) {
		let [inside, all] = [0, 0];
		for (let c = 0; c < width; c++) all += directions[at + c]! ** 2;
		for (let k = 0; k < active; k++) {
			let dot = 0;
			for (let c = 0; c < width; c++) dot += vectors[k * width + c]! * directions[at + c]!;
			inside += dot * dot;
		}
		out.push(all > 0 ? inside / all : 0);
	}
	return out;
}
