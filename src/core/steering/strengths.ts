/**
 * How strongly to steer: a strength spread over a chain of layers (Laptev et al., "Analyze Feature
 * Flow", arXiv 2502.03032, appendix B), and the strength that moves the model by a given amount.
 */

export type Spread = 'constant' | 'linear' | 'exponential';

export interface SpreadOptions {
	/** s: the strength at the first layer of the chain. */
	strength: number;
	/** α of the exponential; −0.05, as in the paper, unless said otherwise. */
	alpha?: number;
	/** s*: the strength at the last layer of the linear spread; 1, as in the paper, unless said otherwise. */
	last?: number;
}

/**
 * The strength at each of `layers`, in their order: constant s; exponential s · e^(α (l − l_start));
 * linear k · l + b with k = (s* − s) / (l_end − l_start) and b = s − k · l_start, that is from s at
 * l_start to s* at l_end. The paper writes s · e^(αl) and does not say whether l is absolute or counted
 * from l_start; we count from l_start, so that s is what the first layer gets whatever the spread.
 * A chain of one layer gives s.
 */
export function spread(
	kind: Spread,
	layers: readonly number[],
	{ strength, alpha = -0.05, last = 1 }: SpreadOptions
): number[] {
	const start = Math.min(...layers);
	const length = Math.max(...layers) - start;
	return layers.map((layer) => {
		if (kind === 'constant' || length === 0) return strength;
		const passed = layer - start;
		if (kind === 'exponential') return strength * Math.exp(alpha * passed);
		return strength + ((last - strength) * passed) / length;
	});
}

export interface Tried {
	strength: number;
	kl: number;
}

export interface MatchOptions {
	/** No strength above it is tried. */
	most: number;
	/** How far from the target the divergence may be, in the same unit. */
	tolerance: number;
	/** How often the divergence may be measured. */
	steps: number;
	/** Tried first; 1 unless said otherwise, or `most` where that is less. */
	start?: number;
}

export interface Matched extends Tried {
	/** Whether `kl` is within the tolerance. */
	reached: boolean;
	/** All that was measured, in the order in which it was. */
	tried: Tried[];
}

/** A bracket this narrow, as a ratio, has closed around a jump. */
const CLOSED = 1 + 1e-9;

/**
 * The strength above 0 at which the steered model's next-token distribution lies `target` away from
 * the unsteered one (Kullback–Leibler), so that ways of steering can be compared at equal effect.
 * From `start` the strength is doubled, or halved, until two neighbours enclose the target; then
 * their bracket is bisected on the logarithm of the strength. The divergence need not rise all the
 * way: the first bracket met is the one searched, so that a crossing beyond it, or a pair of them
 * between two neighbours, is not seen. A divergence that is not finite counts as above the target.
 * `reached` is false, and what came nearest is given, where no bracket lies below `most`, the steps
 * are used up, or the divergence jumps over the target. Throws a RangeError for a target, a `most`, a
 * start or a number of steps that is not above 0.
 */
export async function matchKl(
	kl: (strength: number) => Promise<number>,
	target: number,
	{ most, tolerance, steps, start = 1 }: MatchOptions
): Promise<Matched> {
	if (!(target > 0 && most > 0 && most < Infinity && start > 0 && steps >= 1 && tolerance >= 0))
		throw new RangeError('A divergence is matched with limits above 0.');
	const tried: Tried[] = [];
	let [low, high] = [0, Infinity];
	let next: number | null = Math.min(start, most);
	while (next !== null && tried.length < steps) {
		const at = { strength: next, kl: await kl(next) };
		tried.push(at);
		if (Math.abs(at.kl - target) <= tolerance) return { ...at, reached: true, tried };
		if (at.kl < target) low = next;
		else high = next;
		next = between(low, high, most);
	}
	return { ...tried.reduce((a, b) => nearer(a, b, target)), reached: false, tried };
}

/** Where to measure next, between 0 and Infinity that stand for ends not yet found; null for nowhere. */
function between(low: number, high: number, most: number): number | null {
	if (high === Infinity) return low < most ? Math.min(2 * low, most) : null;
	if (low === 0) return high / 2 > 0 ? high / 2 : null;
	return high / low > CLOSED ? Math.sqrt(low * high) : null;
}

/** The one that lies nearer to the target; of equals the later, which closes the narrower bracket. */
function nearer(a: Tried, b: Tried, target: number): Tried {
	const distance = ({ kl }: Tried) => (Number.isFinite(kl) ? Math.abs(kl - target) : Infinity);
	return distance(b) <= distance(a) ? b : a;
}
