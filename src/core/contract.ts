/**
 * What the page may ask of an engine, as plain data: everything here survives `structuredClone`.
 * Names and meanings are those of the README's "Names" section; a site is a TransformerLens hook name.
 */
import type { Check, Remeasured } from './packs/check';
import type { Experiments } from './labs/requests';
import type { Fluency, Probe, SaeMetrics } from './packs/metrics';
import type { StoredPacks } from './packs/stored';
import type { StatsText } from './corpus/source';
import type { Workshop } from './workshop';

/** A hook name, e.g. `blocks.3.hook_resid_post`. */
export type Site = string;
/** `{site}` or `{site}@{name}`. */
export type SaeId = string;
/** `{SaeId}/{index}`; the index is the row of `W_dec`. */
export type FeatureId = string;

export type Backend = 'wasm' | 'webgpu';

/** How far a long piece of work has come. `total` is 0 while it is not known. */
export interface Progress {
	phase: 'download' | 'verify' | 'store' | 'prepare' | 'read' | 'write' | 'match' | 'measure';
	/** The file, site or step in hand, for people. */
	what: string;
	done: number;
	total: number;
}

/** What the page knows about a pack without running anything. */
export interface PackInfo {
	name: string;
	title: string;
	description: string;
	licence: string;
	citation: string;
	/** First 12 hex digits of the sha256 of `pack.json`: the address names a pack as `name-hash`. */
	hash: string;
	/** Number of transformer blocks. */
	layers: number;
	dModel: number;
	vocabSize: number;
	/** Longest sequence, in tokens, BOS included. */
	context: number;
	parameters: number;
	tokensTrained: number | null;
	bitsPerCharacter: Record<string, number>;
	/** What the model can do, by the name of a family of probes; none when not measured. */
	probes: Record<string, Probe>;
	/** Null when not measured. */
	fluency: Fluency | null;
	/** What `remeasure` compares with; null when the pack does not state it. */
	check: Check | null;
	/** Whether the pack brings what `reproduce` found on it. */
	reproduced: boolean;
	provenance: Record<string, unknown>;
	/** In order of depth: for each layer attention out, MLP out, residual. */
	saes: SaeInfo[];
	files: { path: string; bytes: number; stored: boolean }[];
}

export interface SaeInfo {
	id: SaeId;
	site: Site;
	layer: number;
	kind: 'attn' | 'mlp' | 'resid' | 'embed';
	architecture: string;
	/** It reads attention's heads before W_O (hook_z) and is shown after it; absent is false. */
	heads?: boolean;
	dIn: number;
	dSae: number;
	/** TopK and kron only. */
	k: number | null;
	/** kron only. */
	kron: KronShape | null;
	metrics: SaeMetrics | null;
}

/**
 * Features of a KronSAE (https://arxiv.org/abs/2505.22255) are pairs: feature (head · rows + i) · columns + j
 * is active where element i of the head's first code and element j of its second are.
 */
export interface KronShape {
	heads: number;
	rows: number;
	columns: number;
}

/** The answer of `open`: what runs, why, and whether its numbers are right. */
export interface Opened {
	pack: PackInfo;
	backend: Backend;
	/** One sentence: why this backend and not the other. */
	reason: string;
	selfTest: SelfTest;
	/** Bytes that came over the network for this `open` (0 on a warm start). */
	bytesFetched: number;
	/**
	 * The most bytes of the model's weights that were in memory at a time on their way to the runtime, which has
	 * its own: what was read to be checked is counted, too, what a download had in hand is not.
	 */
	weightsHeld: number;
}

export interface SelfTest {
	ok: boolean;
	/** Largest |x − expected| / (1e-4·rms + 1e-5·|expected|); at most 1 when ok. */
	worst: number;
	checks: number;
	sentence: string;
}

export interface Token {
	id: number;
	/** As it stands in the text; a piece of a split character as `<0xE2>`. */
	text: string;
	/** Added by the tokenizer (BOS): shown, left out of averages. */
	special: boolean;
}

export interface TokenProbability {
	token: string;
	id: number;
	p: number;
}

/** One SAE's view of a prompt, sparse: row t is `offsets[t] .. offsets[t + 1]`, strongest first. */
export interface SiteReading {
	sae: SaeId;
	site: Site;
	/** [nTokens + 1] */
	offsets: Uint32Array;
	/** [nnz] */
	features: Uint32Array;
	/** [nnz], > 0 */
	activations: Float32Array;
	/** [nTokens] number of active features. */
	l0: Uint32Array;
	/** [nTokens] ‖x−x̂‖² / ‖x−mean‖² */
	fvu: Float32Array;
}

