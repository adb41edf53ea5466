/** From logits to tokens: softmax, the likeliest, and seeded sampling with temperature and top-p. */

/** Probabilities of `logits` at a temperature above zero, in float64. */
export function softmax(logits: Float32Array, temperature = 1): Float64Array {
	let max = -Infinity;
	for (const x of logits) if (x > max) max = x;
	const p = new Float64Array(logits.length);
	let sum = 0;
	for (let i = 0; i < p.length; i++) sum += p[i] = Math.exp((logits[i]! - max) / temperature);
	for (let i = 0; i < p.length; i++) p[i]! /= sum;
	return p;
}

/** −ln p of a token under the softmax of `logits`, in nats. */
export function surprise(logits: Float32Array, token: number): number {
	let max = -Infinity;
	for (const x of logits) if (x > max) max = x;
	let total = 0;
	for (const x of logits) total += Math.exp(x - max);
	return max + Math.log(total) - logits[token]!;
}

/** Index of the largest value; the first of equals. */
export function argmax(values: ArrayLike<number>): number {
	let best = 0;
	for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
	return best;
}

/** Indices of the k largest values, largest first; of equals the smaller index first. */
export function largest(values: ArrayLike<number>, k: number): number[] {
	const best: number[] = [];
	for (let i = 0; i < values.length; i++) {
		if (best.length === k && values[i]! <= values[best[k - 1]!]!) continue;
		let at = best.length;
		while (at > 0 && values[best[at - 1]!]! < values[i]!) at--;
		best.splice(at, 0, i);
		if (best.length > k) best.pop();
	}
	return best;
}

export interface Sampling {
	/** 0 takes the likeliest token. */
	temperature: number;
	/** Samples from the smallest set of tokens whose probabilities reach this sum. */
	topP: number;
}

/** The next token. Takes exactly one number from `uniform`, whatever the settings. */
export function sample(
	logits: Float32Array,
	{ temperature, topP }: Sampling,
	uniform: () => number
) {
	const draw = uniform();
	if (temperature <= 0) return argmax(logits);
	const p = softmax(logits, temperature);
	if (topP >= 1) return pick(p, null, draw);
	const order = Array.from(p.keys()).sort((a, b) => p[b]! - p[a]! || a - b);
	let kept = 0;
	for (let sum = 0; kept < order.length && sum < topP; kept++) sum += p[order[kept]!]!;
	return pick(p, order.slice(0, Math.max(1, kept)), draw);
}

function pick(p: Float64Array, among: number[] | null, draw: number): number {
	const count = among?.length ?? p.length;
	let total = 0;
	for (let i = 0; i < count; i++) total += p[among ? among[i]! : i]!;
	let left = draw * total;
	for (let i = 0; i < count; i++) {
		const id = among ? among[i]! : i;
		left -= p[id]!;
		if (left < 0) return id;
	}
	return among ? among[count - 1]! : count - 1;
}
