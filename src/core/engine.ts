/** Everything that the page may ask of an engine; all of it survives `structuredClone`. */
import type { SaeId, FeatureId } from './names/ids';
import type { Progress, OnProgress } from './calls';
import type { Opened, OpenRequest } from './packs/info';
import type { Token } from './names/tokens';
import type { ReadingPart, ReadRequest } from './prompt/reading';
import type { FeatureCard, FeatureLine } from './features/feature';
import type { FlowGraph, FlowRequest } from './flow/graph';
import type { WriteRequest, Written, WrittenToken } from './steering/writing';
import type {
	MatchRequest,
	MatchAnswer,
	PairRequest,
	PairMatches,
	NullRow
} from './features/matches';
import type { EdgeRequest, EdgeTest } from './labs/edge';
import type { DeactivationRequest, Trial } from './labs/deactivation';
import type { PromptFlowRequest, PromptFlow } from './flow/prompt';
import type { SteeringRequest, ArmResult, DivergenceRequest } from './labs/steering-effect';
import type { Reproduction, ReproductionSettings } from './labs/reproduction';
import type { Remeasured } from './packs/check';
import type { StoredPacks } from './packs/stored';
import type { Workshop } from './workshop';

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