/** What the model would say after `site`: the final norm and the unembedding applied there. */
export interface LensReading {
	site: Site;
	layer: number;
	/** [nTokens][5], likeliest first. */
	top: TokenProbability[][];
}

export interface Reading {
	tokens: Token[];
	/** Tokens of the prompt beyond the context, which were not read. */
	leftOut: Token[];
	sites: SiteReading[];
	lens: LensReading[];
	/** Next-token distribution after the last token, likeliest first. */
	next: TokenProbability[];
}

/** Parts of a reading as they come: tokens first, then SAEs in the order asked for. */
export type ReadingPart =
	| { kind: 'tokens'; tokens: Token[]; leftOut: Token[] }
	/** Comes twice: first without the lens, as soon as the model has read, then with it. */
	| { kind: 'next'; next: TokenProbability[]; lens: LensReading[] }
	| { kind: 'site'; site: SiteReading };

export interface ReadRequest {
	text: string;
	/** These first (those in view); all others follow. */
	first?: SaeId[];
}

export interface Label {
	text: string;
	/** Where it came from: `tokens` (those it promotes), `truth`, `pattern`, `reader`. */
	source: string;
	/** F1 between 0 and 1, or null when not measured. */
	score: number | null;
	/** Between 0 and 1; null or absent when not measured, like the next two. */
	precision?: number | null;
	recall?: number | null;
	/** The F1 that shuffled truth reaches. */
	chance?: number | null;
}

export interface Example {
	tokens: string[];
	/** One per token; 0 where the feature is silent. */
	activations: number[];
	/** 1 = the strongest of all; 0.5 = as strong as the median active token. */
	quantile: number;
	/** Who wrote the text: a story generator, the model itself, or the maker of the pack gave it. */
	source: 'generator' | 'model' | 'text';
}

export interface TokenLogit {
	token: string;
	id: number;
	logit: number;
}

export interface FeatureCard {
	id: FeatureId;
	sae: SaeId;
	label: Label | null;
	/** Share of held-out tokens on which it is active; null, like all statistics, when not measured. */
	density: number | null;
	max: number | null;
	/** Mean over the tokens on which it is active. */
	mean: number | null;
	/** Held-out tokens behind density and histogram; null when the pack does not say. */
	tokens: number | null;
	/** The reader's text that the statistics are from; null when they are the pack's maker's. */
	text?: StatsText | null;
	/** A pattern of tokens on which it fires, whether or not that is good enough for a name. */
	pattern?: Label | null;
	histogram: { edges: number[]; counts: number[] } | null;
	examples: Example[];
	promoted: TokenLogit[];
	suppressed: TokenLogit[];
	/** Tokens whose embedding points along its encoder: embedding row · W_enc column, centred. */
	reads: TokenLogit[];
	nearest: { id: FeatureId; cosine: number; label: Label | null }[];
	/** Best matches at upstream sites (where it came from) and downstream (where it goes). */
	upstream: Match[];
	downstream: Match[];
	/** What the decoders say of where it came from. */
	origin: OriginRow;
	/** What held-out text says of it: shares of its active tokens, in the order of `GROUPS`. */
	observed: number[] | null;
	/** Features of the same SAE active on the same tokens, by Pearson correlation of activations. */
	together: { id: FeatureId; correlation: number; label: Label | null }[] | null;
	/** Bits: entropy of the distribution over the token ids on which it is active. */
	tokenEntropy: number | null;
	/** Whether names were sought: a label from `tokens` then means that none scored well enough. */
	namesSought: boolean;
	/** Where a kron feature stands among its head's, and the others of its row and column. */
	kron: KronPlace | null;
}

export interface KronPlace {
	head: number;
	row: number;
	column: number;
	sameRow: { id: FeatureId; label: Label | null }[];
	sameColumn: { id: FeatureId; label: Label | null }[];
}

export interface Match {
	id: FeatureId;
	cosine: number;
	/** (cosine − null median) / null standard deviation of the target SAE. */
	z: number;
	/** Above the null's 99.9th percentile. */
	high: boolean;
	label: Label | null;
}

export type Origin = 'translated' | 'processed' | 'newborn' | 'unexplained' | 'not measured';

