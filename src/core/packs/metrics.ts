/** Measurements of a pack's model and SAEs, under their names in `pack.json`. */
import * as j from '../files/json';
import type { SaeId } from '../names/ids';
import { checkOf, type Check } from './check';

export interface ModelMetrics {
	/** By the name of the text. */
	bitsPerCharacter: Record<string, number>;
	tokensTrained: number | null;
	/** By the name of their family; empty when not measured. */
	probes: Record<string, Probe>;
	fluency: Fluency | null;
	/** What can be measured again on texts that ship with the pack; null when it states nothing. */
	check: Check | null;
}

/** Multiple-choice probes of one family. */
export interface Probe {
	/** Share of probes whose likeliest continuation is correct. */
	accuracy: number;
	/** Accuracy of a random choice. */
	chance: number;
	/** Number of probes. */
	n: number;
}

/** Stories that the model wrote, parsed with the grammar of its training texts. */
export interface Fluency {
	stories: number;
	sentences: number;
	/** Share of the sentences that the grammar parses. */
	parsed: number;
	/** Share of the parsed sentences that do not occur word for word in the training text. */
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
	/** 1 − fvu. This and all that follow are absent when not measured. */
	explained_variance?: number;
	/** Number of features by log10 of the share of tokens on which they are active, without the dead ones. */
	density_histogram?: { edges: number[]; counts: number[] };
	/** Exponential of the entropy of the normalised singular values of the site's activations. */
	effective_rank?: number;
	labelled?: Labelled;
}

/** Shares of the features that are alive in the text whose ground truth is known. */
export interface Labelled {
	/** Named by the ground truth of the text's generator. */
	truth: number;
	/** Named by a pattern of tokens. */
	pattern: number;
	/** How many are alive. */
	alive: number;
	/** Named by shuffled ground truth. */
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
/** No reader would look at more families or bins. */
const MOST = 200;

const byName = <T>(item: j.Parse<T>) => j.optional(j.record(item, MOST), {});

/** `saes`: those that the pack holds. */
export const modelMetrics = (saes: SaeId[]): j.Parse<ModelMetrics> =>
	j.object({
		bitsPerCharacter: ['bits_per_character', byName(j.number)],
		tokensTrained: ['tokens_trained', j.optional(j.number, null)],
		probes: byName(j.object({ accuracy: j.share, chance: j.share, n: j.integer(1) })),
		fluency: j.optional(
			j.object({ stories: j.integer(0), sentences: j.integer(0), parsed: j.share, novel: j.share }),
			null
		),
		check: j.optional(checkOf(saes), null)
	});

const histogram = j.checked(
	j.object({ edges: j.list(j.number), counts: j.list(j.integer(0)) }),
	({ edges, counts }, at) => {
		const rising = edges.every((edge, i) => i === 0 || edge > edges[i - 1]!);
		const fits = counts.length >= 1 && counts.length <= MOST && edges.length === counts.length + 1;
		return !(rising && fits) && `has a ${at} whose edges and counts do not fit`;
	}
);

export const saeMetrics: j.Parse<SaeMetrics> = j.object({
	...j.each(REQUIRED, j.number),
	explained_variance: j.optional(j.number),
	density_histogram: j.optional(histogram),
	effective_rank: j.optional(j.number),
	labelled: j.optional(
		j.object({ truth: j.share, pattern: j.share, alive: j.integer(0), control: j.share })
	)
});
