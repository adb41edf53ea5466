/**
 * Feature flow: where a feature comes from and where it goes (arXiv 2502.03032, sections 3 and 4.2).
 * Short-range matches are composed layer by layer; far layers are never matched directly. Unlike the
 * paper, "high" is decided by a null for each target decoder, not by one fixed threshold.
 */
import type { FeatureId, SaeId } from '../names/ids';
import type { FlowEdge, FlowGraph, FlowNode } from './graph';
import type { Origin, OriginRow } from './origin';
import { isHigh, zScore, type Best, type Null } from './matching';
import {
	attnOut,
	depthOf,
	EMBEDDING,
	featureId,
	isFlowKind,
	mlpOut,
	parseFeatureId
} from '../names/site';
import { placeOf, residBefore, residPost, siteOf, tapOf } from '../names/site';

export type UpstreamKind = 'resid' | 'mlp' | 'attn';
export const UPSTREAM: readonly UpstreamKind[] = ['resid', 'mlp', 'attn'];

/** What flow needs to know of the SAEs at hand. */
export interface Decoders {
	/** The SAE to use at a site; null when there is none. */
	at(site: string): SaeId | null;
	/** Best match of a feature in another SAE's decoder. */
	best(id: FeatureId, target: SaeId): Best;
	cosine(a: FeatureId, b: FeatureId): number;
	null(target: SaeId): Null;
}

/** Least cosines that count; absent: the target's null decides. */
export interface Thresholds {
	tRes?: number;
	tModule?: number;
}

/** Sites that write what a residual site of `layer` holds. */
export function upstreamSites(layer: number): Record<UpstreamKind, string> {
	return { resid: residBefore(layer), mlp: mlpOut(layer), attn: attnOut(layer) };
}

/** Whether features of this site have an origin: residual ones, but for the first residual site. */
export function hasOrigin(site: string, decoders: Pick<Decoders, 'at'>): boolean {
	const place = placeOf(site);
	if (place?.kind !== 'resid') return false;
	return place.layer > 0 || decoders.at(EMBEDDING) !== null;
}

function originOf(high: Set<UpstreamKind>): Exclude<Origin, 'not measured'> {
	const module = high.has('mlp') || high.has('attn');
	if (high.has('resid')) return module ? 'processed' : 'translated';
	return module ? 'newborn' : 'unexplained';
}

/** The origin when some scores are unknown: not measured if any of them could change it. */
function decide(high: Set<UpstreamKind>, unknown: UpstreamKind[]): [Origin, UpstreamKind[]] {
	const possible = (kinds: UpstreamKind[]): Set<string> =>
		kinds
			.reduce((sets, kind) => sets.flatMap((s) => [s, new Set([...s, kind])]), [new Set(high)])
			.reduce((labels, s) => labels.add(originOf(s)), new Set<string>());
	if (possible(unknown).size === 1) return [originOf(high), []];
	const matters = unknown.filter((kind) => {
		const others = unknown.filter((k) => k !== kind);
		return possible(others).size < possible(unknown).size || possible([kind]).size > 1;
	});
	return ['not measured', matters];
}

/** The origin of one residual feature, with its scores; all null for a feature that has none. */
export function originRow(id: FeatureId, decoders: Decoders): OriginRow {
	const scores: OriginRow['scores'] = { resid: null, mlp: null, attn: null };
	const z: OriginRow['z'] = { resid: null, mlp: null, attn: null };
	const site = siteOf(parseFeatureId(id)!.sae);
	if (!hasOrigin(site, decoders)) return { origin: null, from: [], missing: [], scores, z };
	const upstream = upstreamSites(placeOf(site)!.layer);
	const high = new Set<UpstreamKind>();
	const unknown: UpstreamKind[] = [];
	for (const kind of UPSTREAM) {
		const target = decoders.at(upstream[kind]);
		if (target === null) {
			unknown.push(kind);
			continue;
		}
		const chance = decoders.null(target);
		const score = decoders.best(id, target).cosine;
		scores[kind] = score;
		z[kind] = zScore(score, chance);
		if (isHigh(score, chance)) high.add(kind);
	}
	const [origin, matters] = decide(high, unknown);
	const from = UPSTREAM.filter((kind) => high.has(kind));
	return { origin, from, missing: matters.map((kind) => upstream[kind]), scores, z };
}

/** Whether `b` can be written from `a` in one step: the sites a match may join. */
export function isStep(a: string, b: string): boolean {
	const [from, to] = [placeOf(a), placeOf(b)];
	if (!from || !to || !isFlowKind(from.kind) || !isFlowKind(to.kind)) return false;
	if (to.kind === 'embed') return false;
	if (from.kind === 'resid' || from.kind === 'embed') return tapOf(a) === residBefore(to.layer);
	if (from.layer !== to.layer) return false;
	return to.kind === 'resid' || (to.kind === 'mlp' && from.kind === 'attn');
}

