/** An SAE as every reader hands it over, whatever format it came in: what the pack and the runtime take. */
import type { Site } from '../../../src/core/names/ids';
import type { Floats } from '../../../src/core/files/safetensors';
import { attnOut, headsLayer } from '../../../src/core/names/site';
import { unsupportedSae, missingFact, type Folder } from '../files/folder';

export interface ImportedSae {
	/** The format it came in, as `models/README.md` names it. */
	format: string;
	site: Site;
	/** In the words of SAELens 6, as `cfg` in a pack. */
	cfg: ImportedSaeConfig;
	/** Names and shapes as in a pack (`models/README.md`, "Weights"). */
	tensors: Map<string, Floats>;
	expected: PublishedMetrics;
}

/** What its makers say of it, to hold our own measurement against; null where the files do not say. */
export interface PublishedMetrics {
	/** Mean number of active features. */
	l0: number | null;
}

export interface ImportedSaeConfig extends Record<string, unknown> {
	architecture: string;
	d_in: number;
	d_sae: number;
}

export interface SaeParts {
	format: string;
	/** Where it reads: a site, or the heads before W_O, which is shown at attention's output. */
	site: Site;
	architecture: 'standard' | 'topk' | 'jumprelu' | 'gated' | 'kron';
	dIn: number;
	dSae: number;
	/** TopK and kron only. */
	k?: number | null;
	subtractBDec: boolean;
	normalize?: string;
	/** `W_enc [dIn, dSae]` (kron: `W_p`, `W_q`), `W_dec [dSae, dIn]`, the rest vectors. */
	weights: Record<string, Float32Array>;
	/** More words for `cfg`. */
	more?: Record<string, unknown>;
	metadata?: Record<string, unknown>;
	l0?: number | null;
}

/** More numbers than one array of the browser holds. */
const LARGEST = 2 ** 31;

/** Throws a Problem for sizes, k or numbers that no SAE has. */
export function toImportedSae(folder: Folder, parts: SaeParts): ImportedSae {
	const { architecture, dIn, dSae, site: place, format } = parts;
	const heads = headsLayer(place);
	const site = heads === null ? place : attnOut(heads);
	const top = architecture === 'topk' || architecture === 'kron';
	const k = parts.k ?? 0;
	if (top && !(Number.isSafeInteger(k) && k > 0))
		throw missingFact(
			folder,
			'k',
			'is TopK but names no k',
			'Put #k= and the number after the folder.'
		);
	if (top && k > dSae)
		throw unsupportedSae(
			folder,
			`keeps ${k} of ${dSae} features`,
			'Check that config and weights match.'
		);
	if (dIn * dSae >= LARGEST)
		throw unsupportedSae(
			folder,
			`has ${dIn} × ${dSae} weights, more than this program can hold`,
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
		const matrices = ['W_enc', 'W_p', 'W_q', 'W_dec'];
		const rows = name === 'W_dec' ? dSae : matrices.includes(name) ? dIn : 0;
		tensors.set(name, { shape: rows ? [rows, data.length / rows] : [data.length], data });
	}
	const stated = parts.l0 ?? (top ? k : NaN);
	const l0 = stated >= 0 && stated <= dSae ? stated : null;
	return {
		format,
		site,
		cfg: {
			architecture,
			d_in: dIn,
			d_sae: dSae,
			dtype: 'float32',
			...(top && { k }),
			...parts.more,
			apply_b_dec_to_input: parts.subtractBDec,
			normalize_activations: parts.normalize ?? 'none',
			reshape_activations: heads === null ? 'none' : 'hook_z',
			metadata: { ...parts.metadata, hook_name: place, read_as: format, expected_l0: l0 }
		},
		tensors,
		expected: { l0 }
	};
}
