/** One feature's matches in another dictionary, by any of the measures. */
import { Problem } from '../src/core/errors';
import type { MatchAnswer, MatchRequest, OnProgress } from '../src/core/experiments';
import { cosineOf, isHigh, zScore } from '../src/core/matching';
import { row, times } from '../src/core/matrix';
import { largest } from '../src/core/sampling';
import { featureId } from '../src/core/site';
import type { Activity } from './activity';
import type { Features } from './features';
import { unknownFeature } from './workbench';

/** Throws a Problem for a feature or a dictionary that does not exist, or two of different widths. */
export async function measuredMatches(
	{ id, target, measure, k }: MatchRequest,
	{ bench, pairs }: Features,
	activity: Activity,
	onProgress: OnProgress,
	signal: AbortSignal
): Promise<MatchAnswer> {
	const { sae, index } = await bench.feature(id);
	if (!bench.info(target)) throw unknownFeature(target);
	const other = await bench.sae(target, signal);
	if (other.wDec.columns !== sae.wDec.columns)
		throw new Problem(
			'unsupported',
			`${sae.id} and ${target} do not lie in one space, so they cannot be compared.`,
			'Choose another dictionary.'
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
			const partners = await pairs.partners(sae.id, target, onProgress, signal);
			const score = (best: number) => cosineOf(sae.unit, index, other.unit, best);
			return { best: [partners[index]!], score, tokens: null };
		}
		if (measure === 'cosine') {
			const cosines = times(other.unit, row(sae.unit, index));
			return { best: largest(cosines, k), score: (best) => cosines[best]!, tokens: null };
		}
		const feature = { sae: sae.id, index };
		const { scores, tokens } = await activity.alike(measure, feature, target, onProgress, signal);
		const best = largest(scores, k).filter((feature) => scores[feature]! > 0);
		return { best, score: (feature) => scores[feature]!, tokens };
	}
}
