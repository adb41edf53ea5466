/** Examples in bands of strength, from the strongest to the weakest. */

export interface QuantileBand<T> {
	name: string;
	examples: T[];
}

/** Lowest quantile of each band, strongest first. */
const BANDS: [least: number, name: string][] = [
	[0.99, 'Strongest (top 1 %)'],
	[0.9, 'Very strong (90th to 99th percentile)'],
	[0.75, 'Strong (75th to 90th percentile)'],
	[0.5, 'Above the median'],
	[0.25, 'Below the median'],
	[0, 'Weakest quarter']
];

/** Examples by band, in their given order; bands without examples are left out. */
export function inBands<T extends { quantile: number }>(examples: T[]): QuantileBand<T>[] {
	return BANDS.map(([least, name], i) => {
		const below = BANDS[i - 1]?.[0] ?? Infinity;
		return {
			name,
			examples: examples.filter(({ quantile: q }) => Math.max(0, q) >= least && q < below)
		};
	}).filter((band) => band.examples.length > 0);
}

/** Position of the largest activation; -1 when nothing is active. */
export function peakOf(activations: ArrayLike<number>): number {
	let peak = -1;
	for (let i = 0; i < activations.length; i++)
		if (activations[i]! > (peak < 0 ? 0 : activations[peak]!)) peak = i;
	return peak;
}
