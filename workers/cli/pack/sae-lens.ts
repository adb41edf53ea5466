/**
 * SAE folders as SAELens saves them: `cfg.json` and `sae_weights.safetensors`, of version 6 or the flat
 * configs before it (https://github.com/decoderesearch/SAELens).
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../src/core/errors';
import { float32, parseSafetensors } from '../../../src/core/safetensors';
import { placeOf } from '../../../src/core/site';
import type { Floats } from './tensors';

export interface SaeFolder {
	folder: string;
	site: string;
	/** `cfg.json` in the words of SAELens 6. */
	cfg: Record<string, unknown>;
	dIn: number;
	dSae: number;
	tensors: Map<string, Floats>;
}

const NEEDED: Record<string, string[]> = {
	standard: ['W_enc', 'W_dec', 'b_enc', 'b_dec'],
	topk: ['W_enc', 'W_dec', 'b_enc', 'b_dec'],
	jumprelu: ['W_enc', 'W_dec', 'b_enc', 'b_dec', 'threshold'],
	gated: ['W_enc', 'W_dec', 'b_gate', 'b_mag', 'r_mag', 'b_dec']
};

/** Throws a Problem for a folder that is not a supported SAE. */
export async function readSaeFolder(folder: string): Promise<SaeFolder> {
	const refuse = (what: string, advice: string) =>
		new Problem('unsupported', `The SAE in "${folder}" ${what}.`, advice);
	const cfgText = await readFile(path.join(folder, 'cfg.json'), 'utf8').catch(() => null);
	const bytes = await readFile(path.join(folder, 'sae_weights.safetensors')).catch(() => null);
	if (cfgText === null || !bytes)
		throw new Problem(
			'pack-missing',
			`"${folder}" is no SAELens folder: it needs cfg.json and sae_weights.safetensors.`,
			'Save the SAE with SAELens (sae.save_model) and give that folder.'
		);
	const old = parsed(cfgText, folder);
	const metadata = (old.metadata ?? {}) as Record<string, unknown>;
	const word = (...keys: string[]) =>
		keys.map((key) => old[key] ?? metadata[key]).find((value) => value !== undefined);
	const site = String(word('hook_name', 'hook_point') ?? '');
	if (!placeOf(site))
		throw refuse(
			`sits at "${site.slice(0, 60)}", which is not a supported site`,
			'Supported: blocks.N.hook_attn_out, hook_mlp_out, hook_resid_post and hook_resid_pre.'
		);
	const architecture = architectureOf(old, word);
	if (!(architecture in NEEDED))
		throw refuse(
			`has the architecture "${architecture.slice(0, 40)}", which is not supported`,
			`Supported: ${Object.keys(NEEDED).join(', ')}.`
		);
	const normalize = normalization(word('normalize_activations'));
	if (normalize === 'expected_average_only_in')
		throw refuse(
			'expects activations scaled to an average norm (expected_average_only_in)',
			'Fold the scaling factor into its weights first (SAELens: fold_activation_norm_scaling_factor).'
		);
	const file = parseSafetensors(new Uint8Array(bytes));
	const tensors = new Map<string, Floats>();
	for (const name of NEEDED[architecture]!) {
		if (!file.has(name)) throw refuse(`has no tensor ${name}`, 'Save it again with SAELens.');
		const { shape, data } = float32(file, name);
		tensors.set(name, { shape, data: Float32Array.from(data) });
	}
	const [dIn, dSae] = tensors.get('W_enc')!.shape as [number, number];
	const k = topK(old);
	if (architecture === 'topk' && !k)
		throw refuse('is TopK but names no k', 'Add k to its cfg.json.');
	if (word('rescale_acts_by_decoder_norm') === true) foldDecoderNorm(tensors, dIn, dSae);
	const cfg = {
		architecture,
		d_in: dIn,
		d_sae: dSae,
		dtype: 'float32',
		...(architecture === 'topk' && { k }),
		apply_b_dec_to_input: word('apply_b_dec_to_input') !== false,
		normalize_activations: normalize,
		reshape_activations: 'none',
		metadata: { ...metadata, hook_name: site }
	};
	return { folder, site, cfg, dIn, dSae, tensors };
}

type Cfg = Record<string, unknown>;

function parsed(text: string, folder: string): Cfg {
	try {
		const cfg: unknown = JSON.parse(text);
		if (cfg && typeof cfg === 'object' && !Array.isArray(cfg)) return cfg as Cfg;
	} catch {
		// Falls through to the sentence below.
	}
	throw new Problem(
		'pack-invalid',
		`The cfg.json in "${folder}" cannot be read.`,
		'Save the SAE again with SAELens.'
	);
}

function architectureOf(cfg: Cfg, word: (...keys: string[]) => unknown): string {
	const activation = word('activation_fn', 'activation_fn_str');
	const named = String(cfg.architecture ?? 'standard');
	return named === 'standard' && activation === 'topk' ? 'topk' : named;
}

function topK(cfg: Cfg): number | null {
	const old = cfg.activation_fn_kwargs as { k?: unknown } | undefined;
	const k = cfg.k ?? old?.k;
	return typeof k === 'number' && Number.isInteger(k) && k > 0 ? k : null;
}

function normalization(value: unknown): string {
	if (value === true) return 'expected_average_only_in';
	return typeof value === 'string' ? value : 'none';
}

/** TopK over pre-activations times decoder norms is TopK over scaled encoder columns with unit rows. */
function foldDecoderNorm(tensors: Map<string, Floats>, dIn: number, dSae: number): void {
	const [enc, dec] = [tensors.get('W_enc')!.data, tensors.get('W_dec')!.data];
	const bias = tensors.get('b_enc')!.data;
	for (let f = 0; f < dSae; f++) {
		const w = dec.subarray(f * dIn, (f + 1) * dIn);
		const norm = Math.sqrt(w.reduce((s, x) => s + x * x, 0));
		for (let c = 0; c < dIn; c++) {
			enc[c * dSae + f]! *= norm;
			w[c]! /= norm || 1;
		}
		bias[f]! *= norm;
	}
}
