/**
 * `pack.json`: hostile until parsed. It names things as Hugging Face and SAELens do; only `parsePack` translates
 * these names. The JSON Schema is in `models/README.md`.
 */
import { saeConfig, type SaeConfig } from '../sae/config';
import type { SaeId, Site } from '../names/ids';
import { Problem } from '../names/errors';
import * as j from '../files/json';
import type { Null } from '../flow/matching';
import { modelMetrics, saeMetrics, type ModelMetrics, type SaeMetrics } from './metrics';
import { partsOf } from './parts';
import { isComputedBefore, isInStream, placeOf, siteOf } from '../names/site';
import { parseStatsText, type StatsText } from '../corpus/source';

/** Bytes; no description is longer. */
export const LONGEST_MANIFEST = 16 << 20;

/** The newest major version that this program reads. */
const MAJOR = 1;

export interface Pack {
	/** Lower case letters, digits and hyphens: it is part of addresses. */
	name: string;
	title: string;
	description: string;
	licence: string;
	citation: string;
	provenance: Record<string, unknown>;
	model: PackModel;
	saes: PackSae[];
	/** The file of texts that the features' examples point into. */
	examples: string | null;
	selfTest: string | null;
	workedExample: string | null;
	/** The file of the results of `reproduce`. */
	reproduction: string | null;
	/** The file of themes: sliders with doses and stored texts. */
	themes: string | null;
	/** Every file but `pack.json`, by its path relative to it. */
	files: Record<string, PackFile>;
}

export interface PackFile {
	bytes: number;
	/** 64 lower case hex digits. */
	sha256: string;
	/** Bytes of each part, when the file is in several: see `parts.ts`. */
	parts?: number[];
}

export interface PackModel {
	/** Hugging Face's `config.json`, not yet checked. */
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
	/** The file of the names of its features; null when the pack has none. */
	labels: string | null;
	/** Held-out tokens that `stats` are from; null when the pack does not say. */
	statsTokens: number | null;
	/** The reader's text that `stats` are from; null when they came with the pack. */
	statsText: StatsText | null;
	/** Cosines of random directions with this SAE's decoder; null when the pack has none. */
	null: Null | null;
	metrics: SaeMetrics | null;
}

export function endlessManifest(): Problem {
	return new Problem(
		'pack-invalid',
		`${j.DESCRIPTION} is longer than 16 MiB.`,
		'Ask whoever made the pack for another.'
	);
}

/** The same as `parsePack`, of a text; `advice` is for a text that is not JSON. */
export function parsePackText(
	text: string,
	advice = 'Check the address: it must be that of a pack’s folder.'
): Pack {
	let json: unknown;
	try {
		json = j.parseJson(text);
	} catch (cause) {
		throw new Problem('pack-invalid', `${j.DESCRIPTION} is not JSON.`, advice, { cause });
	}
	return parsePack(json);
}

/** Throws a Problem unless `json` is a pack that this program can read. Unknown fields are ignored. */
export function parsePack(json: unknown): Pack {
	checkVersion(j.fields(json, ''));
	const { files, name } = j.object({ files: packFiles, name: packName })(json, '');
	const file: j.Parse<string> = (value, at) => {
		const path = j.text(value, at);
		if (path in files) return path;
		throw j.invalid(`does not list the file that ${at} names`);
	};
	// A pack may name such a file before it is made.
	const optionalFile: j.Parse<string | null> = (value, at) => {
		const path = j.optional(j.text, '')(value, at);
		return path in files ? path : null;
	};
	const { saes } = j.object({ saes: j.list(saeOf(file, optionalFile)) })(json, '');
	const ids = saes.map(({ id }) => id);
	if (new Set(ids).size < ids.length) throw j.invalid('names an SAE twice');
	const pack = j.object({
		title: j.optional(j.shown(200), name),
		description: j.optional(j.shown(20_000), ''),
		licence: j.optional(j.shown(20_000), ''),
		citation: j.optional(j.shown(20_000), ''),
		provenance: j.optional(j.fields, {}),
		model: j.object({
			config: j.fields,
			weights: j.list(file),
			tokenizer: file,
			tokenizerConfig: ['tokenizer_config', file],
			metrics: (value, at) => modelMetrics(ids)(value ?? {}, at)
		}),
		examples: optionalFile,
		selfTest: ['self_test', optionalFile],
		workedExample: ['worked_example', optionalFile],
		reproduction: optionalFile,
		themes: optionalFile
	})(json, '');
	if (pack.model.weights.length === 0) throw j.invalid('names no file of model weights');
	return { name, ...pack, saes, files };
}

