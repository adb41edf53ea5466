/**
 * What happens to features on their way along the residual stream (arXiv 2502.03032, section 4.2: born,
 * carried on, changed by a module, gone), read off a graph whose edges are already known to count or not.
 */
import type { FeatureId, Site } from '../names/ids';
import type { Origin } from './origin';
import { EMBEDDING, isFlowKind, placeOf, residBefore, residPost, tapOf } from '../names/site';

/** In the order in which they are listed for a feature. */
export type FlowEvent = 'birth' | 'change' | 'split' | 'merge' | 'end';

export interface EventGraph {
	/** Features of any site; only those of the residual stream have events. */
	nodes: { id: FeatureId; site: Site; layer: number; origin: Origin | null }[];
	/** Upstream to downstream; `counts`: above the threshold in force. Ends that are no nodes are passed over. */
	edges: { from: FeatureId; to: FeatureId; cosine: number; counts: boolean }[];
}

interface Stage {
	/** As the model taps it. */
	site: Site;
	before: Site | null;
	after: Site | null;
	/** Attention or MLP: the layer it writes in. */
	module: number | null;
}

interface Joints {
	/** Counting predecessors in the previous residual, the strongest cosine of each. */
	stream: Map<FeatureId, number>;
	/** Whether a module of its own layer counts among its predecessors. */
	module: boolean;
	/** Whether anything of the next residual counts. */
	goesOn: boolean;
	/** How many features of the next residual have it as their strongest predecessor. */
	heirs: number;
}

function stageOf(site: Site): Stage | null {
	const place = placeOf(site);
	if (!place || !isFlowKind(place.kind)) return null;
	const { kind, layer } = place;
	if (kind === 'attn' || kind === 'mlp') return { site, before: null, after: null, module: layer };
	if (kind === 'embed') return { site: EMBEDDING, before: null, after: residPost(0), module: null };
	const [before, after] = [residBefore(layer), residPost(layer + 1)];
	return { site: tapOf(site), before, after, module: null };
}

/**
 * The events of the residual features of a graph, the embedding's included; features without one are
 * not in the map.
 *
 * - birth: nothing of the previous residual counts, though there is a previous residual (its origin is
 *   not null)
 * - change: something of the previous residual counts, and something a module of its layer wrote
 * - split: the strongest predecessor of two or more features of the next residual; of equal ones, the
 *   edge listed first
 * - merge: two or more features of the previous residual count
 * - end: below `lastLayer`, and nothing of the next residual counts
 *
 * Without a dictionary at a site nobody can tell what passes there: where `measured` says so, the
 * births just after it and the ends just before it are not claimed.
 */
export function eventsOf(
	{ nodes, edges }: EventGraph,
	lastLayer: number,
	measured: (site: Site) => boolean = () => true
): Map<FeatureId, FlowEvent[]> {
	const stages = new Map(nodes.map((n) => [n.id, stageOf(n.site)]));
	const joints = join(stages, edges);
	const events = new Map<FeatureId, FlowEvent[]>();
	for (const { id, layer, origin } of nodes) {
		const stage = stages.get(id);
		if (!stage || stage.module !== null) continue;
		const { stream, module, goesOn, heirs } = joints.get(id)!;
		const first = stage.before === null || origin === null;
		const last = stage.site !== EMBEDDING && layer >= lastLayer;
		const happens: Record<FlowEvent, boolean> = {
			birth: !first && stream.size === 0 && measured(stage.before!),
			change: stream.size > 0 && module,
			split: heirs > 1,
			merge: stream.size > 1,
			end: !last && !goesOn && measured(stage.after!)
		};
		const found = (Object.keys(happens) as FlowEvent[]).filter((event) => happens[event]);
		if (found.length > 0) events.set(id, found);
	}
	return events;
}

function join(
	stages: Map<FeatureId, Stage | null>,
	edges: EventGraph['edges']
): Map<FeatureId, Joints> {
	const joints = new Map<FeatureId, Joints>();
	for (const id of stages.keys())
		joints.set(id, { stream: new Map(), module: false, goesOn: false, heirs: 0 });
	for (const { from, to, cosine, counts } of edges) {
		const [a, b] = [stages.get(from), stages.get(to)];
		if (!counts || !a || !b || b.module !== null) continue;
		const target = joints.get(to)!;
		if (a.module !== null) {
			target.module ||= residPost(a.module) === b.site;
		} else if (a.site === b.before) {
			joints.get(from)!.goesOn = true;
			target.stream.set(from, Math.max(cosine, target.stream.get(from) ?? -Infinity));
		}
	}
	for (const { stream } of joints.values()) {
		let best: FeatureId | null = null;
		for (const [from, cosine] of stream)
			if (best === null || cosine > stream.get(best)!) best = from;
		if (best !== null) joints.get(best)!.heirs++;
	}
	return joints;
}
