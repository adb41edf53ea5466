/** What a pack says was measured: of its model and of each SAE, in the words of `pack.json`. */
import { parseCheck, type Check } from './check';
import type { SaeId } from '../names/ids';
import { count, invalid, list, number, object, share } from '../files/json';

export interface ModelMetrics {
	/** By the name of the text. */
	bitsPerCharacter: Record<string, number>;
	tokensTrained: number | null;
	/** By the name of their family; none when not measured. */
	probes: Record<string, Probe>;
	fluency: Fluency | null;
	/** What can be measured again on texts that ship; null when not stated. */
	check: Check | null;
}

/** Multiple-choice probes of one family. */
export interface Probe {
	/** Share of probes whose likeliest continuation is a right one. */
	accuracy: number;
	/** What a blind choice reaches. */
	chance: number;
	/** Number of probes. */
	n: number;
}

/** Texts of the model's own, against the grammar that its training texts follow. */
export interface Fluency {
	stories: number;
	sentences: number;
	/** Share of the sentences that the grammar parses. */
	parsed: number;
	/** Share of the parsed ones that stand nowhere word for word in the training text. */
	novel: number;
}

/** Held-out metrics; every key as in the command `report`. */
export interface SaeMetrics {
	l0: number;
	nmse: number;
	fvu: number;
	ce_clean: number;
	ce_sae: number;
	ce_zero: number;
	ce_recovered: number;
	dead: number;
	tokens: number;
	/** 1 − fvu. Like all that follows, absent when not measured. */
	explained_variance?: number;
	/** Features by log10 of the share of tokens on which they are active, the dead ones left out. */
	density_histogram?: { edges: number[]; counts: number[] };
	/** Exponential of the entropy of the shares of the site's singular values. */
	effective_rank?: number;
	labelled?: Labelled;
}

/** Shares of the features alive in the text with known truth. */
export interface Labelled {
	/** Named by the truth of the text's generator. */
	truth: number;
	/** Named by a pattern of tokens. */
	pattern: number;
	/** How many are alive. */
	alive: number;
	/** Would have been named by shuffled truth. */
	control: number;
}

const REQUIRED = [
	'l0',
	'nmse',
	'fvu',
	'ce_clean',
	'ce_sae',
	'ce_zero',
	'ce_recovered',
	'dead',
	'tokens'
] as const satisfies (keyof SaeMetrics)[];
/** More than this many families or bins no reader would look at. */
const MOST = 200;

/** `saes`: those that the pack holds. */
export function parseModelMetrics(value: unknown, saes: SaeId[]): ModelMetrics {
	const at = 'model.metrics';
	const fields = object(value ?? {}, at);
	return {
		bitsPerCharacter: each(fields.bits_per_character, `${at}.bits_per_character`, number),
		tokensTrained:
			fields.tokens_trained == null ? null : number(fields.tokens_trained, `${at}.tokens_trained`),
		probes: each(fields.probes, `${at}.probes`, parseProbe),
		fluency: fields.fluency == null ? null : parseFluency(fields.fluency, `${at}.fluency`),
		check: fields.check == null ? null : parseCheck(fields.check, `${at}.check`, saes)
	};
}

export function parseSaeMetrics(value: unknown, at: string): SaeMetrics {
	const fields = object(value, at);
	const entries = REQUIRED.map((key) => [key, number(fields[key], `${at}.${key}`)]);
	const metrics = Object.fromEntries(entries) as SaeMetrics;
	const { explained_variance, effective_rank, density_histogram, labelled } = fields;
	if (explained_variance != null)
		metrics.explained_variance = number(explained_variance, `${at}.explained_variance`);
	if (density_histogram != null)
		metrics.density_histogram = parseHistogram(density_histogram, `${at}.density_histogram`);
	if (effective_rank != null)
		metrics.effective_rank = number(effective_rank, `${at}.effective_rank`);
	if (labelled != null) metrics.labelled = parseLabelled(labelled, `${at}.labelled`);
	return metrics;
}

function parseProbe(value: unknown, at: string): Probe {
	const { accuracy, chance, n } = object(value, at);
	return {
		accuracy: share(accuracy, `${at}.accuracy`),
		chance: share(chance, `${at}.chance`),
		n: count(n, `${at}.n`, 1)
	};
}

function parseFluency(value: unknown, at: string): Fluency {
	const { stories, sentences, parsed, novel } = object(value, at);
	return {
		stories: count(stories, `${at}.stories`, 0),
		sentences: count(sentences, `${at}.sentences`, 0),
		parsed: share(parsed, `${at}.parsed`),
		novel: share(novel, `${at}.novel`)
	};
}

function parseHistogram(value: unknown, at: string): { edges: number[]; counts: number[] } {
	const fields = object(value, at);
	const edges = list(fields.edges, `${at}.edges`).map((edge) => number(edge, `${at}.edges`));
	const counts = list(fields.counts, `${at}.counts`).map((n) => count(n, `${at}.counts`, 0));
	const rising = edges.every((edge, i) => i === 0 || edge > edges[i - 1]!);
	if (!rising || counts.length < 1 || counts.length > MOST || edges.length !== counts.length + 1)
		throw invalid(`has a ${at} whose edges and counts do not fit`);
	return { edges, counts };
}

function parseLabelled(value: unknown, at: string): Labelled {
	const { truth, pattern, alive, control } = object(value, at);
	return {
		truth: share(truth, `${at}.truth`),
		pattern: share(pattern, `${at}.pattern`),
		alive: count(alive, `${at}.alive`, 0),
		control: share(control, `${at}.control`)
	};
}

/** An object of the pack's own names, every value parsed. */
function each<T>(
	value: unknown,
	at: string,
	parse: (value: unknown, at: string) => T
): Record<string, T> {
	const entries = Object.entries(object(value ?? {}, at));
	if (entries.length > MOST) throw invalid(`has more than ${MOST} entries in ${at}`);
	return Object.fromEntries(
		entries.map(([name, of]) => [name, parse(of, `${at}.${name.slice(0, 40)}`)])
	);
}
