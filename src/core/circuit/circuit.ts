/**
 * Sparse feature circuits (Marks et al., arXiv 2403.19647): which features, and which errors of the SAEs, a prediction
 * hangs on, and how they act on one another.
 *
 * 1. m is the logit of a target, less that of another token. A node is a feature, or the whole error vector of an SAE, at a
 *    token; its effect is what m changes by when the node alone is set to its value on a second prompt, or to 0.
 * 2. Effects are estimated by the gradient of m at the stream, by its mean over ten steps (integrated gradients), or found
 *    exactly, by a run for each.
 * 3. An edge is the part of an effect that goes through another node by paths that pass no site with an SAE between them.
 * 4. How much of m a set of nodes explains is seen by running the model with all others set aside (faithfulness), or with
 *    these set aside (completeness), beside random sets of as many nodes.
 */
import type { Call } from '../calls';
import type { FeatureId, SaeId } from '../names/ids';
import { parseFeatureId } from '../names/site';
import type { TokenProbability } from '../names/tokens';
import type { Attribution, AttributionRequest, TokenWish } from './attribution';

export const CIRCUIT_METHODS = ['grad', 'ig', 'exact'] as const;
export type CircuitMethod = (typeof CIRCUIT_METHODS)[number];

export interface CircuitRequest {
	text: string;
	target: TokenWish;
	against?: TokenWish | undefined;
	/** A prompt of as many tokens, whose values nodes are set to; 0 where left out. */
	patch?: string | undefined;
	method: CircuitMethod;
	/** Nodes to be answered. */
	top: number;
	/** Whether sets of nodes are run, for faithfulness and completeness. */
	curves: boolean;
	seed?: number | undefined;
}

/** A feature or an error, at a token. */
export type CircuitNodeKey =
	{ id: FeatureId; position: number } | { error: SaeId; position: number };

/** The SAE whose feature or error it is. */
export const saeOf = (node: CircuitNodeKey): SaeId =>
	'id' in node ? parseFeatureId(node.id)!.sae : node.error;

/** One text for each node. */
export const nodeKey = (node: CircuitNodeKey): string =>
	`${'id' in node ? node.id : `error of ${node.error}`} at ${node.position}`;

/** Which node it is, without what is known of it. */
export const keyOf = (node: CircuitNodeKey): CircuitNodeKey =>
	'id' in node
		? { id: node.id, position: node.position }
		: { error: node.error, position: node.position };

export type CircuitNode = CircuitNodeKey & {
	/** Of a feature its activation, of an error its length. */
	activation: number;
	/** What m changes by when the node is set to its value on the other prompt. */
	effect: number;
};

export interface CircuitEdge {
	from: CircuitNodeKey;
	to: CircuitNodeKey;
	weight: number;
}

export interface Faithfulness {
	nodes: number;
	/** (m(C) − m(∅)) / (m(M) − m(∅)) */
	value: number;
	/** The same of sets of as many nodes drawn at random, the mean. */
	random: number;
	/** The least and the largest of these. */
	range: [number, number];
	/** The same set, with the errors of all SAEs kept. */
	errorsKept: number;
}

export interface Completeness {
	nodes: number;
	/** The same of everything but these nodes. */
	value: number;
}

export interface Circuit {
	tokens: { id: number; text: string; special: boolean }[];
	/** `p`: its probability after the prompt. */
	target: { id: number; text: string; p: number };
	against: { id: number; text: string } | null;
	method: CircuitMethod;
	/** m of the model as it is, and with every node set aside. `patched`: m on the other prompt. */
	metric: { clean: number; empty: number; patched: number | null };
	/** Of the largest effect first. */
	nodes: CircuitNode[];
	/** Nodes that could have been chosen: all that are active on either prompt. */
	candidates: number;
	/** Σ effects of all candidates. */
	total: number;
	/** Between the nodes, of the largest weight first. */
	edges: CircuitEdge[];
	/** Edges that are not answered because there are too many. */
	edgesLeftOut: number;
	/** From nodes to m itself: what m changes by, by paths that pass no other site, by the gradient at the prompt. */
	outputs: { from: CircuitNodeKey; weight: number }[];
	faithfulness: Faithfulness[];
	completeness: Completeness[];
	/** Random sets behind each point. */
	draws: number;
	/** SAEs whose nodes are not in it, with the reason. */
	leftOut: { sae: SaeId; reason: string }[];
}

/** What is known first: nodes without edges and curves. */
export type CircuitPart = Pick<
	Circuit,
	'tokens' | 'target' | 'against' | 'metric' | 'nodes' | 'candidates' | 'total'
>;

/** Nodes of a prompt scaled where they are: 0 switches one off, 2 doubles it. */
export interface InterventionRequest {
	text: string;
	target: TokenWish;
	against?: TokenWish | undefined;
	changes: { node: CircuitNodeKey; factor: number }[];
	seed?: number | undefined;
}

/** What the model would say next, and m. */
export interface Prediction {
	metric: number;
	/** Of the target. */
	p: number;
	next: TokenProbability[];
}

export interface Intervention {
	before: Prediction;
	after: Prediction;
	/** With random vectors of the same lengths in place of what the changes add, one for each draw. */
	random: Prediction[];
}

export interface CircuitCalls {
	/** Throws a Problem where the pack has no SAE of the residual stream, or a word is not one token. */
	attribute: Call<AttributionRequest, Attribution>;
	/** Throws a Problem where no SAE of the pack lies in the stream, a word is not one token, or the prompts differ in length. */
	circuit: Call<CircuitRequest, Circuit, CircuitPart>;
	/** Nodes that belong together: features at one token that flow on into one another, and one feature at several tokens. */
	proposeGroups: Call<{ nodes: CircuitNodeKey[] }, CircuitNodeKey[][]>;
	/** Throws a Problem for a node that the prompt does not have. */
	intervene: Call<InterventionRequest, Intervention>;
}
