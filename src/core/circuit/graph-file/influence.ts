/** How much of a graph's outputs goes through each node, as circuit-tracer reckons it. */

export interface WeightedLinks {
	from: Uint32Array;
	to: Uint32Array;
	weight: Float32Array;
}

/**
 * The order of computation: a node comes after all that lead to it. Null where there is none, which is to say that the
 * links go round in a circle; `circle` then names a node of it.
 */
export function orderOf(
	count: number,
	{ from, to }: WeightedLinks
): { order: Uint32Array } | { circle: number } {
	const waiting = new Uint32Array(count);
	for (const node of to) waiting[node]!++;
	const starts = linksFrom(count, from);
	const order = new Uint32Array(count);
	let known = 0;
	for (let node = 0; node < count; node++) if (waiting[node] === 0) order[known++] = node;
	for (let at = 0; at < known; at++) {
		const node = order[at]!;
		for (let i = starts.offsets[node]!; i < starts.offsets[node + 1]!; i++) {
			const next = to[starts.links[i]!]!;
			if (--waiting[next]! === 0) order[known++] = next;
		}
	}
	if (known === count) return { order };
	return { circle: circleIn(waiting, { from, to }) };
}

/** Of what still waits something is in a circle: going back along the links leads into it. */
function circleIn(waiting: Uint32Array, { from, to }: Pick<WeightedLinks, 'from' | 'to'>): number {
	const before = new Map<number, number>();
	for (let i = 0; i < from.length; i++)
		if (waiting[from[i]!]! > 0 && waiting[to[i]!]! > 0) before.set(to[i]!, from[i]!);
	let node = before.keys().next().value!;
	for (let step = 0; step < waiting.length; step++) node = before.get(node)!;
	return node;
}

/** The links that start at each node: those of node n are `links[offsets[n] … offsets[n + 1]]`. */
function linksFrom(count: number, from: Uint32Array) {
	const offsets = new Uint32Array(count + 1);
	for (const node of from) offsets[node + 1]!++;
	for (let node = 0; node < count; node++) offsets[node + 1]! += offsets[node]!;
	const next = offsets.slice(0, count);
	const links = new Uint32Array(from.length);
	from.forEach((node, i) => (links[next[node]!++] = i));
	return { offsets, links };
}

/**
 * Each node's influence on the outputs, whose weights are `outputs`: what comes into a node is shared out by the sizes of its
 * links, and goes on the same way.
 */
export function influences(
	count: number,
	links: WeightedLinks,
	outputs: ReadonlyMap<number, number>,
	order: Uint32Array
): Float64Array {
	const { from, to, weight } = links;
	const sums = new Float64Array(count);
	weight.forEach((w, i) => (sums[to[i]!]! += Math.abs(w)));
	const back = linksFrom(count, to);
	const influence = new Float64Array(count);
	for (const node of order.toReversed()) {
		const own = influence[node]! + (outputs.get(node) ?? 0);
		if (own === 0 || sums[node] === 0) continue;
		for (let i = back.offsets[node]!; i < back.offsets[node + 1]!; i++) {
			const link = back.links[i]!;
			influence[from[link]!]! += (own * Math.abs(weight[link]!)) / sums[node]!;
		}
	}
	return influence;
}

/** Of each value the share of the sum that it and all larger ones make up. */
export function sharesReached(values: ArrayLike<number>): number[] {
	const order = Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]!);
	const total = Array.from(values).reduce((sum, v) => sum + v, 0) || 1;
	const reached = new Array<number>(values.length);
	let sum = 0;
	for (const i of order) reached[i] = (sum += values[i]!) / total;
	return reached;
}
