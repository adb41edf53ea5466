/**
 * Circles: features of more than one dimension, which no sum of one-dimensional ones explains.
 *
 * 1. Clusters of an SAE's directions: connected parts of the graph in which each row of W_dec is joined to its nearest
 *    (2) of cosine above a threshold; or spectral clusters of the affinity 1 − arccos(cosine)/π; or, of words of the
 *    reader's, the 16 features whose means over each word differ most, on the last tokens of these words alone.
 * 2. Of the tokens on which a feature of the cluster is active, x̂ = Σ z_i·w_i over the cluster; their first five
 *    principal components, and the planes of components 1 and 2, 2 and 3, 3 and 4, 4 and 5.
 * 3. Separability S of a plane: the least mutual information of its two axes over all rotations, in bits, by a histogram
 *    of 10 × 10 bins; 0 for a product of two independent features. ε-mixture M: the greatest share of points that a
 *    projection v·f + c brings within ε = 0.1 of its root mean square; near 1 for a feature that is mostly off along a
 *    line. Score: the mean over planes with M ≥ 0.01 of (1 − M)·S.
 * 4. Null: the activations of each of the cluster's features dealt out anew among all tokens read, by itself, and the
 *    tokens on which any is active taken from these; up to 99 times, and no further once three have done as well (Besag
 *    and Clifford 1991). Second control: clusters of features drawn
 *    at random, of the same sizes. A cluster stands out with p ≤ 0.01 and a score above all of those.
 * 5. With words, whose features are chosen for telling them apart and would stand out by that: how far the means of the
 *    words go round in their order, in the best plane, against 999 orders drawn at random.
 *
 * Engels, Michaud, Liao, Gurnee and Tegmark, Not All Language Model Features Are One-Dimensionally Linear, 2024,
 * arXiv 2405.14860. It seeks M by gradient ascent; here it is sought over all directions of a grid. It rotates by 100
 * angles of a full turn; as S repeats every quarter turn, 25 of a quarter are the same.
 */
import { seedOf, type Found, type Method, type Settings } from '../../method';

export const CIRCLES = {
	title: 'Circles',
	paper: {
		title: 'Not All Language Model Features Are One-Dimensionally Linear',
		authors: 'Engels, Michaud, Liao, Gurnee and Tegmark',
		year: 2024,
		url: 'https://arxiv.org/abs/2405.14860'
	},
	does: 'Clusters of features that together mark places in a plane, such as days of the week on a circle.',
	says:
		'A cluster stands out when its plane is neither two independent features nor one that is mostly off. That is not yet ' +
		'a circle: features that avoid or seek one another in any way can stand out from shuffled activations. Look at ' +
		'the plane, and at whether the words go round in their order, which is a test of its own and needs ' +
		'seven words. The search takes many clusters, so one in a hundred would stand out by chance. With few points the histogram inflates S; the shuffled ' +
		'score beside it is inflated alike. Numbers differ from the paper’s: M is the best of a grid and not of gradient ' +
		'ascent, points are at most as many as set, spectral clusters are found with fewer starts, and the least cosine is ' +
		'0.25, not 0.5, which no two directions of a small model’s SAE have. Nothing here says that the ' +
		'model computes with the circle: that takes an intervention.',
	options: {
		sae: { kind: 'sae', about: 'the SAE whose features are clustered' },
		by: {
			kind: 'choice',
			usual: 'graph',
			of: ['graph', 'spectral', 'words'],
			about: 'clusters by'
		},
		words: {
			kind: 'line',
			usual: 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday',
			about: 'words, in their order (with clusters by words)'
		},
		cosine: { kind: 'number', usual: 0.25, least: 0, most: 1, about: 'least cosine (graph)' },
		near: { kind: 'whole', usual: 2, least: 1, most: 10, about: 'neighbours (graph)' },
		clusters: { kind: 'whole', usual: 80, least: 2, most: 250, about: 'clusters (spectral)' },
		least: {
			kind: 'whole',
			usual: 100,
			least: 20,
			most: 20_000,
			about: 'least tokens of a cluster'
		},
		points: { kind: 'whole', usual: 1000, least: 100, most: 20_000, about: 'points at most' },
		tested: { kind: 'whole', usual: 20, least: 1, most: 250, about: 'clusters tested, best first' },
		tokens: { kind: 'whole', usual: 20_000, least: 100, most: 500_000, about: 'tokens read' },
		seed: seedOf('seed'),
		corpus: { kind: 'file', about: 'texts of your own, with an empty line between documents' }
	}
} as const satisfies Method;

export type CirclesSettings = Settings<typeof CIRCLES.options>;

export interface PlaneMeasure {
	/** Principal components, from 1. */
	axes: [number, number];
	/** Bits. */
	separability: number;
	/** Share of 1. */
	mixture: number;
}

export interface CircleCluster {
	features: number[];
	/** Tokens on which any of them is active, and how many of these are points. */
	tokens: number;
	points: number;
	/** The most frequent tokens among the points, with how many. */
	common: { token: string; count: number }[];
	/** Share of the variance of each of the first five components. */
	variance: number[];
	planes: PlaneMeasure[];
	score: number;
	/** Scores with activations dealt out anew, and p; null where this was not tested. */
	shuffled: { median: number; most: number; shuffles: number; p: number } | null;
	/** p ≤ 0.01, and above all random clusters. */
	found: boolean;
	/** Of the plane with the highest (1 − M)·S; some of the points. */
	plane: { axes: [number, number]; x: number[]; y: number[]; token: string[] } | null;
	/** How far words go round in the order in which they are given, 0 to 1; null without words. */
	round: {
		r: number;
		p: number;
		axes: [number, number];
		words: { word: string; n: number; angle: number }[];
	} | null;
}

export interface CirclesFound extends Found {
	sae: string;
	by: string;
	/** Those of the highest score first. */
	clusters: CircleCluster[];
	/** Clusters of two features or more, of which `small` had too few tokens and `large` too many features. */
	all: number;
	small: number;
	large: number;
	/** Clusters tested against shuffled activations so far; none with words. */
	tested: number;
	control: {
		/** Scores of clusters of random features, rising. */
		random: number[];
		/** Clusters that would stand out by chance among those measured, at 1 %. */
		chance: number;
	};
}
