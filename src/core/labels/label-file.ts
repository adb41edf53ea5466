/**
 * Files of names, hostile until parsed: CSV, JSON or lines of JSON, with an id in any notation, or the SAE and the
 * number apart, or as Neuronpedia exports explanations (`modelId`, `layer` such as `6-res-jb`, `index`, `description`).
 */
import { parseJson } from '../files/json';
import { parseCsv } from '../names/csv';
import { Problem } from '../names/errors';
import type { FeatureId, SaeId } from '../names/ids';
import { plainText } from '../names/plain-text';
import { featureId, isMain, parseFeatureId, placeOf, siteOf } from '../names/site';
import { shortSite } from '../names/site-words';
import { idsIn } from '../search/notation';
import { LONGEST_NAME } from './labels';

interface Sized {
	id: SaeId;
	dSae: number;
}

export interface LabelFile {
	/** By feature, in the order of the file. */
	labels: Map<FeatureId, string>;
	/** See `LabelsImported`. */
	packs: number;
	elsewhere: number;
	further: number;
}

/** One line: where it stands, and its fields by their names in lower case, without `_`. */
interface Line {
	at: string;
	fields: Map<string, string>;
}

const MOST_LINES = 2_000_000;
const ID = ['id', 'feature', 'featureid'];
const TEXT = [
	'label',
	'text',
	'description',
	'explanation',
	'explanationtext',
	'annotation',
	'name'
];
const PACK_SOURCES = ['truth', 'pattern', 'tokens'];

