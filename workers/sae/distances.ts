/** ‖x−y‖², ‖x‖² and ‖x−mean‖²; without a mean, the last is the second. */
export function distances(
	x: Float32Array,
	y: Float32Array,
	mean: Float32Array | null
): [number, number, number] {
	let [error, square, variance] = [0, 0, 0];
	for (let c = 0; c < x.length; c++) {
		error += (x[c]! - y[c]!) ** 2;
		square += x[c]! ** 2;
		variance += (x[c]! - (mean?.[c] ?? 0)) ** 2;
	}
	return [error, square, variance];
}
