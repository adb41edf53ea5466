/** The address after `#`: everything that another person needs to see the same. Pure text to state and back. */
import type { Edit } from './steering/writing';
import type { FeatureId, SaeId } from './names/ids';
import { formatEdit, parseEdit } from './steering/edits';
import { parseFeatureId, placeOf, siteOf } from './names/site';

export const VIEWS = ['explore', 'feature', 'flow', 'steer', 'report', 'models'] as const;
export type View = (typeof VIEWS)[number];
/** Pages of the view `report` beside its first, which has no name. */
const REPORT_PAGES = ['flow'] as const;
export type ReportPage = (typeof REPORT_PAGES)[number];

/** null: not said, so that the page chooses. */
export interface AddressState {
	view: View;
	/** The feature of the views `feature` and `flow`; kept in the others for the way back. */
	id: FeatureId | null;
	/** The page of the view `report`; null is its first. */
	page: ReportPage | null;
	prompt: string | null;
	site: SaeId | null;
	/** Index into the prompt's tokens. */
	token: number | null;
	/** Tokens to write. */
	length: number;
	/** 0 is greedy. */
	temperature: number;
	topP: number;
	seed: number;
	steer: Edit[];
	/** A second prompt, whose flow is compared with that of the first. */
	beside: string | null;
	/** The most nodes that the flow of a prompt draws. */
	most: number;
	/** Least cosines that count as a match; null: the null's 99.9th percentile. */
	tRes: number | null;
	tModule: number | null;
	/** `{name}-{first 12 hex digits of the hash}`. */
	pack: string | null;
}

export const DEFAULTS: AddressState = {
	view: 'explore',
	id: null,
	page: null,
	prompt: null,
	site: null,
	token: null,
	length: 48,
	temperature: 0,
	topP: 1,
	seed: 0,
	steer: [],
	beside: null,
	most: 100,
	tRes: null,
	tModule: null,
	pack: null
};

/** What the numbers may be, ends included. */
export const LIMITS = {
	token: [0, 999_999],
	length: [1, 1000],
	temperature: [0, 5],
	topP: [0.01, 1],
	seed: [0, 4_294_967_295],
	most: [10, 500],
	cosine: [0, 1]
} as const satisfies Record<string, readonly [number, number]>;

const LONGEST_PROMPT = 200_000;
const MOST_EDITS = 64;
/** As any number within the limits is written: one below a millionth has an exponent. */
const NUMBER = /^-?\d{1,20}(\.\d{1,24})?(e-\d{1,3})?$/;

export interface ParsedAddress {
	state: AddressState;
	/** One sentence for everything that could not be read, naming it. */
	problems: string[];
}

