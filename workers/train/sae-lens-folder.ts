/** A trained SAE as SAELens 6 saves one: `cfg.json` and `sae_weights.safetensors`. */
import { topk } from '../../src/core/sae/architectures/topk';
import { rawTensors, type SaeState, type SaeTensors } from '../../src/core/train/sae-state';
import { saeConfigJson, type SaeConfig } from '../../src/core/sae/config';
import { SafetensorsWriter } from '../import/files/safetensors-writer';

/** What `cfg` says of an SAE that was trained on activations as they are. */
export function trainedConfig(
	{ d, features, k }: SaeState,
	metadata: Record<string, unknown>
): SaeConfig {
	return {
		...{ architecture: topk.name, dIn: d, dOut: d, dSae: features, k, own: {} },
		...{ heads: false, reads: null, skip: false, applyBDecToInput: true },
		...{ normalizeActivations: 'none', metadata }
	};
}

/** The files of an SAE that learned, by their names. */
export const saeLensFolder = (state: SaeState, cfg: SaeConfig): Map<string, Uint8Array> =>
	saeLensFiles(rawTensors(state), saeConfigJson(cfg));

/** The same of a TopK SAE of any origin; `cfg` in SAELens' words. */
export function saeLensFiles(
	tensors: SaeTensors,
	cfg: Record<string, unknown>
): Map<string, Uint8Array> {
	const d = tensors.b_dec.length;
	const features = tensors.b_enc.length;
	const file = new SafetensorsWriter()
		.floats('W_enc', { shape: [d, features], data: tensors.W_enc }, 'f32')
		.floats('W_dec', { shape: [features, d], data: tensors.W_dec }, 'f32')
		.floats('b_enc', { shape: [features], data: tensors.b_enc }, 'f32')
		.floats('b_dec', { shape: [d], data: tensors.b_dec }, 'f32');
	const json = { ...cfg, device: 'cpu', rescale_acts_by_decoder_norm: false };
	return new Map([
		['cfg.json', new TextEncoder().encode(`${JSON.stringify(json, null, '\t')}\n`)],
		['sae_weights.safetensors', file.toBytes()]
	]);
}
