/** An SAE in the terms of SAELens 6, whatever format it came in: what packs and the runtime take. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Site } from '../../../src/core/names/ids';
import type { Floats } from '../../../src/core/files/safetensors';
import { attnOut, headsLayer } from '../../../src/core/names/site';
import type { Folder } from '../files/folder';
import { resolveSite } from './site-names';
import { missingFact, unsupportedSae } from './unsupported';

export interface ImportedSae {
	/** The name of the format it came in. */
	format: string;
	site: Site;
	/** As `cfg` in a pack. */
	cfg: ImportedSaeConfig;
	/** Names and shapes as in a pack (`models/README.md`, "Weights"). */
	tensors: Map<string, Floats>;
	expected: PublishedMetrics;
}

/** What its makers published, to compare our own measurement with; null where the files do not say. */
export interface PublishedMetrics {
	/** Mean number of active features. */
	l0: number | null;
}

export interface ImportedSaeConfig extends Record<string, unknown> {
	architecture: string;
	d_in: number;
	d_sae: number;
}

/** What a format reads from its files. */
export interface SaeParts {
	/** What it reads, by its files: a site, or the heads before W_O; null where they do not say. */
	site: string | null;
	architecture: 'standard' | 'topk' | 'jumprelu' | 'gated' | 'kron';
	dIn: number;
	dSae: number;
	/** TopK and kron only. */
	k?: number | null;
	subtractBDec: boolean;
	normalize?: string;
	/** `W_enc [dIn, dSae]` (kron: `W_p`, `W_q`), `W_dec [dSae, dIn]`, the rest vectors. */
	weights: Record<string, Float32Array>;
	/** More fields of `cfg`. */
	more?: Record<string, unknown>;
	metadata?: Record<string, unknown>;
	l0?: number | null;
}

/** A browser's array holds no more numbers. */
const MAX_NUMBERS = 2 ** 31;
/** `[dIn, …]`, the other way round than the decoder. */
export const ENCODER_MATRICES = ['W_enc', 'W_p', 'W_q'];

/** Throws a Problem for a site, sizes, k or numbers that no SAE has. */
export function toImportedSae(
	folder: Folder,
	format: string,
	parts: SaeParts,
	overrides: SaeOverrides
): ImportedSae {
	const { architecture, dIn, dSae } = parts;
	const hook = resolveSite(folder, overrides, parts.site);
	const heads = headsLayer(hook);
	const isTopK = architecture === 'topk' || architecture === 'kron';
	const k = overrides.k ?? parts.k ?? 0;
	if (isTopK && !(Number.isSafeInteger(k) && k > 0))
		throw missingFact(folder, 'k', 'is TopK without a k', 'Add #k= and the number to the folder.');
	if (isTopK && k > dSae)
		throw unsupportedSae(
			folder,
			`keeps ${k} of ${dSae} features`,
			'Check that config and weights match.'
		);
	if (dIn * dSae >= MAX_NUMBERS)
		throw unsupportedSae(
			folder,
			`has ${dIn} × ${dSae} weights, more than a browser can hold`,
			'Use a narrower SAE.'
		);
	const tensors = new Map<string, Floats>();
	for (const [name, data] of Object.entries(parts.weights)) {
		if (data.some((x) => !Number.isFinite(x)))
			throw unsupportedSae(
				folder,
				`has a number in ${name} that is not finite`,
				'Download it again, or use another checkpoint.'
			);
		const rows = name === 'W_dec' ? dSae : ENCODER_MATRICES.includes(name) ? dIn : 0;
		tensors.set(name, { shape: rows ? [rows, data.length / rows] : [data.length], data });
	}
	const published = parts.l0 ?? (isTopK ? k : NaN);
	const l0 = published >= 0 && published <= dSae ? published : null;
	return {
		format,
		site: heads === null ? hook : attnOut(heads),
		cfg: {
			architecture,
			d_in: dIn,
			d_sae: dSae,
			dtype: 'float32',
			...(isTopK && { k }),
			...parts.more,
			apply_b_dec_to_input: parts.subtractBDec,
			normalize_activations: parts.normalize ?? 'none',
			reshape_activations: heads === null ? 'none' : 'hook_z',
			metadata: { ...parts.metadata, hook_name: hook, read_as: format, expected_l0: l0 }
		},
		tensors,
		expected: { l0 }
	};
}
