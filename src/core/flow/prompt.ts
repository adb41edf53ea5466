/** The flow of all features active on a prompt, as it is asked for and answered: plain data. */
import type { Call } from '../calls';
import type { SaeId, FeatureId } from '../names/ids';
import type { Token } from '../names/tokens';
import type { FlowNode, FlowEdge, FlowGraph } from './graph';

export interface PromptFlowRequest {
	text: string;
	/** A second prompt, to be compared with the first. */
	beside?: string;
	tRes?: number;
	tModule?: number;
	/** One token of the first prompt and the one that corresponds to it on the second, or all together. */
	token: number | null;
	/** The most nodes that are drawn. */
	most: number;
}

/** A feature on a prompt: its largest activation there, also as a share of its maximum elsewhere, and where. */
export interface Active {
	/** 0 to 1. */
	share: number;
	peak: number;
	/** Index of the token. */
	at: number;
}

/** A feature on each of the prompts; null where it is silent. */
export type OnPrompts = (Active | null)[];

/** What was read of a prompt. */
export interface PromptRead {
	tokens: Token[];
	/** How many of its tokens lie beyond the context. */
	leftOut: number;
	/** The one token that was asked for; null for all. */
	token: number | null;
}

/**
 * All features active on a prompt, or on either of two, merged: what they are on each, and which match which.
 * Lists of prompts are in the order asked for.
 */
export interface PromptFlow extends FlowGraph {
	prompts: PromptRead[];
	nodes: (FlowNode & { on: OnPrompts })[];
	/** `on`: whether both ends are active on that prompt. */
	edges: (FlowEdge & { on: boolean[] })[];
	/** Active features in all; the strongest of each residual site are nodes, of two prompts those that differ most. */
	active: number;
	/** SAEs of which every active feature is a node. */
	whole: SaeId[];
	/** Of two prompts: the features whose shares differ most, drawn or not, the largest difference first. */
	differences: { id: FeatureId; on: OnPrompts }[];
	/** SAEs left out, since they do not lie in the model's space. */
	apart: SaeId[];
}

export interface PromptFlowCalls {
	promptFlow: Call<PromptFlowRequest, PromptFlow>;
}
