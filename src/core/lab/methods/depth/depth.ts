/**
 * Depth: how the representations of a text change from layer to layer.
 *
 * 1. Entropy: tokens of a text in the residual stream, less their mean (or as they are), each brought to length 1, are
 *    the rows of Z, `[N × D]`. With λ the eigenvalues of Z·Zᵀ and p = λ/Σλ, S = −Σ p·ln p, over ln min(N, D): 0 for
 *    tokens that are all on a line, 1 for tokens that are spread evenly.
 * 2. Curvature: the mean angle between v_k and v_k+1, v_k = z_k+1 − z_k: the definition of Hénaff et al. The paper's code
 *    takes angles between the tokens themselves; it also cuts negative products at 0, and neither is done here.
 * 3. Entropy of documents: the same of one mean a document, over all documents.
 * 4. Controls: the same model with random weights, each matrix Gaussian with the deviation that it has; and curvature
 *    with the tokens in an order of chance, which for unrelated tokens is about 120°.
 * 5. Complexity of an SAE's features (Fel et al. 2024, in the linear case): K = 1 − the mean over layers up to the SAE's
 *    of R², with which ridge regression reads the feature's activation from the stream there, on documents held out.
 *    Emergence: the first layer with at least half of the best R². Control: activations dealt out anew.
 *
 * Skean et al., Layer by Layer: Uncovering Hidden Representations in Language Models, 2025, arXiv 2502.02013. Fel et al.,
 * Understanding Visual Feature Reliance through the Lens of Complexity, 2024, arXiv 2407.06076.
 */
import { seedOf, type Found, type Method, type Settings } from '../../method';

export const DEPTH = {
	title: 'Depth',
	paper: {
		title: 'Layer by Layer: Uncovering Hidden Representations in Language Models',
		authors: 'Skean et al.',
		year: 2025,
		url: 'https://arxiv.org/abs/2502.02013'
	},
	does: 'How evenly tokens are spread and how sharply their path turns, layer by layer, beside random weights.',
	says:
		'Low entropy says that the tokens of a text lie along few directions at a layer; it does not say that information ' +
		'is lost, nor which layer serves a task best, which the paper measures on tasks that are not run here. A short text ' +
		'gives noisy numbers: the curve over many texts stands beside it, with intervals. What random weights show too ' +
		'comes from the architecture and not from learning. Complexity rests on what a linear reading finds: a feature that ' +
		'is hard to read linearly may still be simple otherwise, and rare features give few tokens to learn from. Curvature ' +
		'is the angle between steps, as defined, not between tokens, as the paper’s code has it; numbers of LiDAR, DiME and ' +
		'InfoNCE, which need pairs of texts, are not computed.',
	options: {
		sae: { kind: 'sae', about: 'the SAE whose features are read from each layer' },
		text: { kind: 'prompt', about: 'the text that is read' },
		rows: {
			kind: 'choice',
			usual: 'centred',
			of: ['centred', 'plain'],
			about: 'tokens less their mean, or plain'
		},
		tokens: {
			kind: 'whole',
			usual: 5000,
			least: 100,
			most: 100_000,
			about: 'tokens of other texts'
		},
		features: {
			kind: 'whole',
			usual: 100,
			least: 0,
			most: 2000,
			about: 'features, the most frequent'
		},
		seed: seedOf('seed of the controls'),
		corpus: { kind: 'file', about: 'texts of your own, with an empty line between documents' }
	}
} as const satisfies Method;

export type DepthSettings = Settings<typeof DEPTH.options>;

export interface DepthMeasure {
	/** 0 to 1. */
	entropy: number;
	/** exp(S), in dimensions. */
	rank: number;
	/** Degrees; null for fewer than three tokens, or tokens that do not move. */
	curvature: number | null;
}

/** Mean over documents, with its 95 % interval. */
export interface OverDocuments {
	mean: number;
	interval: [number, number];
	n: number;
}

export interface DepthCurve {
	entropy: OverDocuments;
	curvature: OverDocuments | null;
	/** Of one mean a document; null with fewer than three documents. */
	documents: number | null;
}

export interface DepthLayer {
	site: string;
	/** 0 for the embedding, then the layers from 1. */
	depth: number;
	/** The text in view. */
	text: DepthMeasure;
	corpus: DepthCurve;
	/** Curvature with tokens in an order of chance. */
	shuffled: OverDocuments | null;
	/** With random weights; null for a model too large for a copy. */
	random: DepthCurve | null;
}

export interface FeatureDepth {
	feature: number;
	/** Tokens on which it is active, of those learned from and those held out. */
	active: number;
	/** Held out, by depth; below 0 where the mean does better. */
	r2: number[];
	complexity: number;
	/** Depth of the first layer with half of the best; null where nothing is read. */
	emerges: number | null;
	/** Best R² with activations dealt out anew. */
	shuffled: number;
}

export interface DepthFound extends Found {
	sae: string;
	/** Tokens of the text in view, and documents of the curve. */
	tokens: number;
	documents: number;
	layers: DepthLayer[];
	/** The most frequent first. */
	features: FeatureDepth[];
	control: {
		/** Why there are no random weights; null where there are. */
		without: string | null;
		/** The 99 % quantile of R² with activations dealt out anew; null without features. */
		shuffled: number | null;
	};
}