/** `sae`: of numbers and layers that do not say which. Throws a Problem for a file with a line that cannot be right. */
export function parseLabelFile(text: string, saes: readonly Sized[], sae?: SaeId): LabelFile {
	const lines = /^\uFEFF?\s*[[{]/.test(text) ? linesOfJson(text) : linesOfTable(text, saes);
	if (lines.length === 0) throw refused('The file holds no names', FORMS);
	if (lines.length > MOST_LINES) throw refused(`The file has more than ${MOST_LINES} names`);
	const found: LabelFile = { labels: new Map(), packs: 0, elsewhere: 0, further: 0 };
	const first = new Map<FeatureId, string>();
	for (const line of lines) {
		const name = nameOf(line);
		if (name === '') continue;
		const id = featureOf(line, saes, sae);
		if (id === null) found.elsewhere++;
		else if (PACK_SOURCES.includes(line.fields.get('source') ?? '')) found.packs++;
		else if ((found.labels.get(id) ?? name) !== name) {
			if (!line.fields.has('layer'))
				throw refused(
					`${line.at} names ${id} another time, and differently from ${first.get(id)!.toLowerCase()}`
				);
			found.further++;
		} else {
			found.labels.set(id, name);
			if (!first.has(id)) first.set(id, line.at);
		}
	}
	if (found.elsewhere > 0 && found.labels.size === 0 && found.packs === 0)
		throw refused(
			'The file names features of SAEs that this pack does not have, and no others',
			`This pack has ${saes
				.map(({ id }) => id)
				.slice(0, 3)
				.join(', ')} and so on. Open the pack that the names are of.`
		);
	return found;
}

const FORMS =
	'Give a CSV with the columns id and label, JSON such as {"blocks.3.hook_resid_post/442": "sea"}, or explanations as Neuronpedia exports them.';

function nameOf({ at, fields }: Line): string {
	const key = TEXT.find((name) => fields.has(name));
	if (key === undefined)
		throw refused(`${at} has no name: none of ${TEXT.slice(0, 3).join(', ')}`, FORMS);
	const name = plainText(fields.get(key)!).replace(/\s+/g, ' ').trim();
	if (name.length > LONGEST_NAME)
		throw refused(`${at} has a name of more than ${LONGEST_NAME} characters`, 'Shorten it.');
	return name;
}

/** null for a feature of an SAE that the pack does not have. */
function featureOf(line: Line, saes: readonly Sized[], otherwise?: SaeId): FeatureId | null {
	const { at, fields } = line;
	const given = (names: string[]) =>
		names.map((name) => fields.get(name)).find((v) => v !== undefined);
	const id = given(ID)?.trim();
	const number =
		given(['index', 'featureindex'])?.trim() ?? (/^\d{1,9}$/.test(id ?? '') ? id : undefined);
	if (number === undefined) {
		if (id === undefined) throw refused(`${at} names no feature: it has no id`, FORMS);
		const whole = parseFeatureId(id);
		if (whole) return checked(at, whole.sae, whole.index, saes);
		const [one, ...more] = idsIn(id, saes);
		if (one === undefined || more.length > 0)
			throw refused(
				`${at} names no feature of this pack: “${id.slice(0, 60)}”`,
				'Correct the line.'
			);
		return one;
	}
	if (!/^\d{1,9}$/.test(number))
		throw refused(
			`${at} has the index “${number.slice(0, 40)}”, which is no whole number`,
			'Correct the line.'
		);
	const place = given(['sae', 'site', 'hookname'])?.trim() ?? null;
	const layer = fields.get('layer')?.trim() ?? null;
	const sae =
		place !== null
			? saeNamed(place, saes)
			: layer !== null && otherwise === undefined
				? saeAt(at, layer, saes)
				: otherwise;
	if (sae === undefined)
		throw refused(
			`${at} gives the number ${number} and not of which SAE`,
			'Give whole ids, or say which SAE the file is of.'
		);
	return sae === null ? null : checked(at, sae, Number(number), saes);
}

/** Throws a Problem for an index beyond the SAE's: such a file is of another SAE, and would name the wrong features. */
function checked(at: string, sae: SaeId, index: number, saes: readonly Sized[]): FeatureId | null {
	const known = saes.find(({ id }) => id === sae);
	if (!known) return null;
	if (index < known.dSae) return featureId(sae, index);
	throw refused(
		`${at} names ${featureId(sae, index)}, and this pack’s ${sae} has the features 0 to ${known.dSae - 1}`,
		'The names are of another SAE: open the pack that they are of.'
	);
}

const saeNamed = (text: string, saes: readonly Sized[]): SaeId | null =>
	saes.find(({ id }) => id === text || shortSite(id).toLowerCase() === text.toLowerCase())?.id ??
	null;

const KINDS: [RegExp, string][] = [
	[/^res/, 'resid'],
	[/^att/, 'attn'],
	[/^mlp/, 'mlp']
];

/**
 * The SAE of a Neuronpedia source: `6-res-jb` is read at the stream of block 6, `6-hook_mlp_out` at that site. null where
 * the pack has none there; throws a Problem where it has several.
 */
function saeAt(at: string, source: string, saes: readonly Sized[]): SaeId | null {
	const [, layer, rest] = /^(\d{1,4})-(.{1,120})$/.exec(source) ?? [];
	if (layer === undefined) return saeNamed(source, saes);
	if (rest!.includes('hook_')) return saeNamed(`blocks.${layer}.${rest}`, saes);
	// Neuronpedia names sets after kind, trainer and width: `20-gemmascope-res-16k`.
	const words = rest!.toLowerCase().split(/[-_]/);
	const kind = KINDS.find(([form]) => words.some((word) => form.test(word)))?.[1];
	const there = saes.filter(({ id }) => {
		const site = siteOf(id);
		if (kind === 'resid')
			return (
				site === `blocks.${layer}.hook_resid_pre` || site === `blocks.${layer}.hook_resid_post`
			);
		return placeOf(site)?.layer === Number(layer) && placeOf(site)?.kind === kind;
	});
	const main = there.filter(({ id }) => isMain(id));
	const [one, ...more] = main.length > 0 ? main : there;
	if (more.length > 0)
		throw refused(
			`${at} is of the layer “${source}”, where this pack has ${there.map(({ id }) => id).join(' and ')}`,
			'Say which SAE the file is of.'
		);
	return one?.id ?? null;
}

function linesOfTable(text: string, saes: readonly Sized[]): Line[] {
	const head = /^[^\r\n]*/.exec(text)![0];
	if (text.trim() === '') return [];
	const separator = [',', ';', '\t'].reduce((a, b) =>
		head.split(b).length > head.split(a).length ? b : a
	);
	const rows = parseCsv(text, separator);
	const names = (rows[0]?.cells ?? []).map(plainKey);
	const headless = idsIn(rows[0]?.cells[0] ?? '', saes).length > 0;
	const columns = headless ? ['id', 'label'] : names;
	if (!headless && !TEXT.some((name) => columns.includes(name)))
		throw refused(
			`The first line of the table names no column of names: “${head.slice(0, 60)}”`,
			FORMS
		);
	return rows.slice(headless ? 0 : 1).map(({ line, cells }) => ({
		at: `Line ${line}`,
		fields: new Map(
			columns.flatMap((name, i) =>
				cells[i] === undefined || (cells[i] === '' && !TEXT.includes(name))
					? []
					: [[name, cells[i]]]
			)
		)
	}));
}

const plainKey = (name: string): string =>
	name
		.trim()
		.toLowerCase()
		.replace(/[_\s-]/g, '');

function linesOfJson(text: string): Line[] {
	let whole: unknown;
	try {
		whole = parseJson(text.replace(/^\uFEFF/, ''));
	} catch (cause) {
		const lines = text.split('\n').filter((line) => line.trim() !== '');
		if (lines.length < 2) throw refused('The file is not JSON', FORMS, cause);
		return lines.flatMap((line, i) => {
			try {
				return linesOf(parseJson(line), `Line ${i + 1}`);
			} catch (inner) {
				throw inner instanceof Problem ? inner : refused(`Line ${i + 1} is not JSON`, FORMS, inner);
			}
		});
	}
	if (isObject(whole)) {
		const list = ['labels', 'explanations', 'features']
			.map((key) => (whole as Fields)[key])
			.find(Array.isArray);
		// A feature as Neuronpedia's API answers it holds its explanations.
		if (list && !('index' in whole)) whole = list;
		else if (!('index' in whole) && !ID.some((key) => key in (whole as Fields)))
			return linesOfMap(whole);
	}
	const entries = Array.isArray(whole) ? whole : [whole];
	return entries.flatMap((entry, i) => linesOf(entry, `Entry ${i + 1}`));
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ id: name }`, or `{ id: { label: name } }`. */
function linesOfMap(map: Fields): Line[] {
	return Object.entries(map).flatMap(([id, value]) => {
		const at = `The entry “${id.slice(0, 60)}”`;
		if (typeof value === 'string')
			return [
				{
					at,
					fields: new Map([
						['id', id],
						['label', value]
					])
				}
			];
		if (!isObject(value)) throw refused(`${at} is no name`, FORMS);
		return linesOf({ ...value, id }, at);
	});
}

function linesOf(entry: unknown, at: string): Line[] {
	if (!isObject(entry)) throw refused(`${at} is no name of a feature`, FORMS);
	const fields = new Map<string, string>();
	for (const [key, value] of Object.entries(entry))
		if (typeof value === 'string' || typeof value === 'number')
			fields.set(plainKey(key), `${value}`);
	const { explanations } = entry;
	if (!Array.isArray(explanations)) return [{ at, fields }];
	return explanations.filter(isObject).map((explanation) => ({
		at,
		fields: new Map([
			...fields,
			['description', typeof explanation.description === 'string' ? explanation.description : '']
		])
	}));
}

function refused(what: string, advice = 'Correct the file.', cause?: unknown): Problem {
	return new Problem('usage', `${what}.`, advice, { cause });
}
