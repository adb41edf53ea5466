/** The address after `#`: everything that another person needs to see the same. From text to state and back. */
import { CIRCUIT_METHODS, type CircuitMethod } from './circuit/circuit';
import {
	formatSupernode,
	MOST_SUPERNODES,
	parseSupernode,
	type Supernode
} from './circuit/supernodes';
import type { Edit } from './steering/writing';
import type { FeatureId } from './names/ids';
import type { Given } from './lab/method';
import { methodNamed, type MethodName } from './lab/methods';
import { SEARCH_WAYS, type SearchWay } from './search/search';
import { formatEdit, parseEdit } from './steering/edits';
import { parseFeatureId, placeOf, siteOf } from './names/site';

export const VIEWS = [
	'explore',
	'find',
	'feature',
	'flow',
	'circuit',
	'steer',
	'lab',
	'notebook',
	'train',
	'report',
	'models'
] as const;
export type View = (typeof VIEWS)[number];
/** Pages of the view `report` besides its first, which has no name. */
const REPORT_PAGES = ['flow'] as const;
export type ReportPage = (typeof REPORT_PAGES)[number];

/** Limits of the numbers, both included. */
export const LIMITS = {
	token: [0, 999_999],
	length: [1, 1000],
	temperature: [0, 5],
	topP: [0.01, 1],
	seed: [0, 4_294_967_295],
	most: [10, 500],
	nodes: [5, 300],
	cosine: [0, 1],
	density: [0, 1],
	lesson: [1, 5]
} as const satisfies Record<string, Limits>;
type Limits = readonly [least: number, most: number];

const LONGEST_PROMPT = 200_000;
const LONGEST_TOKEN = 200;
const MOST_EDITS = 64;
const MOST_OPTIONS = 32;
const LONGEST_OPTION = 20_000;
/** The name, and all the rest. */
const OPTION = /^([a-z][a-z0-9-]{0,31})=(.*)$/s;
/** As any number within the limits is written: one below a millionth has an exponent. */
const NUMBER = /^-?\d{1,20}(\.\d{1,24})?(e-\d{1,3})?$/;

interface Parameter<T> {
	/** In the address. */
	name: string;
	/** When the address does not give it. */
	usual: T;
	/** From all values that the address gives, of which there is at least one. */
	parse(values: string[], problems: string[]): T;
	format(value: T): string[];
}

/** In the order in which they are written; null: not in the address, so the page chooses. */
const PARAMETERS = {
	prompt: prompt('prompt'),
	site: once('site', null, (text) => (isSae(text) ? text : null), 'which is not a site'),
	/** Index into the prompt's tokens. */
	token: number('token', null, LIMITS.token, Number.isInteger),
	/** Tokens to write. */
	length: number('length', 48, LIMITS.length, Number.isInteger),
	/** 0 is greedy. */
	temperature: number('temperature', 0, LIMITS.temperature),
	topP: number('top_p', 1, LIMITS.topP),
	seed: number('seed', 0, LIMITS.seed, Number.isInteger),
	steer: { name: 'steer', usual: [], parse: parseEdits, format: formatEdits },
	/** Features of `steer` that are left alone for now. */
	paused: {
		name: 'paused',
		usual: [],
		parse: (values, problems) =>
			[...new Set(values)].slice(0, MOST_EDITS).filter((id) => {
				if (!isFeature(id))
					problems.push(`paused in the address is ${quoted(id)}, which is not a feature id.`);
				return isFeature(id);
			}),
		format: (ids) => ids
	} satisfies Parameter<FeatureId[]> as Parameter<FeatureId[]>,
	/** A second prompt, whose flow is compared with the first one's. */
	beside: prompt('beside'),
	/** What is searched for, in which way, and what differs from what; null: all ways that fit. */
	find: prompt('find'),
	by: once<SearchWay, null>('by', null, isWay, 'which is no way of searching'),
	against: prompt('against'),
	/** Searched and listed in this SAE alone. */
	within: once('within', null, (text) => (isSae(text) ? text : null), 'which is not an SAE'),
	/** Features that fire on a larger share of tokens are left out. */
	maxDensity: number('max_density', null, LIMITS.density),
	/** The most nodes that the flow of a prompt draws. */
	most: number('most', 100, LIMITS.most, Number.isInteger),
	/** The token whose logit a circuit explains, as text; null: the likeliest next one. */
	target: once<string, null>('target', null, (text) => text.slice(0, LONGEST_TOKEN), ''),
	/** Another, whose logit is taken from it. */
	ratherThan: once<string, null>('rather_than', null, (text) => text.slice(0, LONGEST_TOKEN), ''),
	/** How a circuit's effects are found. */
	method: once<CircuitMethod, CircuitMethod>(
		'method',
		'grad',
		(text) => CIRCUIT_METHODS.find((method) => method === text) ?? null,
		`not one of ${CIRCUIT_METHODS.join(', ')}`
	),
	/** Nodes of a circuit. */
	nodes: number('nodes', 40, LIMITS.nodes, Number.isInteger),
	/** What is set of the laboratory's method, by its names. */
	options: { name: 'option', usual: {} as Given, parse: parseOptions, format: formatOptions },
	/** Nodes of a circuit under one name, and what somebody notes of it. */
	groups: { name: 'group', usual: [], parse: parseGroups, format: formatGroups },
	note: prompt('note'),
	/** The lesson that is read beside the view, from 1. */
	lesson: number('lesson', null, LIMITS.lesson, Number.isInteger),
	/** Least cosines that count as a match; null: the null's 99.9th percentile. */
	tRes: number('t_res', null, LIMITS.cosine),
	tModule: number('t_module', null, LIMITS.cosine),
	/** A list of features that somebody shares: see `state/notebook/shared-list.ts`. */
	list: once<string, null>(
		'list',
		null,
		(text) => (/^[\w-]{1,100000}$/.test(text) ? text : null),
		'which is no shared list'
	),
	/** The feature that the one of the view `feature` is compared with. */
	compare: once<FeatureId, null>(
		'compare',
		null,
		(text) => (isFeature(text) ? text : null),
		'which is not a feature id'
	),
	/** `{name}-{first 12 hex digits of the hash}`. */
	pack: once('pack', null, (text) => (isPack(text) ? text : null), 'which is not a pack')
};
type Values = {
	[Key in keyof typeof PARAMETERS]: (typeof PARAMETERS)[Key] extends Parameter<infer T> ? T : never;
};
const TABLE = Object.entries(PARAMETERS) as [keyof Values, Parameter<unknown>][];

