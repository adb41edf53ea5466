/** Matches in another dictionary by any of the measures: of one feature, and of a whole dictionary. */
import { Problem } from '../../src/core/names/errors';
import type {
	MatchAnswer,
	MatchRequest,
	PairMatches,
	PairRequest
} from '../../src/core/flow/matches';
import type { Run } from '../../src/core/calls';
import { cosineOf, isHigh, zScore } from '../../src/core/flow/matching';
import { row, times } from '../../src/core/math/matrix';
import { largest } from '../../src/core/math/sampling';
import { featureId } from '../../src/core/names/site';
import type { Activity } from '../features/activations';
import type { Flows } from '../flow/flows';
import type { Pairs } from './sae-pairs';
import type { Sae } from '../sae/sae';

const pointsNowhere = ({ unit }: Sae, index: number) => row(unit, index).every((x) => x === 0);

/**
 * Throws a Problem for a feature or a dictionary that does not exist, two of different widths, and a feature
 * without a direction that is to be matched by it.
 */
export async function measuredMatches(
	{ id, target, measure, k }: MatchRequest,
	{ bench, pairs }: Flows,
	activity: Activity,
	run: Run
): Promise<MatchAnswer> {
	const { sae, index } = await bench.feature(id);
	const [, other] = await pairs.inOneSpace(sae.id, target, run.signal);
	if ((measure === 'cosine' || measure === 'assignment') && pointsNowhere(sae, index))
		throw new Problem(
			'unsupported',
			`The decoder row of ${id} is zero, so it has no direction by which it could be matched.`,
			'Compare by correlation or overlap: both look at activations.'
		);
	const found = await scoresOf();
	const chance = await pairs.null(target);
	const matches = await Promise.all(
		found.best.map(async (best) => {
			const cosine = cosineOf(sae.unit, index, other.unit, best);
			return {
				id: featureId(target, best),
				score: found.score(best),
				cosine,
				z: zScore(cosine, chance),
				high: isHigh(cosine, chance),
				label: await bench.label(featureId(target, best))
			};
		})
	);
	return { matches, tokens: found.tokens };

	async function scoresOf(): Promise<{
		best: number[];
		score: (feature: number) => number;
		tokens: number | null;
	}> {
		if (measure === 'assignment') {
			const partners = await pairs.partners(sae.id, target, run);
			const score = (best: number) => cosineOf(sae.unit, index, other.unit, best);
			return { best: [partners[index]!], score, tokens: null };
		}
		if (measure === 'cosine') {
			const cosines = times(other.unit, row(sae.unit, index));
			return { best: largest(cosines, k), score: (best) => cosines[best]!, tokens: null };
		}
		const feature = { sae: sae.id, index };
		const { scores, tokens } = await activity.alike(measure, feature, target, run);
		const best = largest(scores, k).filter((feature) => scores[feature]! > 0);
		return { best, score: (feature) => scores[feature]!, tokens };
	}
}

/** Throws a Problem for a dictionary that does not exist, two of different widths, and two that cannot be assigned. */
export async function pairMatches(
	request: PairRequest,
	{ pairs }: Flows,
	activity: Activity,
	run: Run
): Promise<PairMatches> {
	const { from, target } = request;
	const [own, other] = await pairs.inOneSpace(from, target, run.signal);
	const { k, indices, scores, tokens } = await allMatches(request, pairs, activity, run);
	const rows = own.unit.rows;
	const answer: PairMatches = {
		k,
		indices: new Int32Array(rows * k).fill(-1),
		scores: new Float32Array(rows * k),
		cosines: new Float32Array(rows * k),
		chance: await pairs.null(target),
		without: 0,
		tokens
	};
	for (let f = 0; f < rows; f++) {
		const none = indices[f * k]! < 0 || (tokens === null && pointsNowhere(own, f));
		if (none) answer.without++;
		else
			for (let i = f * k; i < (f + 1) * k && indices[i]! >= 0; i++) {
				answer.indices[i] = indices[i]!;
				answer.cosines[i] = cosineOf(own.unit, f, other.unit, indices[i]!);
				answer.scores[i] = scores?.[i] ?? answer.cosines[i]!;
			}
	}
	return answer;
}

/** `scores` is null where the cosine is the score. */
async function allMatches(
	{ from, target, measure, k }: PairRequest,
	pairs: Pairs,
	activity: Activity,
	run: Run
) {
	if (measure === 'assignment') {
		const indices = await pairs.partners(from, target, run);
		return { k: 1, indices, scores: null, tokens: null };
	}
	if (measure === 'cosine') {
		const found = await pairs.best(from, target, run);
		return { ...found, scores: null, tokens: null };
	}
	return { k, ...(await activity.best(measure, { from, target, k }, run)) };
}
