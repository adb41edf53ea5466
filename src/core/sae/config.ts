/** An SAE's config: `cfg` in a pack, whose words are those of SAELens' `cfg.json`. */
import * as j from '../files/json';
import type { SaeShape } from './architecture';
import { SAE_ARCHITECTURES, saeArchitecture, type ArchitectureName } from './architectures';

/** What SAELens can do to each activation before it is encoded. */
export const SAELENS_NORMALIZATIONS = ['none', 'layer_norm', 'constant_norm_rescale'] as const;
/** `centre`, a word of our own: each activation without the mean of its numbers. */
export const NORMALIZATIONS = [...SAELENS_NORMALIZATIONS, 'centre'] as const;
const [NONE] = NORMALIZATIONS;
export type Normalization = (typeof NORMALIZATIONS)[number];

export interface SaeConfig extends SaeShape {
	architecture: ArchitectureName;
	/** It reads the heads' outputs (hook_z); SAELens says so by `reshape_activations`. */
	heads: boolean;
	applyBDecToInput: boolean;
	normalizeActivations: Normalization;
	metadata: Record<string, unknown>;
}

/** Throws a Problem for what is not the config of an SAE that can be run. */
export const saeConfig: j.Parse<SaeConfig> = (value, at) => {
	const names = SAE_ARCHITECTURES.map(({ name }) => name);
	const { architecture } = j.object({ architecture: j.oneOf(names) })(value, at);
	const { topK, words = [], wrong } = saeArchitecture(architecture);
	const cfg = j.object({
		dIn: ['d_in', j.integer(1)],
		dSae: ['d_sae', j.integer(1)],
		k: topK ? j.integer(1) : () => null,
		heads: ['reshape_activations', (reads) => reads === 'hook_z'],
		applyBDecToInput: ['apply_b_dec_to_input', (applied) => applied !== false],
		normalizeActivations: ['normalize_activations', j.optional(j.oneOf(NORMALIZATIONS), NONE)],
		metadata: j.optional(j.fields, {})
	})(value, at);
	const own: Record<string, number> = j.object(j.each(words, j.integer(1)))(value, at);
	const fault = wrong?.({ ...cfg, own });
	if (fault) throw j.invalid(`has a ${at} whose ${fault}`);
	return { architecture, ...cfg, own };
};

/** The same in SAELens' words: what `saeConfig` parses. */
export function saeConfigJson(cfg: SaeConfig): Record<string, unknown> {
	const { architecture, dIn, dSae, k, own, heads, metadata } = cfg;
	return {
		architecture,
		d_in: dIn,
		d_sae: dSae,
		dtype: 'float32',
		...(k !== null && { k }),
		...own,
		apply_b_dec_to_input: cfg.applyBDecToInput,
		normalize_activations: cfg.normalizeActivations,
		reshape_activations: heads ? 'hook_z' : 'none',
		metadata
	};
}