export interface FlowNode {
	id: FeatureId;
	site: Site;
	layer: number;
	/** null for features of other sites and of the first residual site. */
	origin: Origin | null;
	/** The upstream kinds with a high match. */
	from: ('resid' | 'mlp' | 'attn')[];
	/** Sites without an SAE whose score could change the origin. */
	missing: Site[];
	label?: Label | null;
	/** null when not measured. */
	density?: number | null;
	/** As on its card. */
	observed?: number[] | null;
}

export interface FlowEdge {
	/** Upstream. */
	from: FeatureId;
	/** Downstream. */
	to: FeatureId;
	cosine: number;
	z: number;
}

export interface FlowGraph {
	nodes: FlowNode[];
	edges: FlowEdge[];
	/** Keyed `SAE→SAE`, downstream feature's SAE first matched into the upstream one: `from→to` as the edges run. */
	null: Record<string, { median: number; q999: number }>;
}

export interface FlowRequest {
	id: FeatureId;
	/** Least cosine for a residual predecessor; absent: the null's 99.9th percentile. */
	tRes?: number;
	/** Least cosine for an attention or MLP predecessor; absent: the null's 99.9th percentile. */
	tModule?: number;
}

export interface OriginRow {
	origin: Origin | null;
	from: ('resid' | 'mlp' | 'attn')[];
	missing: Site[];
	scores: { resid: number | null; mlp: number | null; attn: number | null };
	z: { resid: number | null; mlp: number | null; attn: number | null };
}

export type EditMode = 'add' | 'set' | 'scale' | 'ablate';

/** `add:s` h += s·w; `set:v` h += (v−a)·w; `scale:r` h += (r−1)·a·w; `ablate` = `set:0`. */
export interface Edit {
	id: FeatureId;
	mode: EditMode;
	/** 0 for `ablate`. */
	value: number;
}

export interface WriteRequest {
	text: string;
	edits: Edit[];
	/** How many tokens to write. */
	tokens: number;
	/** 0 is greedy. */
	temperature: number;
	topP: number;
	seed: number;
}

export interface Written {
	text: string;
	ids: number[];
	tokens: string[];
	/** Prompt tokens left out because the context is full. */
	leftOut: Token[];
	/** Why it ended. */
	stop: 'length' | 'end of text' | 'context full' | 'stopped';
}

export interface WrittenToken {
	index: number;
	id: number;
	text: string;
}

/** A label-bearing line of a list of features, for search and lists. */
export interface FeatureLine {
	id: FeatureId;
	label: Label | null;
	/** null when not measured. */
	density: number | null;
	max: number | null;
	/** Over the tokens on which it is active. */
	mean?: number | null;
}

export interface OpenRequest {
	/** Absolute address of the pack's folder. */
	address: string;
	/** null: whichever is right for this machine. */
	backend: Backend | null;
	/** sha256 of that pack's pack.json, where known: a stored pack then needs no network. */
	expected?: string | null;
	/** Hash of a stored pack to open instead, if it is stored: 12 hex digits or more. */
	stored?: string | null;
}

/**
 * Every long call takes a `job` number that the caller makes up; `cancel(job)` ends it with an
 * `AbortError`. Errors carry a code of `core/errors.ts` in `name`.
 */
export interface Engine extends Experiments, StoredPacks {
	readonly workshop: Workshop;
	open(request: OpenRequest, job: number, onProgress: (p: Progress) => void): Promise<Opened>;
	tokenize(text: string): Promise<{ tokens: Token[]; leftOut: Token[] }>;
	read(request: ReadRequest, job: number, onPart: (part: ReadingPart) => void): Promise<void>;
	feature(id: FeatureId): Promise<FeatureCard>;
	/** Labels and densities of features, in the order asked for. */
	lines(ids: FeatureId[]): Promise<FeatureLine[]>;
	flow(request: FlowRequest): Promise<FlowGraph>;
	write(
		request: WriteRequest,
		job: number,
		onToken: (token: WrittenToken) => void
	): Promise<Written>;
	/** Throws a Problem where the pack states nothing that could be measured again. */
	remeasure(job: number, onProgress: (p: Progress) => void): Promise<Remeasured>;
	cancel(job: number): Promise<void>;
	/** Stores whatever of the pack is not stored yet; true once a reload needs no network. */
	keep(job: number, onProgress: (p: Progress) => void): Promise<boolean>;
}
