/** A trained SAE as SAELens 6 saves one: `cfg.json` and `sae_weights.safetensors`. */
import { rawTensors, type SaeState } from '../../src/core/train/sae-state';
import { saeConfigJson, type SaeConfig } from '../../src/core/sae/config';
import { SafetensorsWriter } from '../import/files/safetensors-writer';

/** What `cfg` says of an SAE that was trained on activations as they are. */
export function trainedConfig(
	{ d, features, k }: SaeState,
	metadata: Record<string, unknown>
): SaeConfig {
	return {
		...{ architecture: 'topk', dIn: d, dOut: d, dSae: features, k, own: {} },
		...{ heads: false, reads: null, skip: false, applyBDecToInput: true },
		...{ normalizeActivations: 'none', metadata }
	};
}

/** The files by their names. */
export function saeLensFolder(state: SaeState, cfg: SaeConfig): Map<string, Uint8Array> {
	const { d, features } = state;
	const tensors = rawTensors(state);
	const shapes = {
		W_enc: [d, features],
		W_dec: [features, d],
		b_enc: [features],
		b_dec: [d]
	};
	const file = new SafetensorsWriter();
	for (const name of ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const)
		file.floats(name, { shape: shapes[name], data: tensors[name] }, 'f32');
	const json = { ...saeConfigJson(cfg), device: 'cpu', rescale_acts_by_decoder_norm: false };
	const text = `${JSON.stringify(json, null, '\t')}\n`;
	return new Map([
		['cfg.json', new TextEncoder().encode(text)],
		['sae_weights.safetensors', file.toBytes()]
	]);
}
