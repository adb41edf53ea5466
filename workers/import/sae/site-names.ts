/** Which site an SAE reads, from the many ways in which its files say it. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Site } from '../../../src/core/names/ids';
import {
	attnOut,
	EMBEDDING,
	headsLayer,
	headsOf,
	HOOK_EMBED,
	mlpOut,
	placeOf,
	residPost
} from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import { missingFact } from './unsupported';

const SUPPORTED =
	'Supported: blocks.N.hook_resid_post, hook_resid_pre, hook_attn_out, attn.hook_z and hook_mlp_out';

/**
 * The site of the overrides, else the one that the files name: a site, or the heads before W_O. Throws a Problem for
 * any other hook.
 */
export function resolveSite(folder: Folder, overrides: SaeOverrides, named: string | null): Site {
	const site = overrides.site ?? named ?? '';
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

/** TransformerLens' hook for a module's name in Hugging Face's models; null for others. */
export function moduleHook(module: string): string | null {
	const match =
		/(?:^|\.)(?:layers|h|blocks)[._](\d{1,4})(?:\.([\w.]*?))?(?:\.?(output|input))?$/.exec(module);
	if (!match) return /embed_tokens|wte|embed_in/.test(module) ? HOOK_EMBED : null;
	const layer = Number(match[1]);
	const [part = '', side = 'output'] = [match[2], match[3]];
	if (side === 'input') return /o_proj$|c_proj$/.test(part) ? headsOf(layer) : null;
	if (part === '') return residPost(layer);
	if (/^(mlp|post_feedforward_layernorm)$/.test(part)) return mlpOut(layer);
	if (/^(self_attn|attn|attention)(\.o_proj|\.c_proj|\.dense)?$/.test(part)) return attnOut(layer);
	return null;
}

/** The site that a path names, as in `gemma-scope-2b-pt-res/layer_20`; null where it names none. */
export function siteFromPath(path: string): string | null {
	if (/embedding\//.test(path)) return EMBEDDING;
	const layer = layerFromPath(path);
	if (layer === null) return null;
	if (/-res\b|resid_post|\bres\//.test(path)) return residPost(layer);
	if (/-mlp\b|mlp_out|\bmlp\//.test(path)) return mlpOut(layer);
	return /-att\b|attn_out|\batt\//.test(path) ? headsOf(layer) : null;
}

/** `layer_12`, `layers.12`: the layer that a path names last; null where it names none. */
export function layerFromPath(path: string): number | null {
	const all = [...path.matchAll(/layers?[._-]?(\d{1,4})(?!\d)/gi)];
	return all.length ? Number(all.at(-1)![1]) : null;
}
