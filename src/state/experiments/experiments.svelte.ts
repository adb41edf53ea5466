/** The experiments that a reader has started, and what they found. */
import { editsOf, type ChainPlan, type Link } from '../../core/steering/chain';
import type { FeatureId, SaeId } from '../../core/names/ids';
import type { ArmResult, SteeringRequest } from '../../core/experiments/steering-effect';
import type { EdgeRequest, EdgeTest } from '../../core/experiments/edge';
import type {
	MatchAnswer,
	MatchRequest,
	NullRow,
	PairMatches,
	PairRequest
} from '../../core/flow/matches';
import { matchKl, type Matched } from '../../core/steering/strengths';
import type { Engine } from '../../core/engine';
import { Task } from '../calls/task.svelte';

/** At which dose a plan moves the model by `target` nats. */
export interface DoseRequest {
	text: string;
	chain: Link[];
	centre: FeatureId;
	plan: ChainPlan;
	target: number;
}

/** What is measured of a plan, and the dose by which its arms count. */
export interface DoseResponse {
	request: SteeringRequest;
	dose: number;
}

/** Dictionaries of which one is matched into the other. */
export interface Pair {
	from: SaeId;
	target: SaeId;
}

/** Doses tried, at most, and the largest. */
const STEPS = 24;
const MOST = 64;
/** How near to the target is near enough, as a share of it. */
const NEAR = 0.02;

export class Experiments {
	readonly edge: Task<EdgeRequest, EdgeTest>;
	readonly matches: Task<MatchRequest, MatchAnswer>;
	readonly pair: Task<PairRequest, PairMatches>;
	readonly nulls: Task<Pair, NullRow[]>;
	readonly dose: Task<DoseRequest, Matched>;
	readonly steering: Task<DoseResponse, ArmResult[]>;

	constructor(engine: Engine) {
		this.edge = new Task((request, watch) => engine.testEdge(request, watch));
		this.matches = new Task((request, watch) => engine.matches(request, watch));
		this.pair = new Task((request, watch) => engine.matchPair(request, watch));
		this.nulls = new Task((pair, watch) => engine.nulls(pair, watch));
		this.dose = new Task(async ({ text, chain, centre, plan, target }, { signal, onProgress }) => {
			let done = 0;
			// Strengths are sought above 0, on the side to which the plan pushes.
			const side = plan.dose < 0 ? -1 : 1;
			const kl = async (strength: number) => {
				const edits = editsOf(chain, centre, { ...plan, dose: side * strength });
				onProgress({ phase: 'match', what: `${side * strength}`, done: done++, total: STEPS });
				return engine.divergence({ text, edits, control: 'none', seed: 0 }, { signal });
			};
			const options = {
				most: MOST,
				tolerance: NEAR * target,
				steps: STEPS,
				start: Math.abs(plan.dose) || 1
			};
			const found = await matchKl(kl, target, options);
			return { ...found, strength: side * found.strength };
		});
		this.steering = new Task(async ({ request }, { signal, onProgress, onPart }) => {
			const results: ArmResult[] = [];
			await engine.measureSteering(request, {
				signal,
				onProgress,
				onPart: (result) => {
					results.push(result);
					onPart([...results]);
				}
			});
			return results;
		});
	}

	/** Forgets everything: it was of another model. */
	clear(): void {
		const { edge, matches, pair, nulls, dose, steering } = this;
		for (const task of [edge, matches, pair, nulls, dose, steering]) task.clear();
	}
}
