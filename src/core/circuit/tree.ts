/**
 * Contribution trees (He et al. 2024, arXiv 2402.12201): a logit, a feature or a score of attention opened into what wrote it,
 * and each part opened again. One pass of the model is enough: attention's shares, the scales of norms and the gates of the MLP
 * are frozen, which leaves linear maps.
 *
 * 1. The stream is the sum of the embedding and of what each attention and MLP wrote (`writers`).
 * 2. What attention writes is a sum over heads and source tokens (`heads`, the OV path), each linear in the stream there.
 * 3. What the MLP writes is linear in the stream before it once its gates are frozen (`gates`).
 * 4. Where there is an SAE, it is a sum of features, the SAE's bias and its error (`features`); a feature is its encoder's row
 *    times what the SAE reads.
 * 5. A score is a product of a query and a key, and so a sum over pairs of what wrote their streams (`pairs`, the QK path).
 *
 * The parts of a node sum to it: leaves, biases and errors sum to the root.
 */
import type { Call } from '../calls';
import type { FeatureId } from '../names/ids';
import type { TokenWish } from './attribution';

export const TREE_WAYS = ['writers', 'heads', 'gates', 'features', 'pairs'] as const;
export type TreeWay = (typeof TREE_WAYS)[number];

/** A logit after the last token, a feature where it is active, or what a query and a key give before softmax and cap. */
export type TreeRoot =
	| { target: TokenWish; against?: TokenWish | undefined }
	| { id: FeatureId; position: number }
	| { layer: number; head: number; query: number; key: number };

export interface TreeRequest {
	text: string;
	root: TreeRoot;
	/** How nodes are opened: by the path of keys from the root, `''`, with `/` between them. */
	open: Record<string, TreeWay>;
	/** Parts of a node that are answered one by one, of the largest. */
	top: number;
	/** So many of the largest nodes are opened by themselves, beside those of `open`. */
	expand?: number | undefined;
}

export interface TreeNode {
	/** Among the parts of its parent. */
	key: string;
	/** For people. */
	label: string;
	/** Where it is in the text; null for what is at no one token. */
	position: number | null;
	/** What it adds to the root. */
	value: number;
	/** Of what a head brings from a token: the score by which it looks there. */
	score: Extract<TreeRoot, { head: number }> | null;
	/** How it can be opened; empty for a leaf. */
	ways: TreeWay[];
	/** How it is opened. */
	way: TreeWay | null;
	parts: TreeNode[];
	/** Parts that are not answered one by one. */
	rest: { count: number; value: number };
}

export interface ContributionTree {
	tokens: { id: number; text: string }[];
	/** What is opened, in words. */
	title: string;
	/** Its value as the model has it. */
	value: number;
	root: TreeNode;
	/** Σ of leaves, biases, errors and rests, less `value`. */
	gap: number;
}

export interface TreeCalls {
	/** Throws a Problem for a root that the prompt does not have, and for a path or a way that there is not. */
	tree: Call<TreeRequest, ContributionTree>;
}
