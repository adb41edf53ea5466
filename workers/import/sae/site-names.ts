/** Which site an SAE reads, from the many ways in which its files say it. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Site } from '../../../src/core/names/ids';
import {
	attnOut,
	EMBEDDING,
	headsLayer,
	headsOf,
	HOOK_EMBED,
	mlpHidden,
	mlpInput,
	mlpNorm,
	mlpOut,
	placeOf,
	residBefore,
	residMid,
	residPost
} from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import { namedHook } from './hook-names';
import { missingFact } from './unsupported';

const SUPPORTED =
	'Supported: blocks.N.hook_resid_post, hook_resid_pre, hook_resid_mid, hook_attn_out, attn.hook_z, hook_mlp_out, ln2.hook_normalized, mlp.hook_in and mlp.hook_post';

/**
 * The site of the overrides, else the one that the files name: a site, or the heads before W_O. Throws a Problem for
 * any other hook.
 */
export function resolveSite(folder: Folder, overrides: SaeOverrides, named: string | null): Site {
	const { site } = namedHook(overrides.site ?? named ?? '');
	if (placeOf(site) || headsLayer(site) !== null) return site;
	if (site === '')
		throw missingFact(
			folder,
			'site',
			'does not say which site of the model it reads',
			'Add #site=blocks.N.hook_resid_post (or another site) to the folder.'
		);
	throw missingFact(
		folder,
		'site',
		`reads "${site.slice(0, 60)}", which is not a supported site`,
		`${SUPPORTED}; if it reads one of these, add #site= and its name to the folder.`
	);
}

/** A module of a layer and which side of it is read, by its name in Hugging Face's models: `self_attn.o_proj`. */
interface LayerModule {
	layer: number;
	/** Its path below the layer; '' for the layer itself. */
	part: string;
	side: 'output' | 'input';
}

function layerModule(name: string): LayerModule | null {
	const match =
		/(?:^|\.)(?:layers|h|blocks)[._](\d{1,4})(?:\.([\w.]*?))?(?:\.?(output|input))?$/.exec(name);
	if (!match) return null;
	const side = match[3] === 'input' ? 'input' : 'output';
	return { layer: Number(match[1]), part: match[2] ?? '', side };
}

/**
 * TransformerLens' hook for a module's name in Hugging Face's models, as far as any family has one; null for others.
 * Whether the model at hand does is known of its family alone (`Architecture.modules`).
 */
export function moduleHook(name: string): string | null {
	const found = layerModule(name);
	if (!found) return EMBEDDING_MODULE.test(name) ? HOOK_EMBED : null;
	const { layer, part, side } = found;
	if (part === '') return side === 'input' ? residBefore(layer) : residPost(layer);
	const isNorm = /^(pre_feedforward_layernorm|ln_2)$/.test(part);
	if (side === 'input') {
		if (part === 'mlp') return mlpInput(layer);
		if (isNorm) return residMid(layer);
		if (/^mlp\.(down_proj|c_proj|dense_4h_to_h)$/.test(part)) return mlpHidden(layer);
		return /o_proj$|c_proj$|out_proj$|dense$/.test(part) ? headsOf(layer) : null;
	}
	if (isNorm) return mlpInput(layer);
	if (/^(mlp(\.down_proj|\.c_proj|\.dense_4h_to_h)?|post_feedforward_layernorm)$/.test(part))
		return mlpOut(layer);
	const attention =
		/^((self_attn|attn|attention)(\.attention)?(\.o_proj|\.c_proj|\.out_proj|\.dense)?|post_attention_layernorm)$/;
	return attention.test(part) ? attnOut(layer) : null;
}

const EMBEDDING_MODULE = /(?:^|\.)(embed_tokens|wte|embed_in)$/;

/** The module of a name as `Architecture.modules` calls it; null for a layer itself, which every family has. */
export function modulePart(name: string): string | null {
	const found = layerModule(name);
	if (!found) return EMBEDDING_MODULE.exec(name)?.[1] ?? null;
	const { part, side } = found;
	return part === '' ? null : side === 'input' ? `${part}.input` : part;
}

/** What a path says of an SAE, by the folders that its makers name. */
export interface PathFacts {
	/** Where it reads. */
	site: string | null;
	l0: number | null;
	/** Where a transcoder writes; null for an autoencoder. */
	writes: string | null;
	isEmbedding: boolean;
}

/** `…-res/layer_20/width_16k/average_l0_71`, of which the end may be missing. */
const SCOPE =
	/(?:^|\/)(?:(?:[^/]*[-_])?(res|mlp|att|transcoders?)(?:-canonical)?\/)?(?:(embedding)|layer_(\d{1,4}))(?:\/width_[^/]+(?:\/(?:average_l0_(\d+)|canonical)[^/]*)?)?$/;

/** What the end of a path says in the names of Gemma Scope; folders above these say nothing. */
export function scopeFacts(path: string): PathFacts {
	const [, kind = '', embedding, layer, l0] = SCOPE.exec(forward(path)) ?? [];
	const n = Number(layer);
	const isTranscoder = kind.startsWith('transcoder');
	const own = { res: residPost(n), mlp: mlpOut(n), att: headsOf(n) }[kind] ?? null;
	const site = isTranscoder ? mlpNorm(n) : own;
	return {
		site: embedding ? EMBEDDING : site,
		l0: l0 === undefined ? null : Number(l0),
		writes: isTranscoder ? mlpOut(n) : null,
		isEmbedding: embedding !== undefined
	};
}

/** A path with slashes between its folders and none at its end. */
export const forward = (path: string): string => path.replaceAll('\\', '/').replace(/\/+$/, '');

/** `layer_12`, `layers.12`: the layer that a name gives; null where it gives none. */
export function layerIn(name: string): number | null {
	const match = /(?:^|[._-])layers?[._-]?(\d{1,4})(?!\d)/i.exec(name);
	return match ? Number(match[1]) : null;
}
