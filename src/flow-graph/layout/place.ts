/** Where the nodes of a crowded stack go: near their neighbours, and not over each other. */
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

/** Which of several parallel rows each takes: the first in which it does not touch the one before. */
export function rowsOf(positions: number[], size: number): number[] {
	const ends: number[] = [];
	return positions.map((position) => {
		const free = ends.findIndex((end) => position - end >= size - 1e-6);
		const row = free < 0 ? ends.length : free;
		ends[row] = position;
		return row;
	});
}

/** A stack, and where its members may go. */
export interface StackRange {
	/** Only links within a lane are straightened. */
	lane: string;
	members: string[];
	/** First and last position that a member may take. */
	low: number;
	high: number;
	gap: number;
}

const ROUNDS = 10;

/**
 * Positions of all members. Those linked within a lane are brought into line as far as order and room allow;
 * those without such a link stay where an even spread puts them.
 */
export function straighten(stacks: StackRange[], links: FlowLink[]): Map<string, number> {
	const at = new Map<string, number>();
	for (const { members, low, high, gap } of stacks) {
		const middle = (low + high) / 2;
		members.forEach((id, i) => at.set(id, middle + (i - (members.length - 1) / 2) * gap));
	}
	const near = new Map<string, { id: string; weight: number }[]>();
	const lane = new Map(stacks.flatMap((stack) => stack.members.map((id) => [id, stack.lane])));
	for (const { from, to, cosine } of links) {
		if (!lane.has(from) || lane.get(from) !== lane.get(to)) continue;
		// A strong link pulls much harder than a weak one, so that chains stay straight.
		const weight = Math.max(1e-3, cosine) ** 3;
		near.set(from, [...(near.get(from) ?? []), { id: to, weight }]);
		near.set(to, [...(near.get(to) ?? []), { id: from, weight }]);
	}
	for (let round = 0; round < ROUNDS; round++)
		for (const stack of round % 2 === 0 ? stacks : stacks.toReversed()) {
			const targets = stack.members.map((id) => {
				const others = near.get(id) ?? [];
				const weight = others.reduce((sum, o) => sum + o.weight, 0);
				if (weight === 0) return at.get(id)!;
				return others.reduce((sum, o) => sum + o.weight * at.get(o.id)!, 0) / weight;
			});
			spaced(targets, stack.gap, stack.low, stack.high).forEach((position, i) =>
				at.set(stack.members[i]!, position)
			);
		}
	return at;
}
