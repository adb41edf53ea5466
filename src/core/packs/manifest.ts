/**
 * `pack.json`: hostile until parsed. Its words are Hugging Face's and SAELens'; `parsePack` is the only
 * translator. The JSON Schema is in `models/README.md`.
 */
import type { KronShape } from '../sae/kron';
import type { SaeId, Site } from '../names/ids';
import { Problem } from '../names/errors';
import {
	count,
	DESCRIPTION,
	invalid,
	list,
	number,
	object,
	oneOf,
	text,
	type Fields
} from '../files/json';
import type { Null } from '../flow/matching';
import { parseModelMetrics, parseSaeMetrics, type ModelMetrics, type SaeMetrics } from './metrics';
import { partsOf } from './parts';
import { placeOf, siteOf } from '../names/site';
import { parseStatsText, type StatsText } from '../corpus/source';

/** The newest major version that this program reads. */
const MAJOR = 1;

export interface Pack {
	/** Lower case letters, digits and hyphens: it stands in addresses. */
	name: string;
	title: string;
	description: string;
	licence: string;
	citation: string;
	provenance: Record<string, unknown>;
	model: PackModel;
	saes: PackSae[];
	/** Texts that the features' examples point into. */
	examples: string | null;
	selfTest: string | null;
	workedExample: string | null;
	/** What the command `reproduce` found on this pack. */
	reproduction: string | null;
	/** Every file but `pack.json`, by its path relative to it. */
	files: Record<string, PackFile>;
}

export interface PackFile {
	bytes: number;
	/** 64 lower case hex digits. */
	sha256: string;
	/** Bytes of each of the parts in which it lies; absent where it lies whole: see `parts.ts`. */
	parts?: number[];
}

export interface PackModel {
	/** Hugging Face's `config.json`, not yet trusted. */
	config: Record<string, unknown>;
	weights: string[];
	tokenizer: string;
	tokenizerConfig: string;
	metrics: ModelMetrics;
}

export interface PackSae {
	id: SaeId;
	site: Site;
	cfg: SaeConfig;
	weights: string;
	stats: string | null;
	/** Names of its features; null when none were sought. */
	labels: string | null;
	/** Held-out tokens behind `stats`; null when the pack does not say. */
	statsTokens: number | null;
	/** The reader's text that `stats` are from; null when the pack's maker had another. */
	statsText: StatsText | null;
	/** Chance cosines against this SAE's decoder; null when the pack has none. */
	null: Null | null;
	metrics: SaeMetrics | null;
}

const ARCHITECTURES = ['standard', 'topk', 'jumprelu', 'gated', 'kron'] as const;
/** `centre`, a word of our own: each activation without the mean of its numbers. */
const NORMALIZATIONS = ['none', 'layer_norm', 'constant_norm_rescale', 'centre'] as const;

/** SAELens' `cfg.json`; `kron` (https://arxiv.org/abs/2505.22255), which it lacks, in words of our own. */
export interface SaeConfig {
	architecture: (typeof ARCHITECTURES)[number];
	/** Of what it reads: the model's width, or that of all heads together. */
	dIn: number;
	dSae: number;
	/** TopK and kron only. */
	k: number | null;
	/** kron only. */
	kron: KronShape | null;
	/** It reads the heads' outputs (hook_z); SAELens says so by `reshape_activations`. */
	heads: boolean;
	applyBDecToInput: boolean;
	normalizeActivations: (typeof NORMALIZATIONS)[number];
	metadata: Record<string, unknown>;
}

/** The same as `parsePack`, of a text; `advice` is for a text that is not JSON. */
export function parsePackText(
	text: string,
	advice = 'Check the address: it must be that of a pack’s folder.'
): Pack {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (cause) {
		throw new Problem('pack-invalid', `${DESCRIPTION} is not JSON.`, advice, { cause });
	}
	return parsePack(json);
}

