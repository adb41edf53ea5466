/** Where the nodes of a crowded stack lie: near their neighbours, apart, and out of each other's way. */
import type { FlowLink } from './flow';

/**
 * Positions in the order given, at least `gap` apart and within `low` to `high`, with the least sum of
 * squared distances from `targets`: isotonic regression by pooling adjacent violators.
 */
export function spaced(targets: number[], gap: number, low: number, high: number): number[] {
	const pools: { mean: number; size: number }[] = [];
	targets.forEach((target, i) => {
		let pool = { mean: target - i * gap, size: 1 };
		while (pools.length > 0 && pools.at(-1)!.mean > pool.mean) {
			const last = pools.pop()!;
			const size = last.size + pool.size;
			pool = { mean: (last.mean * last.size + pool.mean * pool.size) / size, size };
		}
		pools.push(pool);
	});
	const top = Math.max(low, high - (targets.length - 1) * gap);
	return pools
		.flatMap(({ mean, size }) => Array<number>(size).fill(Math.min(top, Math.max(low, mean))))
		.map((position, i) => position + i * gap);
}

/** Which of several parallel rows each takes, the first that is free, so that none of one row touch. */
export function rowsOf(positions: number[], size: number): number[] {
	const ends: number[] = [];
	return positions.map((position) => {
		const free = ends.findIndex((end) => position - end >= size - 1e-6);
		const row = free < 0 ? ends.length : free;
		ends[row] = position;
		return row;
	});
}

export interface Shelf {
	/** Only links within a lane straighten. */
	lane: string;
	members: string[];
	/** First and last position that a member may take. */
	low: number;
	high: number;
	gap: number;
}

const ROUNDS = 10;

/**
 * Positions of all members: along links between shelves of one lane they come to lie in line, as far as
 * order and room allow. Members without such a link stay where an even spread puts them.
 */
export function straighten(shelves: Shelf[], links: FlowLink[]): Map<string, number> {
	const at = new Map<string, number>();
	for (const { members, low, high, gap } of shelves) {
		const middle = (low + high) / 2;
		members.forEach((id, i) => at.set(id, middle + (i - (members.length - 1) / 2) * gap));
	}
	const near = new Map<string, { id: string; weight: number }[]>();
	const lane = new Map(shelves.flatMap((shelf) => shelf.members.map((id) => [id, shelf.lane])));
	for (const { from, to, cosine } of links) {
		if (!lane.has(from) || lane.get(from) !== lane.get(to)) continue;
		// A strong link pulls much harder than a weak one: chains stay straight, strays bend.
		const weight = Math.max(1e-3, cosine) ** 3;
		near.set(from, [...(near.get(from) ?? []), { id: to, weight }]);
		near.set(to, [...(near.get(to) ?? []), { id: from, weight }]);
	}
	for (let round = 0; round < ROUNDS; round++)
		for (const shelf of round % 2 === 0 ? shelves : shelves.toReversed()) {
			const targets = shelf.members.map((id) => {
				const others = near.get(id) ?? [];
				const weight = others.reduce((sum, o) => sum + o.weight, 0);
				if (weight === 0) return at.get(id)!;
				return others.reduce((sum, o) => sum + o.weight * at.get(o.id)!, 0) / weight;
			});
			spaced(targets, shelf.gap, shelf.low, shelf.high).forEach((position, i) =>
				at.set(shelf.members[i]!, position)
			);
		}
	return at;
}
