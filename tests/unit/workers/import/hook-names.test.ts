/** The many names that libraries have for one place, as the site that a pack names. */
import { describe, expect, it } from 'vitest';
import { NO_OVERRIDES } from '../../../../src/core/import/build-request';
import { namedHook } from '../../../../workers/import/sae/hook-names';
import { moduleHook } from '../../../../workers/import/sae/site-names';
import { readSae } from '../../../../workers/import/formats/formats';
import { folderOf, numberedTensors } from '../../../crafted-files';

/** As transformer_lens 4.3 aliases them in `BlockBridge`, `AttentionBridge`, `MLPBridge` and `GatedMLPBridge`. */
const BRIDGE: [string, string][] = [
	['blocks.3.hook_in', 'blocks.3.hook_resid_pre'],
	['blocks.3.hook_out', 'blocks.3.hook_resid_post'],
	['blocks.3.attn.hook_out', 'blocks.3.hook_attn_out'],
	['blocks.3.ln1_post.hook_out', 'blocks.3.hook_attn_out'],
	['blocks.3.attn.o.hook_in', 'blocks.3.attn.hook_z'],
	['blocks.3.ln2.hook_in', 'blocks.3.hook_resid_mid'],
	['blocks.3.hook_mlp_in', 'blocks.3.hook_resid_mid'],
	['blocks.3.ln2.hook_out', 'blocks.3.mlp.hook_in'],
	['blocks.3.mlp.out.hook_in', 'blocks.3.mlp.hook_post'],
	['blocks.3.mlp.hook_out', 'blocks.3.hook_mlp_out'],
	['blocks.3.ln2_post.hook_out', 'blocks.3.hook_mlp_out'],
	['embed.hook_out', 'hook_embed'],
	['blocks.3.hook_resid_post', 'blocks.3.hook_resid_post'],
	['blocks.3.attn.hook_q', 'blocks.3.attn.hook_q'],
	['blocks.3.toString', 'blocks.3.toString']
];

const MODULES: [string, string | null][] = [
	['model.layers.3', 'blocks.3.hook_resid_post'],
	['model.layers.3.output', 'blocks.3.hook_resid_post'],
	['model.layers.3.input', 'blocks.2.hook_resid_post'],
	['transformer.h.3', 'blocks.3.hook_resid_post'],
	['gpt_neox.layers.0.input', 'blocks.0.hook_resid_pre'],
	['model.layers.3.self_attn', 'blocks.3.hook_attn_out'],
	['transformer.h.3.attn.c_proj.input', 'blocks.3.attn.hook_z'],
	['transformer.h.3.mlp.c_proj.input', 'blocks.3.mlp.hook_post'],
	['model.layers.3.mlp.down_proj.input', 'blocks.3.mlp.hook_post'],
	['model.layers.3.mlp.input', 'blocks.3.mlp.hook_in'],
	['model.layers.3.pre_feedforward_layernorm', 'blocks.3.mlp.hook_in'],
	['transformer.h.3.ln_2.input', 'blocks.3.hook_resid_mid'],
	['model.layers.3.self_attn.input', null],
	['model.norm', null]
];

describe('a name', () => {
	it.each(BRIDGE)('of TransformerLens, %s, is %s', (name, site) => {
		expect(namedHook(name).site).toBe(site);
	});

	it.each(MODULES)('of a module, %s, is %s', (name, site) => {
		expect(moduleHook(name)).toBe(site);
	});

	it('of either kind is a site where an SAE of SAELens says it', async () => {
		const tensors = numberedTensors({ W_enc: [2, 3], W_dec: [3, 2], b_enc: [3], b_dec: [2] }, 0);
		const at = (hook_name: string) =>
			readSae(
				folderOf('/x', {
					'cfg.json': { d_in: 2, d_sae: 3, hook_name },
					'sae_weights.safetensors': tensors
				}),
				NO_OVERRIDES
			);
		expect(await at('model.layers.3')).toMatchObject({ site: 'blocks.3.hook_resid_post' });
		expect(await at('transformer.h.3')).toMatchObject({ site: 'blocks.3.hook_resid_post' });
		expect(await at('blocks.3.hook_out')).toMatchObject({ site: 'blocks.3.hook_resid_post' });
		// Only in families where no norm follows.
		expect(await at('blocks.3.mlp.hook_out')).toMatchObject({
			site: 'blocks.3.hook_mlp_out',
			module: 'mlp'
		});
	});
});