/** Throws a Problem unless `json` is a pack that this program can read. Unknown fields are ignored. */
export function parsePack(json: unknown): Pack {
	const fields = object(json, 'pack.json');
	checkVersion(fields);
	const files = parseFiles(fields.files);
	const name = text(fields.name, 'name');
	if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name))
		throw invalid('has a name other than lower case letters, digits and hyphens');
	const saes = list(fields.saes, 'saes').map((sae, i) => parseSae(sae, `saes[${i}]`, files));
	if (new Set(saes.map((sae) => sae.id)).size < saes.length) throw invalid('names an SAE twice');
	return {
		name,
		title: text(fields.title ?? name, 'title'),
		description: text(fields.description ?? '', 'description'),
		licence: text(fields.licence ?? '', 'licence'),
		citation: text(fields.citation ?? '', 'citation'),
		provenance: object(fields.provenance ?? {}, 'provenance'),
		model: parseModel(
			fields.model,
			files,
			saes.map((sae) => sae.id)
		),
		saes,
		examples: optionalFile(fields.examples, 'examples', files),
		selfTest: optionalFile(fields.self_test, 'self_test', files),
		workedExample: optionalFile(fields.worked_example, 'worked_example', files),
		reproduction: optionalFile(fields.reproduction, 'reproduction', files),
		files
	};
}

function checkVersion(fields: Fields): void {
	if (fields.format !== 'undercurrent-pack') throw invalid('is not that of a pack');
	const major = Number(/^\d+/.exec(String(fields.version))?.[0] ?? NaN);
	if (!(major >= 1)) throw invalid('has no usable version');
	if (major > MAJOR)
		throw new Problem(
			'pack-newer',
			`The pack is of version ${major}; this program reads versions up to ${MAJOR}.`,
			'Use a newer Undercurrent, or an older copy of the pack.'
		);
}

function parseFiles(value: unknown): Record<string, PackFile> {
	const files: Record<string, PackFile> = Object.create(null) as Record<string, PackFile>;
	for (const [path, entry] of Object.entries(object(value, 'files'))) {
		checkPath(path);
		const { bytes, sha256, parts } = object(entry, `files["${path}"]`);
		if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
			throw invalid(`gives ${path} no sha256`);
		const file: PackFile = { bytes: count(bytes, `files["${path}"].bytes`, 0), sha256 };
		if (parts != null) file.parts = parseParts(parts, path, file.bytes);
		files[path] = file;
	}
	const lying = Object.entries(files).flatMap(([path, file]) => partsOf(path, file));
	if (new Set(lying.map(({ path }) => path)).size < lying.length)
		throw invalid('lets two files lie under one name');
	return files;
}

function parseParts(value: unknown, path: string, bytes: number): number[] {
	const at = `files["${path}"].parts`;
	const parts = list(value, at).map((part) => count(part, at, 0));
	if (parts.length === 0 || parts.reduce((sum, part) => sum + part, 0) !== bytes)
		throw invalid(`cuts ${path} into parts that are not its length`);
	return parts;
}

/** A path stays inside the pack's folder, on any system and in any address. */
function checkPath(path: string): void {
	const parts = path.split('/');
	const plain = /^[\w@.+-][\w@.+ -]*$/;
	if (path.length > 200 || !parts.every((part) => plain.test(part) && !/^\.+$/.test(part)))
		throw invalid(`names a file outside its folder or with an unusual name (${path.slice(0, 80)})`);
	if (path === 'pack.json') throw invalid('lists itself among its files');
}

function parseModel(value: unknown, files: Record<string, PackFile>, saes: SaeId[]): PackModel {
	const fields = object(value, 'model');
	const weights = list(fields.weights, 'model.weights').map((path) =>
		file(path, 'model.weights', files)
	);
	if (weights.length === 0) throw invalid('names no file of model weights');
	return {
		config: object(fields.config, 'model.config'),
		weights,
		tokenizer: file(fields.tokenizer, 'model.tokenizer', files),
		tokenizerConfig: file(fields.tokenizer_config, 'model.tokenizer_config', files),
		metrics: parseModelMetrics(fields.metrics, saes)
	};
}