function checkVersion({ format, version }: Record<string, unknown>): void {
	if (format !== 'undercurrent-pack') throw j.invalid('is not that of a pack');
	// Not of an object, which may have a toString of its own.
	const given = typeof version === 'object' ? '' : String(version);
	const major = Number(/^\d+/.exec(given)?.[0] ?? NaN);
	if (!(major >= 1)) throw j.invalid('has no usable version');
	if (major > MAJOR)
		throw new Problem(
			'pack-newer',
			`The pack is of version ${major}; this program reads versions up to ${MAJOR}.`,
			'Use a newer Undercurrent, or an older copy of the pack.'
		);
}

const packName = j.matching(
	/^[a-z0-9][a-z0-9-]{0,63}$/,
	'has a name other than lower case letters, digits and hyphens'
);

const packFile = j.object({
	bytes: j.integer(0),
	sha256: j.matching(/^[0-9a-f]{64}$/),
	parts: j.optional(j.list(j.integer(0)))
});

const packFiles = j.checked(j.record(packFile), (files) => {
	const entries = Object.entries(files);
	const outside = entries.find(([path]) => isOutside(path));
	if (outside)
		return `names a file outside its folder or with an unusual name (${outside[0].slice(0, 80)})`;
	if ('pack.json' in files) return 'lists itself among its files';
	const cut = entries.find(
		([, { bytes, parts = [bytes] }]) =>
			parts.length === 0 || parts.reduce((a, b) => a + b, 0) !== bytes
	);
	if (cut) return `cuts ${cut[0]} into parts that are not its length`;
	const parts = entries.flatMap(([path, file]) => partsOf(path, file));
	const names = new Set(parts.map(({ path }) => path));
	return names.size < parts.length && 'gives two files the same name';
});

/** Unless a path stays inside the pack's folder, on any system and in any address. */
function isOutside(path: string): boolean {
	const plain = /^[\w@.+-][\w@.+ -]*$/;
	const parts = path.split('/');
	return path.length > 200 || !parts.every((part) => plain.test(part) && !/^\.+$/.test(part));
}

const saeOf = (file: j.Parse<string>, optionalFile: j.Parse<string | null>): j.Parse<PackSae> =>
	j.checked(
		j.object({
			id: j.text,
			site: j.text,
			cfg: saeConfig,
			weights: file,
			stats: optionalFile,
			labels: optionalFile,
			statsTokens: ['stats_tokens', j.optional(j.integer(0), null)],
			statsText: ['stats_text', j.optional(parseStatsText, null)],
			null: j.optional(nullCosines, null),
			metrics: j.optional(saeMetrics, null)
		}),
		({ id, site, cfg }) => {
			const place = placeOf(site);
			if (!place) return `names a site that does not exist (${site.slice(0, 80)})`;
			if (siteOf(id) !== site || !/^[\w.]+(@[\w.-]{1,64})?$/.test(id))
				return `names an SAE that does not begin with its site (${id.slice(0, 80)})`;
			const { reads } = cfg;
			if (reads !== null && !isInStream(site))
				return `has a transcoder that writes where nothing is added to the stream (${id})`;
			if (reads !== null && !isComputedBefore(reads, site))
				return `has a transcoder that reads what comes after the place where it writes (${id})`;
			const elsewhere = cfg.heads && place.kind !== 'attn';
			return elsewhere && `puts an SAE of attention heads elsewhere than at hook_attn_out (${id})`;
		}
	);

const nullCosines: j.Parse<Null> = j.object({
	...j.each(['median', 'q999'], j.number),
	std: j.numberFrom(Number.MIN_VALUE),
	draws: j.integer(1),
	seed: j.integer(0)
});
