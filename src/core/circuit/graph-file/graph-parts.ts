/** The parts of an attribution graph's file, hostile until parsed. The forms of circuit-tracer and of Neuronpedia. */
import * as j from '../../files/json';
import { parseFeatureId, placeOf, siteOf } from '../../names/site';
import type { Supernode } from '../supernodes';
import type { AttributionNode, GraphNodeKind } from './graph-file';

/** The one version there is; files without one are of it. */
export const GRAPH_VERSION = 1;
/** Shown in one place each. */
const LONGEST_NAME = 300;
const LONGEST_NOTE = 20_000;
const LONGEST_PROMPT = 1_000_000;
const MOST_TOKENS = 100_000;
const MOST_GROUPS = 1000;
const MOST_MEMBERS = 20_000;

const id = j.textUpTo(200);
const shortText = j.shown(LONGEST_NAME);

/** `schema_version`; what is newer is refused by the number. */
const version: j.Parse<number> = j.checked(
	j.optional(j.number, GRAPH_VERSION),
	(found) =>
		found !== GRAPH_VERSION &&
		`is of version ${found} of its form, and only ${GRAPH_VERSION} is known`
);

export const graphMetadata = j.object({
	slug: j.optional(shortText, ''),
	scan: j.optional(shortText, ''),
	prompt: j.optional(j.shown(LONGEST_PROMPT, j.textUpTo(LONGEST_PROMPT)), ''),
	tokens: ['prompt_tokens', j.list(shortText, MOST_TOKENS)],
	version: ['schema_version', version],
	/** Of ours: the SAE of each layer. */
	saes: ['transcoder_list', j.optional(j.list(shortText), [])],
	info: j.optional(j.object({ description: j.optional(j.shown(LONGEST_NOTE), '') }))
});

/** A list, or the text of one, as addresses have it. */
const listed =
	<T>(parse: j.Parse<T>, split: (text: string) => unknown): j.Parse<T> =>
	(value, at) =>
		parse(typeof value === 'string' ? split(value) : (value ?? []), at);

function parsedOrNot(text: string): unknown {
	try {
		return text === '' ? [] : j.parseJson(text);
	} catch {
		return null;
	}
}

const supernode: j.Parse<Supernode> = (value, at) => {
	const [name = '', ...members] = j.list(j.text, MOST_MEMBERS)(value, at);
	return { name: shortText(name, at), members };
};

export const graphView = j.object({
	pins: [
		'pinnedIds',
		listed(j.list(id, MOST_MEMBERS), (text) => text.split(',').filter((one) => one !== ''))
	],
	supernodes: ['supernodes', listed(j.list(supernode, MOST_GROUPS), parsedOrNot)]
});

export type RawNode = Omit<AttributionNode, 'layer' | 'reached'> & {
	/** `E`, or a number. */
	layer: string;
	/** As the file has it. */
	reached: number | null;
};

const layer: j.Parse<string> = (value, at) => {
	const text = j.textUpTo(6)(typeof value === 'number' ? String(value) : value, at);
	if (text === 'E' || /^\d{1,5}$/.test(text)) return text;
	throw j.invalid(`has no usable ${at}: it is neither “E” nor a number`);
};

function kindOf(type: string, layer: string): GraphNodeKind {
	if (type === 'logit') return 'logit';
	if (type === 'embedding' || layer === 'E') return 'token';
	return type.includes('error') ? 'error' : 'feature';
}

const ownOf = (text: string | null): RawNode['own'] => {
	if (text === null) return null;
	const feature = parseFeatureId(text);
	if (feature && placeOf(siteOf(feature.sae))) return { id: text };
	return placeOf(siteOf(text)) ? { error: text } : null;
};

const node = j.object({
	id: ['node_id', id],
	layer,
	position: ['ctx_idx', j.integer(0, MOST_TOKENS)],
	type: ['feature_type', j.optional(j.textUpTo(80), '')],
	clerp: j.optional(j.nullable(shortText), null),
	/** Neuronpedia's, where a person named the feature there. */
	remote: ['remoteClerp', j.optional(j.nullable(shortText), null)],
	p: ['token_prob', j.optional(j.nullable(j.number), null)],
	influence: j.optional(j.nullable(j.number), null),
	activation: j.optional(j.nullable(j.number), null),
	own: ['undercurrent_id', j.optional(j.nullable(j.textUpTo(200)), null)]
});

export function graphNode(value: unknown, at: string): RawNode {
	const { id, layer, position, type, clerp, remote, p, influence, activation, own } = node(
		value,
		at
	);
	const kind = kindOf(type, layer);
	return {
		id,
		kind,
		layer,
		position,
		name: (clerp || remote) ?? '',
		activation,
		p: kind === 'logit' ? p : null,
		reached: influence,
		own: ownOf(own)
	};
}

/** One of millions, so without a parser's frame; null for what is none. */
export function graphLink(
	value: unknown
): { source: string; target: string; weight: number } | null {
	if (typeof value !== 'object' || value === null) return null;
	const { source, target, weight } = value as Record<string, unknown>;
	if (typeof source !== 'string' || typeof target !== 'string') return null;
	if (!Number.isFinite(weight) || source.length > 200 || target.length > 200) return null;
	return { source, target, weight: weight as number };
}
