/** An SAE in the terms of SAELens 6, whatever format it came in: what packs and the runtime take. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Site } from '../../../src/core/names/ids';
import type { Floats } from '../../../src/core/files/safetensors';
import { saeArchitecture, type ArchitectureName } from '../../../src/core/sae/architectures';
import type { Normalization, SaeConfig } from '../../../src/core/sae/config';
import {
	attnOut,
	headsLayer,
	isComputedBefore,
	isInStream,
	tapOf
} from '../../../src/core/names/site';
import { Problem } from '../../../src/core/names/errors';
import { folderLabel, type Folder } from '../files/folder';
import { namedHook } from './hook-names';
import { resolveSite } from './site-names';
import { missingFact, unsupportedSae } from './unsupported';

export interface ImportedSae {
	/** The name of the format it came in. */
	format: string;
	site: Site;
	cfg: SaeConfig;
	/** Names and shapes as in a pack (`models/README.md`, "Weights"). */
	tensors: Map<string, Floats>;
	expected: PublishedMetrics;
	/** The module of Hugging Face's model that it reads, where its files say no more, as `Architecture.modules` calls it. */
	module: string | null;
	/** It was trained on a stream without the mean of its numbers, in models of which TransformerLens makes one. */
	centred: boolean;
	/** What somebody should know of it before its numbers are shown, a sentence each. */
	notes: string[];
}

/** What its makers published, to compare our own measurement with; null where the files do not say. */
export interface PublishedMetrics {
	/** Mean number of active features. */
	l0: number | null;
}

/** What a format reads from its files. */
export interface SaeParts {
	/** What it reads, by its files: a site, or the heads before W_O; null where they do not say. */
	site: string | null;
	/** Of a transcoder, where it writes; absent or null for an autoencoder. */
	writes?: string | null;
	/** As in `ImportedSae`. */
	module?: string | null;
	centred?: boolean;
	notes?: string[];
	architecture: ArchitectureName;
	dIn: number;
	dSae: number;
	/** Where only the k largest activations of a token count. */
	k?: number | null;
	subtractBDec: boolean;
	normalize?: Normalization;
	/** Of a transcoder; absent: `dIn`. */
	dOut?: number;
	/** The architecture's tensors, `W_dec [dSae, dOut]` and `b_dec [dOut]`, `W_skip [dOut, dIn]` where there is a skip. */
	weights: Record<string, Float32Array>;
	/** As in `SaeShape`. */
	own?: Record<string, number>;
	/** Facts that a person stated and that were needed, `site`, `format` and `k` aside. */
	took?: (keyof SaeOverrides)[];
	metadata?: Record<string, unknown>;
	l0?: number | null;
}

/** A browser's array holds no more numbers. */
const MAX_NUMBERS = 2 ** 31;

/** Throws a Problem for a site, sizes, k or numbers that no SAE has. */
export function toImportedSae(
	folder: Folder,
	format: string,
	parts: SaeParts,
	overrides: SaeOverrides,
	notes: string[] = []
): ImportedSae {
	const { architecture, dIn, dSae } = parts;
	const hook = resolveSite(folder, overrides, parts.site);
	const reads = parts.writes == null ? null : tapOf(hook);
	const heads = reads === null ? headsLayer(hook) : null;
	const dOut = parts.dOut ?? dIn;
	const { topK, tensors: shapesOf } = saeArchitecture(architecture);
	checkStated(folder, overrides, [...(parts.took ?? []), ...(topK ? (['k'] as const) : [])]);
	const k = overrides.k ?? parts.k ?? 0;
	if (topK && !(Number.isSafeInteger(k) && k > 0))
		throw missingFact(folder, 'k', 'is TopK without a k', 'Add #k= and the number to the folder.');
	if (topK && k > dSae)
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
	const published = parts.l0 ?? (topK ? k : NaN);
	const l0 = published >= 0 && published <= dSae ? published : null;
	const cfg: SaeConfig = {
		architecture,
		dIn,
		dSae,
		k: topK ? k : null,
		own: parts.own ?? {},
		heads: heads !== null,
		reads,
		dOut,
		skip: parts.weights.W_skip !== undefined,
		applyBDecToInput: parts.subtractBDec,
		normalizeActivations: parts.normalize ?? 'none',
		metadata: {
			...parts.metadata,
			hook_name: hook,
			...(parts.writes != null && { hook_name_out: parts.writes }),
			read_as: format,
			expected_l0: l0
		}
	};
	const shapes = shapesOf(cfg);
	const tensors = new Map<string, Floats>();
	for (const [name, data] of Object.entries(parts.weights)) {
		if (data.some((x) => !Number.isFinite(x)))
			throw unsupportedSae(
				folder,
				`has a number in ${name} that is not finite`,
				'Download it again, or use another checkpoint.'
			);
		const rows = { W_dec: dSae, W_skip: dOut }[name] ?? (shapes[name]?.length === 2 ? dIn : 0);
		tensors.set(name, { shape: rows ? [rows, data.length / rows] : [data.length], data });
	}
	const site =
		reads === null ? (heads === null ? hook : attnOut(heads)) : writesAt(folder, parts, reads);
	return {
		...{ format, site, cfg, tensors, expected: { l0 } },
		module: overrides.site === null ? (parts.module ?? null) : null,
		centred: parts.centred ?? false,
		notes: [...notes, ...(parts.notes ?? [])]
	};
}

/** Throws a Problem for a transcoder that writes where nothing of the model does, or before it reads. */
function writesAt(folder: Folder, { writes }: SaeParts, reads: Site): Site {
	const { site } = namedHook(writes!);
	if (isInStream(site) && isComputedBefore(reads, site)) return site;
	throw unsupportedSae(
		folder,
		`is a transcoder from "${reads}" to "${site.slice(0, 60)}", which cannot be run`,
		'Use one that writes what the MLP or attention writes, or the stream, and reads what comes before.'
	);
}

/** Their spelling after a `#`. */
const STATED = {
	normScalingFactor: 'norm_scaling_factor',
	decoderRows: 'decoder_rows',
	k: 'k',
	activation: 'activation'
} as const;

/** A fact that nothing was done with is a misunderstanding. */
function checkStated(folder: Folder, stated: SaeOverrides, took: (keyof SaeOverrides)[]): void {
	for (const [fact, word] of Object.entries(STATED))
		if (stated[fact as keyof typeof STATED] !== null && !took.includes(fact as keyof SaeOverrides))
			throw new Problem(
				'usage',
				`${word} was stated of the SAE in "${folderLabel(folder)}", and its files leave no room for it.`,
				`Leave ${word} out.`
			);
}
