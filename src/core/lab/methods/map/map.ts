/**
 * Map: the decoder directions of an SAE in the plane, its lobes, and its spectrum.
 *
 * 1. Layout: UMAP (McInnes et al. 2018) of the rows of W_dec by cosine distance, 15 neighbours. Beside it stands how many
 *    of a feature's 10 nearest by cosine are among its 10 nearest in the plane, and what chance gives, 10 / (n − 1).
 * 2. Lobes: texts are cut into blocks; φ of two features is the correlation of their being active in a block,
 *    (N·n11 − n1·n2) / √(n1·n2·(N−n1)·(N−n2)). Spectral clustering of max(0, φ), and of (1 + cosine)/2 of the decoder's
 *    rows; agreement of the two by adjusted mutual information, of features active in at least 3 blocks.
 * 3. Nulls: lobes dealt out anew among the features, 99 times; and clusters of Gaussian directions of the same shape.
 * 4. Spectrum: eigenvalues of the covariance of the rows of W_dec, and the slope of log₁₀ eigenvalue over log₁₀ rank on
 *    ranks 10 to 150 (or all there are), beside Gaussian rows of the same shape.
 *
 * Li, Michaud, Baek, Engels, Sun and Tegmark, The Geometry of Concepts: Sparse Autoencoder Feature Structure, 2024,
 * arXiv 2410.19750, which takes blocks of 256 tokens.
 */
import { seedOf, type Found, type Method, type Settings } from '../../method';

export const MAP = {
	title: 'Map',
	paper: {
		title: 'The Geometry of Concepts: Sparse Autoencoder Feature Structure',
		authors: 'Li, Michaud, Baek, Engels, Sun and Tegmark',
		year: 2024,
		url: 'https://arxiv.org/abs/2410.19750'
	},
	does: 'The directions of an SAE in the plane, and whether features that are active together also point the same way.',
	says:
		'Points that lie close together need not point the same way: the share of neighbours that the plane keeps is stated, ' +
		'and distances between far points mean nothing. Adjusted mutual information above both nulls says that lobes of ' +
		'co-activity and clusters of directions go together, on text like this; it does not say what a lobe is about. The ' +
		'number of lobes is chosen, not found. A slope of the spectrum steeper than that of Gaussian directions says that the ' +
		'directions do not fill their space evenly. Neither place nor activation says how much a feature matters to the model.',
	options: {
		sae: { kind: 'sae', about: 'the SAE whose features are drawn' },
		lobes: { kind: 'whole', usual: 3, least: 2, most: 8, about: 'lobes' },
		block: { kind: 'whole', usual: 32, least: 4, most: 256, about: 'tokens of a block' },
		tokens: {
			kind: 'whole',
			usual: 10_000,
			least: 0,
			most: 500_000,
			about: 'tokens read for lobes (0: none)'
		},
		epochs: { kind: 'whole', usual: 300, least: 20, most: 2000, about: 'steps of the layout' },
		seed: seedOf('seed')
	}
} as const satisfies Method;

export type MapSettings = Settings<typeof MAP.options>;

export interface FeatureLobes {
	/** How many lobes, features in them, and blocks of how many tokens. */
	lobes: number;
	features: number;
	blocks: number;
	tokens: number;
	/** By feature; −1 for one that is in no lobe. */
	of: number[];
	/** Adjusted mutual information with clusters of directions. */
	ami: number;
	/** Of lobes dealt out anew, sorted; of Gaussian directions. */
	permuted: number[];
	gaussian: number[];
	/** (1 + permutations that do at least as well) / (1 + permutations). */
	p: number;
}

export interface Spectrum {
	/** Falling. */
	eigenvalues: number[];
	/** Of log₁₀ over log₁₀, on these ranks, from 1. */
	slope: number;
	ranks: [first: number, last: number];
	/** Slopes of Gaussian rows of the same shape, one a draw. */
	gaussian: number[];
}

export interface MapFound extends Found {
	sae: string;
	/** By feature; the layout as far as it is. */
	x: number[];
	y: number[];
	steps: { done: number; of: number };
	/** Null for features of which the pack does not say. */
	density: (number | null)[];
	/** Where a feature's name comes from; null where it has none. */
	source: (string | null)[];
	/** Shares of the 10 nearest that the plane keeps. */
	preservation: { k: number; share: number; chance: number } | null;
	lobes: FeatureLobes | null;
	spectrum: Spectrum | null;
	/** Milliseconds from the start to the first layout that was drawn. */
	first_ms: number;
	control: {
		chance: number;
		permuted: number | null;
		gaussian: number | null;
		slope: number | null;
	};
}
