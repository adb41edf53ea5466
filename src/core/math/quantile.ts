/** Quantile (0 to 1) of sorted numbers, with linear interpolation between neighbours. */
export function quantile(sorted: Float64Array, q: number): number {
	const at = q * (sorted.length - 1);
	const low = Math.floor(at);
	const high = Math.min(low + 1, sorted.length - 1);
	return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