export interface AddressState extends Values {
	view: View;
	/** The feature of the views `feature` and `flow`; the other views keep it for the way back. */
	id: FeatureId | null;
	/** The page of the view `report`, or the method of the view `lab`; null is the first, or the list. */
	page: ReportPage | MethodName | null;
}

export const DEFAULTS: AddressState = {
	view: 'explore',
	id: null,
	page: null,
	...(Object.fromEntries(TABLE.map(([key, { usual }]) => [key, usual])) as unknown as Values)
};

export interface ParsedAddress {
	state: AddressState;
	/** One sentence for everything that could not be read, naming it. */
	problems: string[];
}

/** Reads the part of an address from `#` on. Never throws: it may come from anywhere. */
export function parseAddress(hash: string): ParsedAddress {
	const problems: string[] = [];
	const [path = '', ...rest] = hash.replace(/^#?\/?/, '').split('?');
	const given = parseQuery(rest.join('?'), problems);
	const state: Record<string, unknown> = { ...DEFAULTS, ...parsePath(path, problems) };
	for (const [key, { name, parse }] of TABLE) {
		const values = given.get(name);
		if (values) state[key] = parse(values, problems);
		given.delete(name);
	}
	for (const name of given.keys())
		problems.push(`The address has an unknown parameter ${quoted(name)}, which was left out.`);
	return { state: state as unknown as AddressState, problems };
}

/** The address of a state, from `#` on; defaults are left out. */
export function formatAddress(state: AddressState): string {
	const query = new URLSearchParams(
		TABLE.flatMap(([key, { name, format }]) => format(state[key]).map((value) => [name, value]))
	);
	const { view, id, page } = state;
	const paged = view === 'report' || view === 'lab';
	const part = paged ? page : view === 'feature' || view === 'flow' ? id : null;
	const path = part === null ? view : `${view}/${part}`;
	// These need no escape after a `#`, and without it feature ids stay legible.
	const text = query.toString().replace(/%(2F|3A|40)/g, (escape) => decodeURIComponent(escape));
	return `#/${path}${text && `?${text}`}`;
}

/** A parameter that is given once; `read` returns null for what cannot be read, and `wrong` says why. */
function once<T extends string | number, Usual extends T | null>(
	name: string,
	usual: Usual,
	read: (text: string, problems: string[]) => T | null,
	wrong: string
): Parameter<T | Usual> {
	return {
		name,
		usual,
		parse([text = '', ...more], problems) {
			if (more.length > 0)
				problems.push(`The address gives ${name} more than once; the first counts.`);
			const value = read(text, problems);
			if (value === null)
				problems.push(
					`${name} in the address is ${quoted(text)}, ${wrong}, so the default is used.`
				);
			return value ?? usual;
		},
		format: (value) => (value === null || value === usual ? [] : [`${value}`])
	};
}

function prompt(name: string): Parameter<string | null> {
	const cut = (text: string, problems: string[]) => {
		if (text.length > LONGEST_PROMPT)
			problems.push(
				`${name} in the address is longer than ${LONGEST_PROMPT} characters, so it was cut.`
			);
		return text.slice(0, LONGEST_PROMPT);
	};
	return once<string, null>(name, null, cut, '');
}

function number<Usual extends number | null>(
	name: string,
	usual: Usual,
	[least, most]: Limits,
	fits: (value: number) => boolean = () => true
): Parameter<number | Usual> {
	const read = (text: string) => {
		const value = NUMBER.test(text) ? Number(text) : NaN;
		return value >= least && value <= most && fits(value) ? value : null;
	};
	const kind = fits === Number.isInteger ? 'a whole number' : 'a number';
	return once<number, Usual>(name, usual, read, `not ${kind} from ${least} to ${most}`);
}

function formatEdits(edits: Edit[]): string[] {
	return edits.map(formatEdit);
}

function parseEdits(values: string[], problems: string[]): Edit[] {
	const edits = new Map<FeatureId, Edit>();
	for (const value of values.slice(0, MOST_EDITS)) {
		const edit = parseEdit(value);
		if (!edit)
			problems.push(
				`steer in the address is ${quoted(value)}, not FEATURE_ID=add:6, so it was left out.`
			);
		else if (edits.has(edit.id))
			problems.push(`The address steers ${edit.id} twice; the first counts.`);
		else edits.set(edit.id, edit);
	}
	if (values.length > MOST_EDITS)
		problems.push(
			`The address steers more than ${MOST_EDITS} features; the first ${MOST_EDITS} count.`
		);
	return [...edits.values()];
}

function formatOptions(options: Given): string[] {
	return Object.entries(options).map(([name, value]) => `${name}=${value}`);
}

function parseOptions(values: string[], problems: string[]): Given {
	const options: Record<string, string> = {};
	for (const text of values) {
		const [, name, value] = OPTION.exec(text) ?? [];
		if (name === undefined || value === undefined)
			problems.push(
				`option in the address is ${quoted(text)}, not NAME=VALUE, so it was left out.`
			);
		else if (Object.hasOwn(options, name))
			problems.push(`The address sets the option ${name} twice; the first counts.`);
		else if (Object.keys(options).length < MOST_OPTIONS)
			options[name] = value.slice(0, LONGEST_OPTION);
	}
	return options;
}

function formatGroups(groups: Supernode[]): string[] {
	return groups.map(formatSupernode);
}

function parseGroups(values: string[], problems: string[]): Supernode[] {
	const groups = new Map<string, Supernode>();
	for (const value of values.slice(0, MOST_SUPERNODES)) {
		const group = parseSupernode(value);
		if (group && !groups.has(group.name)) groups.set(group.name, group);
		else
			problems.push(
				`group in the address is ${quoted(value)}, not a new name and nodes, so it was left out.`
			);
	}
	if (values.length > MOST_SUPERNODES)
		problems.push(`The address has more than ${MOST_SUPERNODES} groups; the first count.`);
	return [...groups.values()];
}

function parseQuery(query: string, problems: string[]): Map<string, string[]> {
	const values = new Map<string, string[]>();
	for (const part of query.split('&').filter(Boolean)) {
		const [name = '', ...rest] = part.split('=');
		const key = decoded(name);
		const value = decoded(rest.join('='));
		if (key === null || value === null)
			problems.push(
				`${quoted(key ?? name)} in the address is cut off or wrongly escaped, so the default is used.`
			);
		else values.set(key, [...(values.get(key) ?? []), value]);
	}
	return values;
}

function decoded(text: string): string | null {
	try {
		return decodeURIComponent(text.replaceAll('+', ' '));
	} catch {
		return null;
	}
}

/** The view, and what follows it in the path. */
function parsePath(path: string, problems: string[]): Partial<AddressState> {
	const [name, escaped = ''] = path.split(/\/(.*)/s);
	const part = decoded(escaped) ?? escaped;
	const view = VIEWS.find((known) => known === name);
	if (!view) {
		if (name) problems.push(`There is no view ${quoted(name)}, so this is Explore.`);
		return {};
	}
	if (part === '') return { view };
	const page = REPORT_PAGES.find((known) => known === part);
	if (view === 'lab') {
		const method = methodNamed(part);
		if (method) return { view, page: method };
		problems.push(`The laboratory has no method ${quoted(part)}, so its list is shown.`);
	} else if (view === 'report') {
		if (page) return { view, page };
		problems.push(`The report has no page ${quoted(part)}, so its first is shown.`);
	} else if (view === 'feature' || view === 'flow') {
		if (isFeature(part)) return { view, id: part };
		const shown = view === 'flow' ? 'the flow of the prompt' : 'a feature of the prompt';
		problems.push(`${quoted(part)} is not a feature id, so ${shown} is shown.`);
	} else problems.push(`The view ${view} takes no ${quoted(part)}, which was left out.`);
	return { view };
}

function isFeature(id: string): boolean {
	const parsed = parseFeatureId(id);
	return parsed !== null && isSae(parsed.sae);
}

function isSae(sae: string): boolean {
	return /^[\w.]{1,64}(@[\w.-]{1,64})?$/.test(sae) && placeOf(siteOf(sae)) !== null;
}

function isWay(text: string): SearchWay | null {
	return SEARCH_WAYS.find((way) => way === text) ?? null;
}

function isPack(pack: string): boolean {
	return /^[a-z0-9][a-z0-9-]{0,63}-[0-9a-f]{12}$/.test(pack);
}

/** As much of text from outside as fits into a sentence. */
function quoted(text: string): string {
	return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
}
