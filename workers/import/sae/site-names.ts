/** Where an SAE sits, from the many ways in which its files say it. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Site } from '../../../src/core/names/ids';
import {
	attnOut,
	headsLayer,
	headsOf,
	mlpOut,
	placeOf,
	residPost
} from '../../../src/core/names/site';
import { missingFact, type Folder } from '../files/folder';

const SUPPORTED =
	'Supported: blocks.N.hook_resid_post, hook_resid_pre, hook_attn_out, attn.hook_z and hook_mlp_out';

/**
 * What a person stated, else what the files name: a site, or the heads before W_O. Throws a Problem for
 * any other place.
 */
export function resolveSite(folder: Folder, overrides: SaeOverrides, named: string | null): Site {
	const site = overrides.site ?? named ?? '';
	if (placeOf(site) || headsLayer(site) !== null) return site;
	if (site === '')
		throw missingFact(
			folder,
			'site',
			'does not say where in the model it sits',
			'Put #site=blocks.N.hook_resid_post (or another site) after the folder.'
		);
	throw missingFact(
		folder,
		'site',
		`sits at "${site.slice(0, 60)}", which is not a supported site`,
		`${SUPPORTED}; if it sits at one of these, put #site= and its name after the folder.`
	);
}

/** A hook name of TransformerLens for a module's name in Hugging Face's models; null for others. */
export function moduleHook(module: string): string | null {
	const match =
		/(?:^|\.)(?:layers|h|blocks)[._](\d{1,4})(?:\.([\w.]*?))?(?:\.?(output|input))?$/.exec(module);
	if (!match) return /embed_tokens|wte|embed_in/.test(module) ? 'hook_embed' : null;
	const layer = Number(match[1]);
	const [part = '', side = 'output'] = [match[2], match[3]];
	if (side === 'input') return /o_proj$|c_proj$/.test(part) ? headsOf(layer) : null;
	if (part === '') return residPost(layer);
	if (/^(mlp|post_feedforward_layernorm)$/.test(part)) return mlpOut(layer);
	if (/^(self_attn|attn|attention)(\.o_proj|\.c_proj|\.dense)?$/.test(part)) return attnOut(layer);
	return null;
}

/** `layer_12`, `layers.12`: the layer that a path names last; null where it names none. */
export function layerFromPath(path: string): number | null {
	const all = [...path.matchAll(/layers?[._-]?(\d{1,4})(?!\d)/gi)];
	return all.length ? Number(all.at(-1)![1]) : null;
}