/** Reads the part of an address from `#` on. Never throws: it may come from anywhere. */
export function parseAddress(hash: string): ParsedAddress {
	const problems: string[] = [];
	const [path = '', ...rest] = hash.replace(/^#?\/?/, '').split('?');
	const values = fields(rest.join('?'), problems);
	const state: AddressState = { ...DEFAULTS, ...place(path, problems) };
	const take = (name: string) => single(values, name, problems);

	state.prompt = promptOf('prompt', take('prompt'), problems);
	state.beside = promptOf('beside', take('beside'), problems);
	state.site = named('site', take('site'), isSae, 'which is no site', problems);
	state.pack = named('pack', take('pack'), isPack, 'which names no pack', problems);
	const read = (name: string, limits: readonly [number, number], whole: boolean) =>
		numberOf(name, take(name), limits, whole, problems);
	state.token = read('token', LIMITS.token, true);
	state.length = read('length', LIMITS.length, true) ?? DEFAULTS.length;
	state.temperature = read('temperature', LIMITS.temperature, false) ?? DEFAULTS.temperature;
	state.topP = read('top_p', LIMITS.topP, false) ?? DEFAULTS.topP;
	state.seed = read('seed', LIMITS.seed, true) ?? DEFAULTS.seed;
	state.most = read('most', LIMITS.most, true) ?? DEFAULTS.most;
	state.tRes = read('t_res', LIMITS.cosine, false);
	state.tModule = read('t_module', LIMITS.cosine, false);
	state.steer = editsOf(values.get('steer') ?? [], problems);
	values.delete('steer');
	for (const name of values.keys())
		problems.push(`The address has an unknown parameter ${quoted(name)}, which was left out.`);
	return { state, problems };
}

/** The address of a state, from `#` on; what equals the default is left out. */
export function formatAddress(state: AddressState): string {
	const query = new URLSearchParams();
	const put = (name: string, value: string | number | null, usual: string | number | null) => {
		if (value !== null && value !== usual) query.append(name, `${value}`);
	};
	put('prompt', state.prompt, null);
	put('site', state.site, null);
	put('token', state.token, null);
	put('length', state.length, DEFAULTS.length);
	put('temperature', state.temperature, DEFAULTS.temperature);
	put('top_p', state.topP, DEFAULTS.topP);
	put('seed', state.seed, DEFAULTS.seed);
	for (const edit of state.steer) query.append('steer', formatEdit(edit));
	put('beside', state.beside, null);
	put('most', state.most, DEFAULTS.most);
	put('t_res', state.tRes, null);
	put('t_module', state.tModule, null);
	put('pack', state.pack, null);
	const part = owned(state);
	const path = part === null ? state.view : `${state.view}/${part}`;
	// These need no escape after a `#`, and feature ids stay legible without it.
	const text = query.toString().replace(/%(2F|3A|40)/g, (escape) => decodeURIComponent(escape));
	return `#/${path}${text && `?${text}`}`;
}

/** What stands behind the view in its path. */
function owned({ view, id, page }: AddressState): string | null {
	if (view === 'report') return page;
	return view === 'feature' || view === 'flow' ? id : null;
}

function fields(query: string, problems: string[]): Map<string, string[]> {
	const values = new Map<string, string[]>();
	for (const part of query.split('&')) {
		if (part === '') continue;
		const [name = '', ...rest] = part.split('=');
		const key = decoded(name);
		const value = decoded(rest.join('='));
		if (key === null || value === null)
			problems.push(
				`${quoted(key ?? name)} in the address is cut or wrongly escaped, so the default stands.`
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

function place(path: string, problems: string[]): Partial<AddressState> {
	const at = path.indexOf('/');
	const name = at < 0 ? path : path.slice(0, at);
	const id = at < 0 ? '' : (decoded(path.slice(at + 1)) ?? path.slice(at + 1));
	const view = VIEWS.find((v) => v === name);
	if (!view) {
		if (name !== '') problems.push(`There is no view ${quoted(name)}, so this is Explore.`);
		return {};
	}
	if (id === '') return { view };
	if (view === 'report') {
		const page = REPORT_PAGES.find((known) => known === id);
		if (page) return { view, page };
		problems.push(`The report has no page ${quoted(id)}, so its first is shown.`);
		return { view };
	}
	if (view !== 'feature' && view !== 'flow') {
		problems.push(`The view ${view} takes no ${quoted(id)}, which was left out.`);
		return { view };
	}
	if (isFeature(id)) return { view, id };
	const shown = view === 'flow' ? 'the flow of the prompt' : 'a feature of the prompt';
	problems.push(`${quoted(id)} is no feature id, so ${shown} is shown.`);
	return { view };
}

function single(values: Map<string, string[]>, name: string, problems: string[]): string | null {
	const found = values.get(name);
	values.delete(name);
	if (!found) return null;
	if (found.length > 1)
		problems.push(`The address gives ${name} more than once; the first counts.`);
	return found[0]!;
}

function promptOf(name: string, value: string | null, problems: string[]): string | null {
	if (value === null || value.length <= LONGEST_PROMPT) return value;
	problems.push(
		`${name} in the address is longer than ${LONGEST_PROMPT} characters, so it was cut.`
	);
	return value.slice(0, LONGEST_PROMPT);
}

function named(
	name: string,
	value: string | null,
	fits: (value: string) => boolean,
	why: string,
	problems: string[]
): string | null {
	if (value === null || fits(value)) return value;
	problems.push(`${name} in the address is ${quoted(value)}, ${why}, so the default stands.`);
	return null;
}

function numberOf(
	name: string,
	value: string | null,
	[least, most]: readonly [number, number],
	whole: boolean,
	problems: string[]
): number | null {
	if (value === null) return null;
	const number = NUMBER.test(value) ? Number(value) : NaN;
	if (number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
	const kind = whole ? 'a whole number' : 'a number';
	problems.push(
		`${name} in the address is ${quoted(value)}, not ${kind} from ${least} to ${most}, so the default stands.`
	);
	return null;
}

function editsOf(values: string[], problems: string[]): Edit[] {
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

function isFeature(id: string): boolean {
	const parsed = parseFeatureId(id);
	return parsed !== null && isSae(parsed.sae);
}

function isSae(sae: string): boolean {
	return /^[\w.]{1,64}(@[\w.-]{1,64})?$/.test(sae) && placeOf(siteOf(sae)) !== null;
}

function isPack(pack: string): boolean {
	return /^[a-z0-9][a-z0-9-]{0,63}-[0-9a-f]{12}$/.test(pack);
}

/** As much of foreign text as a sentence bears. */
function quoted(text: string): string {
	return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
}
