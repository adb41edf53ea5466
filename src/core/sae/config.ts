/** An SAE's config: `cfg` in a pack, whose words are those of SAELens' `cfg.json`. */
import * as j from '../files/json';
import type { Site } from '../names/ids';
import { headsLayer, placeOf, tapOf } from '../names/site';
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
	/** Of a transcoder, which writes at its site what it makes of another: that other, under a name of a tap; else null. */
	reads: Site | null;
	/** Numbers that it writes: `dIn`, but for a transcoder. */
	dOut: number;
	/** A transcoder that adds W_skip·x (https://arxiv.org/abs/2501.18823). */
	skip: boolean;
	applyBDecToInput: boolean;
	normalizeActivations: Normalization;
	metadata: Record<string, unknown>;
}

/** Architectures by SAELens' names of their transcoders. */
const TRANSCODERS = new Map<string, ArchitectureName>(
	SAE_ARCHITECTURES.flatMap(({ name, transcoder }) =>
		transcoder ? [[transcoder, name] as const] : []
	)
);
const SKIP = /_?skip(?=_transcoder$)/;

/** `jumprelu_skip_transcoder` is JumpReLU, and a transcoder with a skip; null for a name of no SAE. */
export function namedArchitecture(
	name: string
): { architecture: ArchitectureName; transcodes: boolean; skip: boolean } | null {
	const skip = SKIP.test(name);
	const plain = name.replace(SKIP, '').replace(/^_/, '');
	const transcoder = TRANSCODERS.get(plain);
	if (transcoder) return { architecture: transcoder, transcodes: true, skip };
	const own = SAE_ARCHITECTURES.find((one) => one.name === name);
	return own ? { architecture: own.name, transcodes: false, skip: false } : null;
}

/** The inverse. */
function nameOf({ architecture, reads, skip }: SaeConfig): string {
	if (reads === null) return architecture;
	const { transcoder = architecture } = saeArchitecture(architecture);
	return skip ? transcoder.replace(/transcoder$/, 'skip_transcoder') : transcoder;
}

/** Throws a Problem for what is not the config of an SAE that can be run. */
export const saeConfig: j.Parse<SaeConfig> = (value, at) => {
	const said = j.object({ architecture: j.text })(value, at).architecture;
	const named = namedArchitecture(said);
	if (!named) {
		const names = [...SAE_ARCHITECTURES.map(({ name }) => name), ...TRANSCODERS.keys()];
		j.object({ architecture: j.oneOf(names) })(value, at);
		throw j.invalid(`has a ${at} of an unknown architecture`);
	}
	const { architecture, transcodes, skip } = named;
	const { topK, words = [], wrong } = saeArchitecture(architecture);
	const cfg = j.object({
		dIn: ['d_in', j.integer(1)],
		dSae: ['d_sae', j.integer(1)],
		k: topK ? j.integer(1) : () => null,
		heads: ['reshape_activations', (reads) => reads === 'hook_z' && !transcodes],
		applyBDecToInput: ['apply_b_dec_to_input', (applied) => applied !== false && !transcodes],
		normalizeActivations: ['normalize_activations', j.optional(j.oneOf(NORMALIZATIONS), NONE)],
		metadata: j.optional(j.fields, {})
	})(value, at);
	const dOut = transcodes ? j.object({ dOut: ['d_out', j.integer(1)] })(value, at).dOut : cfg.dIn;
	const reads = transcodes ? asTap((cfg.metadata as Record<string, unknown>).hook_name) : null;
	if (transcodes && reads === null)
		throw j.invalid(`has a ${at} of a transcoder whose hook_name is no place that can be read`);
	const own: Record<string, number> = j.object(j.each(words, j.integer(1)))(value, at);
	const fault = wrong?.({ ...cfg, own });
	if (fault) throw j.invalid(`has a ${at} whose ${fault}`);
	return { architecture, ...cfg, reads, dOut, skip, own };
};

/** A name under which the model taps something; null for any other. */
function asTap(name: unknown): Site | null {
	if (typeof name !== 'string') return null;
	return placeOf(name) || headsLayer(name) !== null ? tapOf(name) : null;
}

/** The same in SAELens' words: what `saeConfig` parses. */
export function saeConfigJson(cfg: SaeConfig): Record<string, unknown> {
	const { dIn, dSae, k, own, heads, metadata } = cfg;
	return {
		architecture: nameOf(cfg),
		d_in: dIn,
		d_sae: dSae,
		...(cfg.reads !== null && { d_out: cfg.dOut }),
		dtype: 'float32',
		...(k !== null && { k }),
		...own,
		apply_b_dec_to_input: cfg.applyBDecToInput,
		normalize_activations: cfg.normalizeActivations,
		reshape_activations: heads ? 'hook_z' : 'none',
		metadata
	};
}
