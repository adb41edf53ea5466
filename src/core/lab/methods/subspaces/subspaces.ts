/**
 * Subspaces: how many of its dimensions each part of a model uses, and whether dead features lie outside of them.
 *
 * 1. Of the activations of many tokens at a site, less their mean, σ are the singular values, which are the roots of the
 *    eigenvalues of the covariance. Effective rank = exp(H(p)), p = σ/Σσ (Roy and Vetterli 2007), here over the number
 *    of dimensions. Dimensions for 90 and 99 % are the fewest principal components that hold so much of the variance.
 * 2. All of it twice: with every coordinate, and without massive ones, whose variance is above 100 times the median.
 * 3. A feature's energy in the active subspace: the squared length of its unit decoder row in the principal components
 *    that hold 99 % of the variance at the site it writes to. AUC: how often a feature that is alive has more of it than
 *    one that is dead (Mann and Whitney), dead being silent on all tokens of the pack's statistics.
 * 4. Controls: the effective rank of as many Gaussian tokens of as many dimensions; each site on either half of the
 *    documents; and the energy of a random direction, which is the share of dimensions that are active.
 *
 * Wang et al., Attention Layers Add Into Low-Dimensional Residual Subspaces, 2025, arXiv 2508.16929, whose effective rank
 * of attention's outputs is about 0.6 of the dimensions, beside 0.9 of MLPs' and of the residual stream's.
 */
import { seedOf, type Found, type Method, type Settings } from '../../method';

export const SUBSPACES = {
	title: 'Subspaces',
	paper: {
		title: 'Attention Layers Add Into Low-Dimensional Residual Subspaces',
		authors: 'Wang et al.',
		year: 2025,
		url: 'https://arxiv.org/abs/2508.16929'
	},
	does: 'How many of its dimensions each part of the model uses, and whether dead features lie outside of them.',
	says:
		'A low effective rank says that the activations at a site fill few directions evenly, on text like this; the rest ' +
		'hold little variance, which is not to say that they hold nothing the model reads. One massive coordinate can lower ' +
		'the rank by itself, so all is measured without such coordinates too. Fewer tokens lower every rank: the Gaussian ' +
		'control of as many tokens shows how much, and the two halves of the text how far the numbers can be trusted. The ' +
		'paper measures large models; a small one may well not show its gap. An area of 0.5 says that dead features lie ' +
		'where those alive do. A feature may be dead for other reasons, and few dead features make no test.',
	options: {
		sae: { kind: 'sae', about: 'the SAE whose dead features are sought' },
		tokens: { kind: 'whole', usual: 10_000, least: 100, most: 500_000, about: 'tokens read' },
		seed: seedOf('seed of the control'),
		corpus: { kind: 'file', about: 'texts of your own, with an empty line between documents' }
	}
} as const satisfies Method;

export type SubspacesSettings = Settings<typeof SUBSPACES.options>;

export interface RankMeasure {
	/** Effective rank over the dimensions. */
	effective: number;
	/** Principal components for 90 and for 99 % of the variance. */
	for90: number;
	for99: number;
	/** Share of the variance of the first. */
	first: number;
}

export interface SiteRank extends RankMeasure {
	site: string;
	kind: string;
	layer: number;
	dimensions: number;
	/** Massive coordinates, and the same without them; null where there are none. */
	massive: number[];
	without: RankMeasure | null;
	/** Effective rank over the dimensions on either half of the documents, the smaller first; null where one is too short. */
	halves: [number, number] | null;
}

export interface FeatureEnergy {
	site: string;
	dimensions: number;
	/** Components that hold 99 % of the variance. */
	active: number;
	alive: number;
	dead: number;
	/** Mean share of a unit direction's square that lies in them. */
	energyAlive: number;
	energyDead: number | null;
	/** Null with no feature on one of the sides. */
	test: { auc: number; p: number } | null;
	/** Spearman's correlation of energy and density, of those alive; null where neither varies. */
	withDensity: number | null;
	/** By feature. */
	energy: number[];
	density: number[];
}

export interface SubspacesFound extends Found {
	sae: string;
	documents: number;
	/** In the order of computation. */
	sites: SiteRank[];
	/** Null where the pack has no statistics of the SAE, or its site was not read. */
	features: FeatureEnergy | null;
	control: {
		/** Effective rank of Gaussian tokens over their dimensions. */
		gaussian: number;
		/** Mean energy of a random direction; null without features. */
		random: number | null;
	};
}
