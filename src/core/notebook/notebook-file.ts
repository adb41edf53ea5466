/** Notebooks as a file, and one list as the short JSON that a link carries. Both are hostile until parsed. */
import * as j from '../files/json';
import { Problem } from '../names/errors';
import type { FeatureId } from '../names/ids';
import { parseFeatureId, placeOf, siteOf } from '../names/site';
import { parseEdit, formatEdit } from '../steering/edits';
import type { KeptFeature, Notebooks, Preset } from './notebook';

const FORMAT = 'undercurrent-notebooks';
const VERSION = 1;
const MOST_LISTS = 500;
const MOST_FEATURES = 5000;

const short = (longest: number) => j.optional(j.shown(longest, j.textUpTo(longest)), '');
const words = j.checked(
	j.shown(200, j.textUpTo(200)),
	(text, at) => text.trim() === '' && `has an empty ${at}`
);
const id = j.checked(j.textUpTo(200), (text, at) => !isFeature(text) && `has no feature id ${at}`);
const pack = j.checked(
	j.optional(j.textUpTo(80), ''),
	(text, at) => !/^([a-z0-9][a-z0-9-]{0,63}-[0-9a-f]{12})?$/.test(text) && `has no pack ${at}`
);
const tags = j.optional(j.list(words, 50), []);
const token = j.optional(j.integer(0, 999_999), null);
const listId = j.matching(/^[\w-]{1,64}$/);

const feature = j.object({
	id,
	pack,
	called: ['name', short(1000)],
	note: short(20_000),
	tags,
	prompt: short(50_000),
	token
});
const preset = j.object({ id: listId, title: words, pack, edits: j.list(edit, 64) });
const file = j.object({
	format: j.checked(j.text, (text) => text !== FORMAT && 'is not one of notebooks'),
	version: j.checked(
		j.integer(1),
		(n) => n > VERSION && `is of version ${n}, which is newer than ${VERSION}`
	),
	notebooks: j.optional(
		j.list(
			j.object({ id: listId, title: words, features: j.list(feature, MOST_FEATURES) }),
			MOST_LISTS
		),
		[]
	),
	presets: j.optional(j.list(preset, MOST_LISTS), [])
});

/** Throws a Problem for anything but such a file. */
export function parseNotebooks(json: string): Pick<Notebooks, 'lists' | 'presets'> {
	const { notebooks, presets } = asUsage(() =>
		j.parseText(json, file, 'The file', 'Choose a file that was exported from a notebook.')
	);
	return { lists: notebooks.map((list) => ({ ...list, features: once(list.features) })), presets };
}

export function notebooksText({ lists, presets }: Pick<Notebooks, 'lists' | 'presets'>): string {
	const notebooks = lists.map((list) => ({
		...list,
		features: list.features.map(({ called, ...kept }) => ({ ...kept, name: called }))
	}));
	const sets = presets.map((set) => ({ ...set, edits: set.edits.map(formatEdit) }));
	const all = { format: FORMAT, version: VERSION, notebooks, presets: sets };
	return `${JSON.stringify(all, null, '\t')}\n`;
}

/** What a link tells of a list. */
export interface SharedList {
	title: string;
	features: KeptFeature[];
}

const entry = j.tuple(id, short(1000), short(20_000), tags, short(50_000), token);
const shared = j.tuple(words, pack, j.list(entry, MOST_FEATURES));

/** `[title, pack, [[id, name, note, tags, prompt, token], …]]`, without what is empty at the end of each. */
export function sharedText({ title, features }: SharedList): string {
	const packs = new Set(features.map((kept) => kept.pack));
	const entries = features.map((kept) => {
		const all = [kept.id, kept.called, kept.note, kept.tags, kept.prompt, kept.token];
		while (isEmpty(all.at(-1))) all.pop();
		return all;
	});
	return JSON.stringify([title, packs.size === 1 ? [...packs][0] : '', entries]);
}

/** Throws a Problem for anything that `sharedText` does not write. */
export function parseShared(json: string): SharedList {
	const [title, pack, entries] = asUsage(() =>
		j.parseText(json, shared, 'The list in the link', 'Ask for the link again.')
	);
	const features = entries.map(([id, called, note, tags, prompt, token]) => {
		return { id, pack, called, note, tags, prompt, token };
	});
	return { title, features: once(features) };
}

const isEmpty = (value: unknown): boolean =>
	value === '' || value === null || (Array.isArray(value) && value.length === 0);

const once = (features: KeptFeature[]): KeptFeature[] => [
	...new Map(features.map((kept) => [`${kept.pack} ${kept.id}`, kept])).values()
];

/** Nothing is wrong with a pack. */
function asUsage<T>(parse: () => T): T {
	try {
		return parse();
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		throw new Problem('usage', error.sentence, error.advice, { cause: error });
	}
}

function isFeature(text: FeatureId): boolean {
	const parsed = parseFeatureId(text);
	return parsed !== null && placeOf(siteOf(parsed.sae)) !== null;
}

function edit(value: unknown, at: string): Preset['edits'][number] {
	const parsed = parseEdit(j.textUpTo(300)(value, at));
	if (parsed) return parsed;
	throw j.invalid(`has no edit ${at}, such as FEATURE_ID=add:6`);
}