function parseSae(value: unknown, at: string, files: Record<string, PackFile>): PackSae {
	const fields = object(value, at);
	const id = text(fields.id, `${at}.id`);
	const site = text(fields.site, `${at}.site`);
	if (!placeOf(site)) throw invalid(`names a site that does not exist (${site.slice(0, 80)})`);
	if (siteOf(id) !== site || !/^[\w.]+(@[\w.-]{1,64})?$/.test(id))
		throw invalid(`names an SAE that does not begin with its site (${id.slice(0, 80)})`);
	const cfg = parseConfig(fields.cfg, `${at}.cfg`);
	if (cfg.heads && placeOf(site)!.kind !== 'attn')
		throw invalid(`puts an SAE of attention's heads elsewhere than hook_attn_out (${id})`);
	return {
		id,
		site,
		cfg,
		weights: file(fields.weights, `${at}.weights`, files),
		stats: optionalFile(fields.stats, `${at}.stats`, files),
		labels: optionalFile(fields.labels, `${at}.labels`, files),
		statsTokens:
			fields.stats_tokens == null ? null : count(fields.stats_tokens, `${at}.stats_tokens`, 0),
		statsText:
			fields.stats_text == null ? null : parseStatsText(fields.stats_text, `${at}.stats_text`),
		null: fields.null == null ? null : parseNull(fields.null, `${at}.null`),
		metrics: fields.metrics == null ? null : parseSaeMetrics(fields.metrics, `${at}.metrics`)
	};
}

function parseConfig(value: unknown, at: string): SaeConfig {
	const cfg = object(value, at);
	const architecture = oneOf(cfg.architecture, ARCHITECTURES, `${at}.architecture`);
	const dSae = count(cfg.d_sae, `${at}.d_sae`, 1);
	const top = architecture === 'topk' || architecture === 'kron';
	return {
		architecture,
		dIn: count(cfg.d_in, `${at}.d_in`, 1),
		dSae,
		k: top ? count(cfg.k, `${at}.k`, 1) : null,
		kron: architecture === 'kron' ? parseKron(cfg, dSae, at) : null,
		heads: cfg.reshape_activations === 'hook_z',
		applyBDecToInput: cfg.apply_b_dec_to_input !== false,
		normalizeActivations: oneOf(
			cfg.normalize_activations ?? 'none',
			NORMALIZATIONS,
			`${at}.normalize_activations`
		),
		metadata: object(cfg.metadata ?? {}, `${at}.metadata`)
	};
}

function parseKron(cfg: Fields, dSae: number, at: string): KronShape {
	const heads = count(cfg.kron_h, `${at}.kron_h`, 1);
	const rows = count(cfg.kron_m, `${at}.kron_m`, 1);
	const columns = count(cfg.kron_n, `${at}.kron_n`, 1);
	if (heads * rows * columns !== dSae)
		throw invalid(`has a ${at} whose kron_h × kron_m × kron_n is not its d_sae`);
	return { heads, rows, columns };
}

function parseNull(value: unknown, at: string): Null {
	const fields = object(value, at);
	const std = number(fields.std, `${at}.std`);
	if (std <= 0) throw invalid(`has an unusable ${at}.std`);
	return {
		median: number(fields.median, `${at}.median`),
		std,
		q999: number(fields.q999, `${at}.q999`),
		draws: count(fields.draws, `${at}.draws`, 1),
		seed: count(fields.seed, `${at}.seed`, 0)
	};
}

function file(value: unknown, at: string, files: Record<string, PackFile>): string {
	const path = text(value, at);
	if (!(path in files)) throw invalid(`does not list the file that ${at} names`);
	return path;
}

/** A file that a pack may leave out, or name before it is made. */
function optionalFile(value: unknown, at: string, files: Record<string, PackFile>): string | null {
	if (value == null) return null;
	const path = text(value, at);
	return path in files ? path : null;
}
