/**
 * The flow of all features active on a prompt, merged into one graph: short-range matches only, between features
 * that are both active on it (arXiv 2502.03032, section 4.2, for one feature at a time).
 */
import type { FeatureId, FlowEdge, FlowNode, SaeId } from './contract';
import { counts, originRow, upstreamSites, type Decoders, type Thresholds } from './flow';
import { zScore } from './matching';
import { EMBEDDING, featureId, parseFeatureId, placeOf, siteOf } from './site';

/** A feature on the prompt: where it is strongest, as a share of its maximum elsewhere. */
export interface Active {
	share: number;
	peak: number;
	at: number;
}

/** Share of the nodes kept for residual features; the rest are those that modules write into them. */
const RESIDUAL = 0.7;

/** The strongest residual features of each layer, as many as fit. */
export function chosenResiduals(
	active: Map<SaeId, Map<number, Active>>,
	most: number
): { sae: SaeId; index: number }[] {
	const resid = [...active.keys()].filter((sae) => {
		const kind = placeOf(siteOf(sae))?.kind;
		return kind === 'resid' || kind === 'embed';
	});
	const each = Math.max(1, Math.floor((RESIDUAL * most) / Math.max(1, resid.length)));
	return resid.flatMap((sae) =>
		[...active.get(sae)!]
			.sort(([i, a], [j, b]) => b.share - a.share || i - j)
			.slice(0, each)
			.map(([index]) => ({ sae, index }))
	);
}

/** A node's edges to what it most resembles one step before, where that is active too and the match counts. */
export function matchesOf(
	id: FeatureId,
	active: Map<SaeId, Map<number, Active>>,
	decoders: Decoders,
	thresholds: Thresholds
): FlowEdge[] {
	const place = placeOf(siteOf(parseFeatureId(id)!.sae))!;
	if (place.kind !== 'resid') return [];
	return Object.values(upstreamSites(place.layer)).flatMap((site) => {
		const sae = decoders.at(site);
		if (sae === null) return [];
		const { index, cosine } = decoders.best(id, sae);
		const chance = decoders.null(sae);
		if (!active.get(sae)?.has(index) || !counts(site, cosine, chance, thresholds)) return [];
		return [{ from: featureId(sae, index), to: id, cosine, z: zScore(cosine, chance) }];
	});
}

export function promptNode(id: FeatureId, { peak, at }: Active, decoders: Decoders) {
	const site = siteOf(parseFeatureId(id)!.sae);
	const { origin, from, missing } = originRow(id, decoders);
	const layer = site === EMBEDDING ? 0 : placeOf(site)!.layer;
	return { id, site, layer, origin, from, missing, peak, at } satisfies FlowNode &
		Omit<Active, 'share'>;
}
