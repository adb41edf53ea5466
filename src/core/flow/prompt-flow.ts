/**
 * The flow of all features active on a prompt, merged into one graph: short-range matches only, between features
 * that are both active on it (arXiv 2502.03032, section 4.2, for one feature at a time). Of two prompts the
 * graphs are merged into one, so that they can be compared node by node.
 */
import type { FeatureId, SaeId } from '../names/ids';
import type { FlowEdge, FlowNode } from './graph';
import type { Token } from '../names/tokens';
import type { Active, OnPrompts } from './prompt';
import { counts, originRow, upstreamSites, type Decoders, type Thresholds } from './flow';
import { zScore } from './matching';
import { EMBEDDING, featureId, parseFeatureId, placeOf, siteOf } from '../names/site';

/** Features active on one prompt. */
export type ActiveOn = ReadonlyMap<SaeId, ReadonlyMap<number, Active>>;
/** Features active on any of the prompts. */
export type Merged = ReadonlyMap<SaeId, ReadonlyMap<number, OnPrompts>>;

/** Share of the nodes kept for residual features; the rest are those that modules write into them. */
const RESIDUAL = 0.7;
/** Differences of shares below this are rounding and not worth a word. */
const LEAST = 0.005;

export function mergeActive(prompts: ActiveOn[]): Merged {
	const merged = new Map<SaeId, Map<number, OnPrompts>>();
	prompts.forEach((active, i) => {
		for (const [sae, features] of active) {
			if (!merged.has(sae)) merged.set(sae, new Map());
			const all = merged.get(sae)!;
			for (const [feature, here] of features) {
				if (!all.has(feature)) all.set(feature, Array<null>(prompts.length).fill(null));
				all.get(feature)![i] = here;
			}
		}
	});
	return merged;
}

/** By how much the shares on the second prompt are above those on the first; 0 for a single prompt. */
export function difference([first, second]: OnPrompts): number {
	if (second === undefined) return 0;
	return (second?.share ?? 0) - (first?.share ?? 0);
}

const strength = (on: OnPrompts): number => Math.max(...on.map((here) => here?.share ?? 0));

/** What a feature deserves to be drawn by: its difference in whole per cents, then its strength. */
function worth(on: OnPrompts): number {
	return Math.round(100 * Math.abs(difference(on))) + 0.999 * strength(on);
}

const byWorth = ([i, a]: [number, OnPrompts], [j, b]: [number, OnPrompts]) =>
	worth(b) - worth(a) || i - j;

/** The strongest residual features of each layer, of two prompts those that differ most, as many as fit. */
export function chosenResiduals(active: Merged, most: number): { sae: SaeId; index: number }[] {
	const resid = [...active.keys()].filter((sae) => {
		const kind = placeOf(siteOf(sae))?.kind;
		return kind === 'resid' || kind === 'embed';
	});
	const each = Math.max(1, Math.floor((RESIDUAL * most) / Math.max(1, resid.length)));
	return resid
		.flatMap((sae) =>
			[...active.get(sae)!]
				.sort(byWorth)
				.slice(0, each)
				.map(([index]) => ({ sae, index }))
		)
		.slice(0, most);
}

/**
 * A node's edges to what it most resembles one step before, where both are active on the same prompt and the
 * match counts.
 */
export function matchesOf(
	id: FeatureId,
	active: Merged,
	decoders: Decoders,
	thresholds: Thresholds
): (FlowEdge & { on: boolean[] })[] {
	const { sae: own, index: feature } = parseFeatureId(id)!;
	const place = placeOf(siteOf(own))!;
	const here = active.get(own)?.get(feature);
	if (place.kind !== 'resid' || !here) return [];
	return Object.values(upstreamSites(place.layer)).flatMap((site) => {
		const sae = decoders.at(site);
		if (sae === null) return [];
		const { index, cosine } = decoders.best(id, sae);
		const chance = decoders.null(sae);
		const there = active.get(sae)?.get(index);
		const on = here.map((at, i) => at !== null && there?.[i] != null);
		if (!on.includes(true) || !counts(site, cosine, chance, thresholds)) return [];
		return [{ from: featureId(sae, index), to: id, cosine, z: zScore(cosine, chance), on }];
	});
}

export function promptNode(
	id: FeatureId,
	on: OnPrompts,
	decoders: Decoders
): FlowNode & { on: OnPrompts } {
	const site = siteOf(parseFeatureId(id)!.sae);
	const { origin, from, missing } = originRow(id, decoders);
	const layer = site === EMBEDDING ? 0 : placeOf(site)!.layer;
	return { id, site, layer, origin, from, missing, on };
}

/** SAEs of which every active feature is among these. */
export function wholeSaes(active: Merged, ids: ReadonlySet<FeatureId>): SaeId[] {
	return [...active].flatMap(([sae, features]) =>
		[...features.keys()].every((index) => ids.has(featureId(sae, index))) ? [sae] : []
	);
}

/** The features of any site whose shares differ most between two prompts, the largest difference first. */
export function largestDifferences(
	active: Merged,
	most: number
): { id: FeatureId; on: OnPrompts }[] {
	return [...active]
		.flatMap(([sae, features]) =>
			[...features].map(([index, on]) => ({ id: featureId(sae, index), on }))
		)
		.filter(({ on }) => Math.abs(difference(on)) >= LEAST)
		.toSorted((a, b) => Math.abs(difference(b.on)) - Math.abs(difference(a.on)))
		.slice(0, most);
}

/**
 * The token of the second prompt that corresponds to token `t` of the first: the same from the start where both
 * begin alike, the same from the end where they end alike, and in between, where they differ, the one as far
 * from the start, if there is one.
 */
export function alignedToken(first: Token[], second: Token[], t: number): number {
	const shorter = Math.min(first.length, second.length);
	let head = 0;
	while (head < shorter && first[head]!.id === second[head]!.id) head++;
	let tail = 0;
	while (
		tail < shorter - head &&
		first[first.length - 1 - tail]!.id === second[second.length - 1 - tail]!.id
	)
		tail++;
	if (t < head) return t;
	if (t >= first.length - tail) return t + second.length - first.length;
	return Math.max(0, Math.min(t, Math.max(head, second.length - tail - 1), second.length - 1));
}
