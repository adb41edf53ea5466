/** Names of sites, SAEs and features: TransformerLens hook names, as data and addresses carry them. */
import type { FeatureId, SaeId, Site } from './ids';

/** The sites between the parts of a block, which flow knows: what attention and MLP write, and the stream after a layer. */
export type FlowKind = 'attn' | 'mlp' | 'resid' | 'embed';
/**
 * `mid`: the stream after attention, where the MLP has not written yet. `norm`: that, normalised, before gain and bias.
 * `input`: what the MLP reads, after them. `hidden`: what the MLP's last matrix reads.
 */
export type SiteKind = FlowKind | 'mid' | 'norm' | 'input' | 'hidden';

export interface SitePlace {
	layer: number;
	kind: SiteKind;
}

/** In the order of computation within a layer. */
const KINDS: Record<string, SiteKind> = {
	hook_attn_out: 'attn',
	hook_resid_mid: 'mid',
	'ln2.hook_normalized': 'norm',
	'mlp.hook_in': 'input',
	'mlp.hook_post': 'hidden',
	hook_mlp_out: 'mlp',
	hook_resid_post: 'resid'
};
const ORDER = Object.values(KINDS);
const SITE = /^blocks\.(\d{1,4})\.((?:ln2\.|mlp\.)?hook_[a-z_]+)$/;
const FEATURE =
	/^((?:blocks\.\d{1,4}\.(?:ln2\.|mlp\.)?hook_[a-z_]+|hook_embed)(?:@[\w.-]{1,64})?)\/(\d{1,9})$/;
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
	if (match[2] === 'hook_resid_pre')
		return layer === 0 ? { layer, kind: 'embed' } : { layer: layer - 1, kind: 'resid' };
	return Object.hasOwn(KINDS, match[2]!) ? { layer, kind: KINDS[match[2]!]! } : null;
}

/** Whether flow, and with it origins, matches and the graphs of them, knows sites of this kind. */
export const isFlowKind = (kind: SiteKind): kind is FlowKind =>
	kind === 'attn' || kind === 'mlp' || kind === 'resid' || kind === 'embed';

/** Whether what stands there is the stream, or is added to it: the decoder rows of an SAE there are directions in the stream. */
export function isInStream(site: Site): boolean {
	const place = placeOf(site);
	return place !== null && (isFlowKind(place.kind) || place.kind === 'mid');
}

/** The kind of the sites between the parts of a block that one is nearest to, whose colour it has. */
export const toneOf = (kind: SiteKind): FlowKind =>
	isFlowKind(kind) ? kind : kind === 'mid' ? 'resid' : 'mlp';

/** The site under the name by which the model taps it: `blocks.3.hook_resid_pre` is tapped as `blocks.2.hook_resid_post`. */
export function tapOf(site: Site): Site {
	const place = placeOf(site);
	if (place?.kind === 'embed') return EMBEDDING;
	return place?.kind === 'resid' ? residPost(place.layer) : site;
}

/**
 * What an SAE reads, under the name by which the model taps it: its site, or what attention's heads leave
 * before W_O mixes it, of which attention's output is the image; or, of a transcoder, any other tap.
 */
export function readAt({
	site,
	cfg
}: {
	site: Site;
	cfg: { heads: boolean; reads?: Site | null };
}): Site {
	if (cfg.reads != null) return cfg.reads;
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
export const residMid = (layer: number): Site => `blocks.${layer}.hook_resid_mid`;
export const mlpNorm = (layer: number): Site => `blocks.${layer}.ln2.hook_normalized`;
export const mlpInput = (layer: number): Site => `blocks.${layer}.mlp.hook_in`;
export const mlpHidden = (layer: number): Site => `blocks.${layer}.mlp.hook_post`;
export const residPost = (layer: number): Site => `blocks.${layer}.hook_resid_post`;
export const EMBEDDING: Site = 'blocks.0.hook_resid_pre';

/** The stream just before block `layer`: the previous residual, or the embedding. */
export const residBefore = (layer: number): Site =>
	layer === 0 ? EMBEDDING : residPost(layer - 1);

/** Position in the order of computation: embedding, then attention, MLP with what lies before it, residual of each layer. */
export function depthOf(site: Site): number {
	const place = placeOf(site);
	if (!place) return Infinity;
	if (place.kind === 'embed') return 0;
	return 1 + ORDER.length * place.layer + ORDER.indexOf(place.kind);
}

/** Whether what is tapped there is computed before a site; the heads are before their layer's attention output. */
export function isComputedBefore(tap: Site, site: Site): boolean {
	const layer = headsLayer(tap);
	return layer === null ? depthOf(tap) < depthOf(site) : depthOf(attnOut(layer)) <= depthOf(site);
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