/** Whether a match into `site` is one: at least the fixed cosine, or high by the null. */
export function counts(site: string, cosine: number, chance: Null, at: Thresholds): boolean {
	const kind = placeOf(site)!.kind;
	const fixed = kind === 'attn' || kind === 'mlp' ? at.tModule : at.tRes;
	return fixed === undefined ? isHigh(cosine, chance) : cosine >= fixed;
}

class Chain {
	readonly ids = new Set<FeatureId>();
	constructor(
		readonly decoders: Decoders,
		readonly thresholds: Thresholds
	) {}

	/** Best match of `id` at `site` when it is high enough. */
	match(id: FeatureId, site: string): FeatureId | null {
		const target = this.decoders.at(site);
		if (target === null) return null;
		const best = this.decoders.best(id, target);
		const enough = counts(site, best.cosine, this.decoders.null(target), this.thresholds);
		return enough ? featureId(target, best.index) : null;
	}

	/** From a residual feature back to where it was born, with what the modules wrote on the way. */
	back(start: FeatureId): void {
		for (let id: FeatureId | null = start; id !== null;) {
			this.ids.add(id);
			const place = placeOf(siteOf(parseFeatureId(id)!.sae))!;
			if (place.kind === 'embed') return;
			this.modules(id, place.layer);
			id = this.match(id, residBefore(place.layer));
		}
	}

	/** From a residual feature on to the last layer that still holds it. */
	forward(start: FeatureId): void {
		let layer =
			placeOf(siteOf(parseFeatureId(start)!.sae))!.kind === 'embed'
				? 0
				: placeOf(siteOf(parseFeatureId(start)!.sae))!.layer + 1;
		for (let id = this.match(start, residPost(layer)); id !== null;) {
			this.ids.add(id);
			this.modules(id, layer);
			id = this.match(id, residPost(++layer));
		}
	}

	modules(id: FeatureId, layer: number): void {
		for (const site of [mlpOut(layer), attnOut(layer)]) {
			const found = this.match(id, site);
			if (found) this.ids.add(found);
		}
	}
}

/** The flow graph of one feature. */
export function flowGraph(start: FeatureId, thresholds: Thresholds, decoders: Decoders): FlowGraph {
	const chain = new Chain(decoders, thresholds);
	chain.ids.add(start);
	const place = placeOf(siteOf(parseFeatureId(start)!.sae))!;
	if (place.kind === 'resid' || place.kind === 'embed') {
		chain.back(start);
		chain.forward(start);
	} else if (isFlowKind(place.kind)) {
		// A module's feature joins the residual stream where it is written, and may come from before it.
		const written = chain.match(start, residPost(place.layer));
		const before = chain.match(start, residBefore(place.layer));
		if (before) chain.back(before);
		if (written) {
			chain.back(written);
			chain.forward(written);
		}
	}
	const ids = [...chain.ids].sort(
		(a, b) => depthOf(siteOf(parseFeatureId(a)!.sae)) - depthOf(siteOf(parseFeatureId(b)!.sae))
	);
	const edges: FlowEdge[] = [];
	const nulls: FlowGraph['null'] = {};
	for (const from of ids)
		for (const to of ids) {
			const [a, b] = [parseFeatureId(from)!.sae, parseFeatureId(to)!.sae];
			if (!isStep(siteOf(a), siteOf(b))) continue;
			const chance = decoders.null(a);
			const cosine = decoders.cosine(from, to);
			edges.push({ from, to, cosine, z: zScore(cosine, chance) });
			nulls[`${a}→${b}`] = { median: chance.median, q999: chance.q999 };
		}
	return { nodes: ids.map((id) => flowNode(id, decoders)), edges, null: nulls };
}

function flowNode(id: FeatureId, decoders: Decoders): FlowNode {
	const site = siteOf(parseFeatureId(id)!.sae);
	const { origin, from, missing } = originRow(id, decoders);
	return { id, site, layer: placeOf(site)!.layer, origin, from, missing };
}

/** The residual features of a flow graph, in order of depth; the feature itself is always there. */
export function chainOf(graph: FlowGraph, id: FeatureId): FeatureId[] {
	const chain = graph.nodes
		.filter((node) => node.id === id || placeOf(node.site)?.kind === 'resid')
		.toSorted((a, b) => a.layer - b.layer)
		.map((node) => node.id);
	return chain.includes(id) ? chain : [id, ...chain];
}
