/**
 * Probes: which k ≤ 8 units predict a label of the reader's, token by token.
 *
 * 1. Documents are split at random: a quarter is held out, so that no text is on both sides.
 * 2. On the others a selector ranks the units: |mean of positives − mean of negatives|, F of the analysis of variance,
 *    mutual information of label and activity, or the weights of an L1 logistic regression or of a linear SVM among the
 *    32 best by the first (telescoping).
 * 3. A logistic regression, both classes weighed alike and C = 1, on the k best, standardised; F1, precision, recall and
 *    Matthews' correlation on the held-out documents.
 * Control: the same from the selection on (by mean difference, k = 1), with the labels dealt out anew among the
 * tokens of each side, 99 times.
 * The same is done with the neurons of the layer's MLP, as the paper does.
 *
 * Gurnee et al., Finding Neurons in a Haystack: Case Studies with Sparse Probing, 2023, arXiv 2305.01610. The paper scales
 * units to a tenth of their standard deviation and fits by saga; here the optimum is found to 1e-9.
 */
import { seedOf, type Found, type Method, type Settings } from '../../method';
import { LABEL_KINDS } from './labels';
import { SELECTORS, type Selector } from './selectors';

export const PROBES = {
	title: 'Probes',
	paper: {
		title: 'Finding Neurons in a Haystack: Case Studies with Sparse Probing',
		authors: 'Gurnee, Nanda, Pauly, Harvey, Troitskii and Bertsimas',
		year: 2023,
		url: 'https://arxiv.org/abs/2305.01610'
	},
	does: 'Which few features, or neurons, tell a label of yours, and how well on documents that had no part in choosing them.',
	says:
		'A high F1 at k = 1 says that one unit goes with the label on text like this. It does not say that the model uses ' +
		'it for that: a probe finds what goes together, not what causes. A low F1 at k = 1 that rises with k means that the ' +
		'label is spread over several units, or that each of them stands for a part of it. Labels that follow from the token ' +
		'alone are easy, and most features of early layers do little else. F1 depends on how rare the label is, so it is ' +
		'shown beside that of a probe that always says yes, and beside shuffled labels.',
	options: {
		sae: { kind: 'sae', about: 'the SAE that is read' },
		kind: { kind: 'choice', usual: 'pattern', of: LABEL_KINDS, about: 'the label is a' },
		label: {
			kind: 'line',
			usual: '\\b([Ss]he|[Hh]er|[Hh]ers)\\b',
			about: 'pattern, or words with commas between'
		},
		by: { kind: 'choice', usual: 'mean difference', of: SELECTORS, about: 'units are chosen by' },
		k: { kind: 'whole', usual: 8, least: 1, most: 32, about: 'most units' },
		tokens: {
			kind: 'whole',
			usual: 20_000,
			least: 500,
			most: 500_000,
			about: 'most tokens read'
		},
		seed: seedOf('seed of the split'),
		corpus: { kind: 'file', about: 'a text of your own' }
	}
} as const satisfies Method;

export type ProbeSettings = Settings<typeof PROBES.options>;

/** How well a probe does on tokens it did not learn from. */
export interface ProbeScore {
	f1: number;
	precision: number;
	recall: number;
	/** Matthews' correlation. */
	mcc: number;
}

export interface ProbeRow extends ProbeScore {
	k: number;
	/** F1 on the tokens that it learned from. */
	f1_train: number;
	/** 95 % interval of the F1 over held-out documents; null where it has none. */
	interval: [low: number, high: number] | null;
}

/** What one kind of unit tells of the label. */
export interface ProbedUnits {
	/** Feature ids, or a site and a place in it. */
	kind: 'feature' | 'neuron';
	/** Tokens read, held-out ones included. */
	n: number;
	selectors: { by: Selector; units: string[]; rows: ProbeRow[] }[];
	/** Held-out F1 of the unit chosen by mean difference with shuffled labels, sorted. */
	shuffled: number[];
	/** (1 + shuffles that do at least as well as the unit chosen by mean difference) / (1 + shuffles). */
	p: number;
}

export interface ProbesFound extends Found {
	sae: string;
	by: Selector;
	positives: { train: number; held: number };
	documents: { train: number; held: number };
	features: ProbedUnits;
	/** Null where the site has no layer with an MLP. */
	neurons: ProbedUnits | null;
	control: {
		/** F1 of a probe that always says yes. */
		always: number;
		/** The 99th percentile of the features' shuffled F1. */
		shuffled: number;
		shuffles: number;
	};
}
