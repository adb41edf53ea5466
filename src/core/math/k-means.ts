/** Lloyd's k-means with centres begun by k-means++ (Arthur and Vassilvitskii 2007). */

interface Effort {
	/** The best of so many starts counts. */
	starts: number;
	/** Steps of each start at most. */
	turns: number;
}

/** Of each of the points, `[n × d]`, its cluster, below k. Where fewer than k points differ, some clusters stay empty. */
export function kMeans(
	points: Float64Array,
	d: number,
	k: number,
	uniform: () => number,
	{ starts, turns }: Effort
): Uint16Array {
	const n = points.length / d;
	let best: { of: Uint16Array; cost: number } | null = null;
	for (let start = 0; start < starts; start++) {
		const centres = firstCentres(points, d, k, uniform);
		const of = new Uint16Array(n);
		let cost = Infinity;
		for (let turn = 0; turn < turns; turn++) {
			let sum = 0;
			for (let i = 0; i < n; i++) {
				let least = Infinity;
				for (let c = 0; c < k; c++) {
					const away = distance(points, i, centres, c, d);
					if (away < least) [least, of[i]] = [away, c];
				}
				sum += least;
			}
			if (sum >= cost - 1e-12) break;
			cost = sum;
			recentre(points, of, centres, d);
		}
		if (!best || cost < best.cost) best = { of, cost };
	}
	return best!.of;
}

/** Moves each centre that has points to their mean. */
function recentre(points: Float64Array, of: Uint16Array, centres: Float64Array, d: number): void {
	const k = centres.length / d;
	const counts = new Uint32Array(k);
	const sums = new Float64Array(centres.length);
	of.forEach((c, i) => {
		counts[c]!++;
		for (let a = 0; a < d; a++) sums[c * d + a]! += points[i * d + a]!;
	});
	for (let c = 0; c < k; c++)
		for (let a = 0; a < d && counts[c]! > 0; a++)
			centres[c * d + a] = sums[c * d + a]! / counts[c]!;
}

function firstCentres(
	points: Float64Array,
	d: number,
	k: number,
	uniform: () => number
): Float64Array {
	const n = points.length / d;
	const centres = new Float64Array(k * d);
	const take = (c: number, i: number) => centres.set(points.subarray(i * d, i * d + d), c * d);
	take(0, Math.floor(uniform() * n));
	const away = new Float64Array(n).fill(Infinity);
	for (let c = 1; c < k; c++) {
		let sum = 0;
		for (let i = 0; i < n; i++)
			sum += away[i] = Math.min(away[i]!, distance(points, i, centres, c - 1, d));
		let left = uniform() * sum;
		take(
			c,
			Math.max(
				0,
				away.findIndex((x) => (left -= x) <= 0)
			)
		);
	}
	return centres;
}

function distance(a: Float64Array, i: number, b: Float64Array, j: number, d: number): number {
	let sum = 0;
	for (let c = 0; c < d; c++) sum += (a[i * d + c]! - b[j * d + c]!) ** 2;
	return sum;
}
