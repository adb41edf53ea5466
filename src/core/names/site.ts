/** Names of sites, SAEs and features: TransformerLens hook names, as data and addresses carry them. */
import type { FeatureId, SaeId, Site } from './ids';

export type SiteKind = 'attn' | 'mlp' | 'resid' | 'embed';

export interface SitePlace {
	layer: number;
	kind: SiteKind;
}

const SITE = /^blocks\.(\d{1,4})\.hook_(attn_out|mlp_out|resid_post|resid_pre)$/;
const FEATURE = /^((?:blocks\.\d{1,4}\.hook_[a-z_]+|hook_embed)(?:@[\w.-]{1,64})?)\/(\d{1,9})$/;
/** The embedding under another of its names; not in models that add positions to it before block 0. */
export const HOOK_EMBED: Site = 'hook_embed';

/**
 * Where a site lies, or null for a name that is not one of ours. The stream before block l > 0 is the
 * stream after block l − 1, and lies there.
 */
export function placeOf(site: Site): SitePlace | null {
	if (site === HOOK_EMBED) return { layer: 0, kind: 'embed' };
	const match = SITE.exec(site);
	if (!match) return null;
	const layer = Number(match[1]);
	if (match[2] === 'attn_out') return { layer, kind: 'attn' };
	if (match[2] === 'mlp_out') return { layer, kind: 'mlp' };
	if (match[2] === 'resid_post') return { layer, kind: 'resid' };
	return layer === 0 ? { layer, kind: 'embed' } : { layer: layer - 1, kind: 'resid' };
}

/** The site under the name by which the model taps it: `blocks.3.hook_resid_pre` is tapped as `blocks.2.hook_resid_post`. */
export function tapOf(site: Site): Site {
	const place = placeOf(site);
	if (place?.kind === 'embed') return EMBEDDING;
	return place?.kind === 'resid' ? residPost(place.layer) : site;
}

/**
 * What an SAE reads, under the name by which the model taps it: its site, or what attention's heads leave
 * before W_O mixes it, of which attention's output is the image.
 */
export function readAt({ site, cfg }: { site: Site; cfg: { heads: boolean } }): Site {
	return cfg.heads ? headsOf(placeOf(site)!.layer) : tapOf(site);
}

/** The heads' outputs side by side, before W_O. No site: an SAE of it is shown at attention's output. */
export const headsOf = (layer: number): string => `blocks.${layer}.attn.hook_z`;

/** The layer of a name that `headsOf` gives; null for any other. */
export function headsLayer(name: string): number | null {
	const match = /^blocks\.(\d{1,4})\.attn\.hook_z$/.exec(name);
	return match ? Number(match[1]) : null;
}

export const attnOut = (layer: number): Site => `blocks.${layer}.hook_attn_out`;
export const mlpOut = (layer: number): Site => `blocks.${layer}.hook_mlp_out`;
export const residPost = (layer: number): Site => `blocks.${layer}.hook_resid_post`;
export const EMBEDDING: Site = 'blocks.0.hook_resid_pre';

/** The stream just before block `layer`: the previous residual, or the embedding. */
export const residBefore = (layer: number): Site =>
	layer === 0 ? EMBEDDING : residPost(layer - 1);

/** Position in the order of computation: embedding, then attention, MLP, residual of each layer. */
export function depthOf(site: Site): number {
	const place = placeOf(site);
	if (!place) return Infinity;
	if (place.kind === 'embed') return 0;
	return 1 + 3 * place.layer + { attn: 0, mlp: 1, resid: 2 }[place.kind];
}

/** Splits `{SaeId}/{index}`; null when it is not a feature id. */
export function parseFeatureId(id: string): { sae: SaeId; index: number } | null {
	const match = FEATURE.exec(id);
	return match ? { sae: match[1]!, index: Number(match[2]) } : null;
}

export const featureId = (sae: SaeId, index: number): FeatureId => `${sae}/${index}`;

export const siteOf = (sae: SaeId): Site => sae.split('@')[0]!;

/** Whether this is a site's main SAE: the one without a name of its own. */
export const isMain = (sae: SaeId): boolean => !sae.includes('@');

/** In the order of computation; a site's main SAE comes before its others. */
export const byDepth = (a: SaeId, b: SaeId): number =>
	depthOf(siteOf(a)) - depthOf(siteOf(b)) || Number(isMain(b)) - Number(isMain(a));
