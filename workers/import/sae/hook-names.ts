/**
 * The names that TransformerLens has for one place, in its models of old and in its bridge to those of Hugging Face
 * (`model_bridge/generalized_components`, 4.3): each as the site that a pack names.
 */
import {
	attnOut,
	headsOf,
	HOOK_EMBED,
	mlpHidden,
	mlpInput,
	mlpOut,
	residMid,
	residPost
} from '../../../src/core/names/site';

/** The site, and the module of Hugging Face's class whose output it is, where only some families have it as a site. */
export interface NamedHook {
	site: string;
	module: string | null;
}

type OfLayer = (layer: number) => string;
const residPre: OfLayer = (layer) => `blocks.${layer}.hook_resid_pre`;

const PLACES: Record<string, [OfLayer, module?: string]> = {
	hook_in: [residPre],
	'ln1.hook_in': [residPre],
	hook_out: [residPost],
	'attn.o.hook_in': [headsOf],
	'attn.hook_out': [attnOut, 'attn'],
	'attn.o.hook_out': [attnOut, 'attn'],
	'ln1_post.hook_out': [attnOut, 'post_attention_layernorm'],
	'ln2.hook_in': [residMid],
	hook_mlp_in: [residMid],
	'ln2.hook_out': [mlpInput],
	'mlp.out.hook_in': [mlpHidden],
	'mlp.hook_out': [mlpOut, 'mlp'],
	'mlp.out.hook_out': [mlpOut, 'mlp'],
	'ln2_post.hook_out': [mlpOut, 'post_feedforward_layernorm']
};

/** Any name of TransformerLens; one that is a site already, or of nothing that is one, as it is. */
export function namedHook(name: string): NamedHook {
	if (name === 'embed.hook_out') return { site: HOOK_EMBED, module: null };
	const [, layer, place = ''] = /^blocks\.(\d{1,4})\.([\w.]+)$/.exec(name) ?? [];
	if (layer === undefined || !Object.hasOwn(PLACES, place)) return { site: name, module: null };
	const [of, module = null] = PLACES[place]!;
	return { site: of(Number(layer)), module };
}
