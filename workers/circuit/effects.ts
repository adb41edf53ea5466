/** What each node is worth: the change of m when it is set to its value on another prompt, or to 0. */
import type { CircuitMethod } from '../../src/core/circuit/circuit';
import type { Site } from '../../src/core/names/ids';
import type { Adds, Metric, ModelGradients } from './model-gradients';
import { dot } from '../../src/core/math/dot';
import type { SiteNodes } from './reading';

/** Steps of integrated gradients, from the prompt towards the other (left Riemann sum), as in the paper's code. */
const STEPS = 10;

export interface Node {
	at: SiteNodes;
	position: number;
	/** Of a feature; null for the error. */
	index: number | null;
	activation: number;
	/** What setting it to its other value adds to the stream there, `[dModel]`. */
	change: Float32Array;
	effect: number;
}

/** All nodes that are active on either prompt, without effects. `other` has the same SAEs in the same order; null is 0. */
export function nodesOf(sites: SiteNodes[], other: SiteNodes[] | null): Node[] {
	return sites.flatMap((at, s) => {
		const d = at.sae.wDec.columns;
		const tokens = at.x.length / d;
		return Array.from({ length: tokens }, (_, position) => {
			const there = other?.[s] ?? null;
			const [mine, theirs] = [active(at, position), there && active(there, position)];
			const indices = new Set([...mine.keys(), ...(theirs?.keys() ?? [])]);
			const features = [...indices].map((index): Node => {
				const activation = mine.get(index) ?? 0;
				const change = at.write(position, index).map((w) => -activation * w);
				const value = theirs?.get(index) ?? 0;
				if (value > 0) {
					const write = there!.write(position, index);
					for (let c = 0; c < d; c++) change[c]! += value * write[c]!;
				}
				return { at, position, index, activation, change, effect: 0 };
			});
			const error = at.error.subarray(position * d, (position + 1) * d);
			const toward = there?.error.subarray(position * d, (position + 1) * d);
			const change = error.map((e, c) => (toward?.[c] ?? 0) - e);
			const activation = Math.sqrt(dot(error, error));
			return [...features, { at, position, index: null, activation, change, effect: 0 }];
		}).flat();
	});
}

function active({ codes }: SiteNodes, t: number): Map<number, number> {
	const found = new Map<number, number>();
	for (let i = codes.offsets[t]!; i < codes.offsets[t + 1]!; i++)
		found.set(codes.features[i]!, codes.activations[i]!);
	return found;
}

/** Gradients of m at each site of `sites`, at the prompt itself or as the mean of steps towards the other. */
export async function slopes(
	method: Exclude<CircuitMethod, 'exact'>,
	gradients: ModelGradients,
	ids: number[],
	metric: Metric,
	sites: SiteNodes[],
	other: SiteNodes[] | null,
	told: (done: number, total: number) => void,
	signal?: AbortSignal
): Promise<Map<Site, Float32Array>> {
	if (method === 'grad') {
		const names = sites.map(({ site }) => site);
		return (await gradients.run(ids, metric, [new Map()], names, signal)).at;
	}
	const found = new Map<Site, Float32Array>();
	for (const [s, { site, x, base }] of sites.entries()) {
		const goal = other?.[s]!.x ?? base;
		const adds: Adds[] = Array.from(
			{ length: STEPS },
			(_, step) => new Map([[site, x.map((v, i) => (step / STEPS) * (goal[i]! - v))]])
		);
		const each = (await gradients.run(ids, metric, adds, [site], signal)).at.get(site)!;
		const mean = new Float32Array(x.length);
		for (let i = 0; i < each.length; i++) mean[i % x.length]! += each[i]! / STEPS;
		found.set(site, mean);
		told(s + 1, sites.length);
	}
	return found;
}

/** Sets the effects that these gradients give. */
export function estimate(nodes: Node[], slope: ReadonlyMap<Site, Float32Array>): void {
	for (const node of nodes) {
		const d = node.change.length;
		const at = slope.get(node.at.site)!.subarray(node.position * d, (node.position + 1) * d);
		node.effect = dot(at, node.change);
	}
}

/** Sets exact effects: a run for each of `nodes`. */
export async function measure(
	nodes: Node[],
	gradients: ModelGradients,
	ids: number[],
	metric: Metric,
	clean: number,
	told: (done: number, total: number) => void,
	signal?: AbortSignal
): Promise<void> {
	const BATCH = 32;
	for (let from = 0; from < nodes.length; from += BATCH) {
		const part = nodes.slice(from, from + BATCH);
		const adds = part.map(({ at, position, change }) => {
			const all = new Float32Array(at.x.length);
			all.set(change, position * change.length);
			return new Map([[at.site, all]]);
		});
		const found = await gradients.metrics(ids, metric, adds, signal);
		part.forEach((node, i) => (node.effect = found[i]! - clean));
		told(Math.min(from + BATCH, nodes.length), nodes.length);
	}
}
