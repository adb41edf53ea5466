/** The experiments on feature flow, each in its own file; here is what they share: an open pack and its texts. */
import type { DeactivationRequest } from '../../src/core/labs/deactivation';
import type { DivergenceRequest, SteeringRequest } from '../../src/core/labs/steering-effect';
import type { EdgeRequest, EdgeTest } from '../../src/core/labs/edge';
import type {
	MatchAnswer,
	MatchRequest,
	NullRow,
	PairMatches,
	PairRequest
} from '../../src/core/features/matches';
import type { OnArm, OnTrials } from '../../src/core/engine';
import type { OnProgress } from '../../src/core/calls';
import type { PromptFlow, PromptFlowRequest } from '../../src/core/flow/prompt';
import type { Reproduction, ReproductionSettings } from '../../src/core/labs/reproduction';
import { Activity } from '../features/activations';
import { deactivate, testEdge } from './deactivation';
import type { Features } from '../features/features';
import { measuredMatches, pairMatches } from '../features/matches';
import { reproduce } from './reproduction/reproduce';
import { divergence, measureArm, themeOf } from './steering-effect';

/** Tokens of the pack's texts on which activations are compared. */
const TOKENS = 20_000;

export class FlowExperiments {
	readonly activity: Activity;

	constructor(readonly features: Features) {
		this.activity = new Activity(features.bench, TOKENS);
	}

	matches(
		request: MatchRequest,
		onProgress: OnProgress,
		signal: AbortSignal
	): Promise<MatchAnswer> {
		return measuredMatches(request, this.features, this.activity, onProgress, signal);
	}

	matchPair(
		request: PairRequest,
		onProgress: OnProgress,
		signal: AbortSignal
	): Promise<PairMatches> {
		return pairMatches(request, this.features, this.activity, onProgress, signal);
	}

	nulls(
		pair: { from: string; target: string },
		onProgress: OnProgress,
		signal: AbortSignal
	): Promise<NullRow[]> {
		return this.features.pairs.nulls(pair.from, pair.target, onProgress, signal);
	}

	testEdge(request: EdgeRequest, onProgress: OnProgress, signal: AbortSignal): Promise<EdgeTest> {
		return testEdge(request, this.features.bench, onProgress, signal);
	}

	deactivate(request: DeactivationRequest, onTrials: OnTrials, signal: AbortSignal): Promise<void> {
		return deactivate(request, this.features, this.activity, onTrials, signal);
	}

	promptFlow(request: PromptFlowRequest, signal: AbortSignal): Promise<PromptFlow> {
		return this.features.promptFlow(request, signal);
	}

	async measureSteering(
		request: SteeringRequest,
		onArm: OnArm,
		signal: AbortSignal
	): Promise<void> {
		const { bench } = this.features;
		const theme = await themeOf(request.theme, bench);
		const total = request.arms.length;
		for (const [i, arm] of request.arms.entries()) {
			const result = await measureArm(arm, request, bench, theme, signal);
			onArm(result, { phase: 'write', what: arm.name, done: i + 1, total });
		}
	}

	reproduce(
		settings: ReproductionSettings,
		onProgress: OnProgress,
		signal: AbortSignal
	): Promise<Reproduction> {
		return reproduce(this.features, settings, onProgress, signal);
	}

	divergence(request: DivergenceRequest, signal: AbortSignal): Promise<number> {
		return divergence(request, this.features.bench, signal);
	}
}
