/**
 * What experiments on feature flow are asked and answer, as plain data (arXiv 2502.03032, section 5 and
 * appendices A and B). Kept apart from `contract.ts`, whose `Engine` runs them.
 */
import type {
	Edit,
	FeatureId,
	FlowEdge,
	FlowGraph,
	FlowNode,
	Label,
	Progress,
	SaeId,
	Token
} from '../contract';
import type { UpstreamKind } from '../flow/flow';
import type { Null } from '../flow/matching';
import type { Reproduction, ReproductionSettings } from './reproduction';

/** How two features may be held to be the same: directions, activations, or one partner for each. */
export const MEASURES = ['cosine', 'pearson', 'coactivation', 'assignment'] as const;
export type Measure = (typeof MEASURES)[number];

export interface MatchRequest {
	id: FeatureId;
	target: SaeId;
	measure: Measure;
	/** How many; an assignment gives one. */
	k: number;
}

export interface MeasuredMatch {
	id: FeatureId;
	/** By the measure asked for. */
	score: number;
	/** Cosine of the decoder rows, whatever was asked for. */
	cosine: number;
	z: number;
	/** The cosine is above the null's 99.9th percentile. */
	high: boolean;
	label: Label | null;
}

export interface MatchAnswer {
	matches: MeasuredMatch[];
	/** Tokens behind a measure of activations; null for one of directions. */
	tokens: number | null;
}

/** A whole dictionary matched into another. */
export interface PairRequest extends Pick<MatchRequest, 'target' | 'measure' | 'k'> {
	from: SaeId;
}

/** The best matches of every feature of one dictionary, best first. */
export interface PairMatches {
	/** Matches of each feature; of an assignment 1. */
	k: number;
	/** [features × k], features of the target; −1 for none. */
	indices: Int32Array;
	/** By the measure asked for, [features × k]; 0 for none. */
	scores: Float32Array;
	/** Of the decoder rows, whatever was asked for, [features × k]. */
	cosines: Float32Array;
	chance: Null;
	/** Features without a match: their decoder row is zero, or none is active with them on the texts. */
	without: number;
	/** Tokens behind a measure of activations; null for one of directions. */
	tokens: number | null;
}

/** Chance cosines of a pair of dictionaries under one way to draw them. */
export interface NullRow {
	/** `isotropic`: the contract's. `rotated`: rows of the other dictionary, turned at random. */
	draw: 'isotropic' | 'rotated';
	/** Rows have their mean taken off first. */
	centred: boolean;
	median: number;
	q999: number;
	draws: number;
	/** Share of the real best cosines above `q999`. */
	high: number;
}

/** Does a feature fall silent when a match upstream is taken away? */
export interface EdgeRequest {
	text: string;
	/** Upstream. */
	from: FeatureId;
	to: FeatureId;
	/** h += (factor − 1)·a·w at the site and token of `from`; 0 takes it away. */
	factor: number;
	/** Random directions of equal norm tried at every token. */
	randoms: number;
	seed: number;
}

/** What a push did to a feature on one token. */
export interface Change {
	/** Activation without and with it. */
	before: number;
	after: number;
	/** 1 − after / before */
	change: number;
	/** Silent afterwards. */
	off: boolean;
	/** −ln p(next token) without and with it; null at the end of a text. */
	loss: number | null;
	lossAfter: number | null;
}

export interface EdgeRow extends Change {
	token: number;
	/** Activation of `from`. */
	activation: number;
	/** Changes by random directions of the same norm. */
	randoms: { change: number; off: boolean }[];
}

export interface EdgeTest {
	tokens: Token[];
	/** Tokens on which both features are active. */
	rows: EdgeRow[];
	/** Tokens on which only `to` is active: another cause moves it there. */
	without: number[];
}

/** How the predecessor to be taken away is chosen. */
export const STRATEGIES = [
	'top-1',
	'top-5',
	'exhaustive',
	'random of top-5',
	'permutation',
	'top-1 by Pearson',
	'random direction'
] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface DeactivationRequest {
	/** Texts of the pack, tokens of each, features of each token and layer: the most that are tried. */
	texts: number;
	tokensPerText: number;
	featuresPerToken: number;
	/**
	 * Features of each token and layer on which `exhaustive` is tried, at most: of all active features upstream
	 * it takes the one whose removal changes most, and so runs the model once for each of them.
	 */
	exhaustiveFeatures: number;
	factor: number;
	seed: number;
	strategies: Strategy[];
}

/** One target on one token, and one way to take its predecessor away. */
export interface Trial extends Change {
	text: number;
	token: number;
	to: FeatureId;
	layer: number;
	kind: UpstreamKind;
	strategy: Strategy;
	/** Index in `GROUPS`: which of the best matches were active. */
	group: number;
}

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

/** One way to steer, to be measured. */
export interface Arm {
	name: string;
	edits: Edit[];
	/** `random`: each feature's direction replaced by one of equal norm; `reversed`: pushed the other way. */
	control: 'none' | 'random' | 'reversed';
}

export interface SteeringRequest {
	text: string;
	arms: Arm[];
	/** Features whose theme is sought in what is written. */
	theme: FeatureId[];
	/** Continuations of each arm, with seeds from `seed` on. */
	samples: number;
	tokens: number;
	temperature: number;
	topP: number;
	seed: number;
}

/** What one continuation is like, read by the model without steering. */
export interface Told {
	text: string;
	/** exp of the mean −ln p of its tokens. */
	perplexity: number;
	/** Share of its 3-grams that repeat an earlier one; null when too short. */
	repeated: number | null;
	/** Mean over tokens of the theme features' activation, each by its maximum. */
	theme: number;
	/** Share of its tokens that the theme's features promote most. */
	lexicon: number;
}

export interface ArmResult {
	name: string;
	control: Arm['control'];
	/** KL(plain ‖ steered) of the next-token distribution after the prompt, in nats. */
	kl: number;
	told: Told[];
}

export interface DivergenceRequest extends Pick<Arm, 'edits' | 'control'> {
	text: string;
	seed: number;
}

export type OnProgress = (progress: Progress) => void;
export type OnTrials = (trials: Trial[], progress: Progress) => void;
export type OnArm = (result: ArmResult, progress: Progress) => void;

/** What the engine runs beside reading and writing; every call can be cancelled by its job. */
export interface Experiments {
	matches(request: MatchRequest, job: number, onProgress: OnProgress): Promise<MatchAnswer>;
	matchPair(request: PairRequest, job: number, onProgress: OnProgress): Promise<PairMatches>;
	nulls(
		pair: { from: SaeId; target: SaeId },
		job: number,
		onProgress: OnProgress
	): Promise<NullRow[]>;
	testEdge(request: EdgeRequest, job: number, onProgress: OnProgress): Promise<EdgeTest>;
	deactivate(request: DeactivationRequest, job: number, onTrials: OnTrials): Promise<void>;
	promptFlow(request: PromptFlowRequest, job: number): Promise<PromptFlow>;
	measureSteering(request: SteeringRequest, job: number, onArm: OnArm): Promise<void>;
	/** KL(plain ‖ steered) of the next-token distribution after a text, in nats. */
	divergence(request: DivergenceRequest, job: number): Promise<number>;
	/** What the pack brings of the same; null when it brings none. */
	reproduced(job: number): Promise<Reproduction | null>;
	reproduce(
		settings: ReproductionSettings,
		job: number,
		onProgress: OnProgress
	): Promise<Reproduction>;
}
