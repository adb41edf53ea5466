/**
 * Orders the nodes of every stack so that few edges cross: barycentre sweeps along depth and back, then
 * exchanges of neighbours (Sugiyama, Tagawa and Toda 1981; Gansner et al. 1993, section 3). The orders given
 * are kept unless another has strictly fewer crossings.
 */
import type { FlowLink } from './flow';

/** Where the node at a place of a stack lies across depth. */
export type Across = (stack: number, place: number) => number;

/** Sweeps there and back; fewer if `PATIENCE` of them in a row find nothing better. */
const SWEEPS = 24;
const PATIENCE = 6;
const EXCHANGES = 8;

/** Nodes as numbers, in the order of computation. */
interface Net {
	ids: string[];
	/** Which stack a node is in. */
	home: Int32Array;
	up: Int32Array[];
	down: Int32Array[];
	/** Cosines of the links of `up` and `down`. */
	weights: { up: Float64Array[]; down: Float64Array[] };
}

class Order {
	/** Place in its stack and position across depth of every node. */
	readonly place: Int32Array;
	readonly at: Float64Array;

	constructor(
		readonly stacks: Int32Array[],
		readonly across: Across
	) {
		const size = stacks.reduce((sum, stack) => sum + stack.length, 0);
		this.place = new Int32Array(size);
		this.at = new Float64Array(size);
		stacks.forEach((_, s) => this.settle(s));
	}

	/** Notes where the nodes of a stack have come to lie. */
	settle(s: number): void {
		this.stacks[s]!.forEach((node, place) => this.put(node, s, place));
	}

	put(node: number, s: number, place: number): void {
		this.place[node] = place;
		this.at[node] = this.across(s, place);
	}

	copy(): Order {
		return new Order(
			this.stacks.map((stack) => stack.slice()),
			this.across
		);
	}
}

/**
 * Stacks reordered. A stack holds the ids of one layer and kind, in their order across depth; stacks come in
 * the order of computation.
 */
export function orderStacks(stacks: string[][], links: FlowLink[], across: Across): string[][] {
	const net = netOf(stacks, links);
	let next = 0;
	const numbers = stacks.map((stack) => Int32Array.from(stack, () => next++));
	let best = new Order(numbers, across);
	let least = crossings(best, net);
	const better = (order: Order): boolean => {
		const found = crossings(order, net);
		if (found >= least) return false;
		[best, least] = [order.copy(), found];
		return true;
	};
	const trial = best.copy();
	for (let sweep = 0, idle = 0; sweep < SWEEPS && idle < PATIENCE && least > 0; sweep++) {
		sweepOnce(trial, net, sweep % 2 === 0 ? 'up' : 'down');
		idle = better(trial) ? 0 : idle + 1;
	}
	const fine = best.copy();
	for (let pass = 0; pass < EXCHANGES && least > 0 && exchange(fine, net); pass++);
	better(fine);
	return best.stacks.map((stack) => Array.from(stack, (node) => net.ids[node]!));
}

function netOf(stacks: string[][], links: FlowLink[]): Net {
	const ids = stacks.flat();
	const number = new Map(ids.map((id, n) => [id, n]));
	const home = Int32Array.from(stacks.flatMap((stack, s) => stack.map(() => s)));
	const lists = () => ids.map((): number[] => []);
	const [up, down, upWeights, downWeights] = [lists(), lists(), lists(), lists()];
	for (const { from, to, cosine } of links) {
		const [a, b] = [number.get(from), number.get(to)];
		if (a === undefined || b === undefined || home[a] === home[b]) continue;
		up[b]!.push(a);
		down[a]!.push(b);
		upWeights[b]!.push(Math.max(1e-3, cosine));
		downWeights[a]!.push(Math.max(1e-3, cosine));
	}
	const whole = (list: number[][]) => list.map((l) => Int32Array.from(l));
	const real = (list: number[][]) => list.map((l) => Float64Array.from(l));
	const weights = { up: real(upWeights), down: real(downWeights) };
	return { ids, home, up: whole(up), down: whole(down), weights };
}

/** Sorts every stack by the weighted mean of where its neighbours on one side lie. */
function sweepOnce(order: Order, net: Net, side: 'up' | 'down'): void {
	const { stacks, at } = order;
	const pull = new Float64Array(at.length);
	for (let turn = 0; turn < stacks.length; turn++) {
		const s = side === 'up' ? turn : stacks.length - 1 - turn;
		const stack = stacks[s]!;
		for (const node of stack) {
			const near = net[side][node]!;
			const weights = net.weights[side][node]!;
			let [total, weight] = [0, 0];
			for (let i = 0; i < near.length; i++) {
				total += weights[i]! * at[near[i]!]!;
				weight += weights[i]!;
			}
			pull[node] = weight > 0 ? total / weight : at[node]!;
		}
		stack.sort((a, b) => pull[a]! - pull[b]! || order.place[a]! - order.place[b]!);
		order.settle(s);
	}
}

/** Exchanges neighbours where that uncrosses edges; whether any were. */
function exchange(order: Order, net: Net): boolean {
	let changed = false;
	order.stacks.forEach((stack, s) => {
		for (let place = 0; place + 1 < stack.length; place++) {
			const [a, b] = [stack[place]!, stack[place + 1]!];
			if (gain(a, b, net, order.at) <= 0) continue;
			[stack[place], stack[place + 1]] = [b, a];
			order.put(b, s, place);
			order.put(a, s, place + 1);
			changed = true;
		}
	});
	return changed;
}

/** How many crossings go when `a`, just before `b`, comes after it. */
function gain(a: number, b: number, { home, up, down }: Net, at: Float64Array): number {
	let gone = 0;
	for (const p of up[a]!) for (const q of up[b]!) gone += Math.sign(at[p]! - at[q]!);
	for (const p of down[a]!)
		for (const q of down[b]!) if (home[p] === home[q]) gone += Math.sign(at[p]! - at[q]!);
	return gone;
}

/** Pairs of edges into the same stack that swap sides between their two ends. */
function crossings({ stacks, place, at }: Order, { home, down }: Net): number {
	// For each stack a Fenwick tree over its places: how many edges seen so far end there.
	const trees = stacks.map((stack) => new Int32Array(stack.length + 1));
	const ends = new Int32Array(stacks.length);
	let found = 0;
	const sources = Int32Array.from(at.keys()).sort((a, b) => at[a]! - at[b]!);
	for (const source of sources) {
		const targets = down[source]!;
		for (const target of targets) {
			const tree = trees[home[target]!]!;
			found += ends[home[target]!]!;
			for (let i = place[target]! + 1; i > 0; i -= i & -i) found -= tree[i]!;
		}
		// Only now: edges that share an end do not cross.
		for (const target of targets) {
			const tree = trees[home[target]!]!;
			ends[home[target]!]!++;
			for (let i = place[target]! + 1; i < tree.length; i += i & -i) tree[i]!++;
		}
	}
	return found;
}
