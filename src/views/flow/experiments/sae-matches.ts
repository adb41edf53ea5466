/** What is shown of two whole SAEs matched: the best cosines as a histogram, the strongest, all as a table. */
import type { Table } from '../../../charts/frame/export';
import { count, fixed, percent } from '../../../core/names/numbers';
import { shortSite } from '../../../core/names/site-words';
import type { FeatureId } from '../../../core/names/ids';
import type { PairMatches, PairRequest } from '../../../core/flow/matches';
import { isHigh, zScore } from '../../../core/flow/matching';
import { quantile } from '../../../core/math/quantile';
import { featureId } from '../../../core/names/site';

/** Bars of the histogram. */
const BARS = 40;

/** A feature and what it matches best. */
export interface PairRow {
	id: FeatureId;
	match: FeatureId;
	score: number;
	cosine: number;
	z: number;
	high: boolean;
}

/** Match number `i` of feature `f`, best first; null where there is none. */
function rowOf({ from, target }: PairRequest, found: PairMatches, f: number, i: number) {
	const at = f * found.k + i;
	const index = found.indices[at]!;
	if (index < 0) return null;
	const cosine = found.cosines[at]!;
	return {
		id: featureId(from, f),
		match: featureId(target, index),
		score: found.scores[at]!,
		cosine,
		z: zScore(cosine, found.chance),
		high: isHigh(cosine, found.chance)
	};
}

/** The best match of every feature that has one, the best first. */
export function bestOf(request: PairRequest, found: PairMatches): PairRow[] {
	const features = found.indices.length / found.k;
	return Array.from({ length: features }, (_, f) => rowOf(request, found, f, 0))
		.filter((row) => row !== null)
		.toSorted((a, b) => b.score - a.score);
}

/** How many features are high is told by the cosine, whatever they were compared by. */
export function pairInWords({ from, target }: PairRequest, best: PairRow[], found: PairMatches) {
	const all = best.length + found.without;
	if (best.length === 0)
		return `None of the ${count(all)} features of ${shortSite(from)} has a match in ${shortSite(target)}.`;
	const high = best.filter((row) => row.high).length;
	const middle = quantile(Float64Array.from(best, (row) => row.cosine).sort(), 0.5);
	const none =
		found.without === 0
			? ''
			: found.tokens === null
				? ` ${count(found.without)} ${found.without === 1 ? 'has' : 'have'} a decoder row of zero, and so no direction to match.`
				: ` ${count(found.without)} ${found.without === 1 ? 'has no match: nothing there fires with it' : 'have no match: nothing there fires with them'} on these texts.`;
	const tokens =
		found.tokens === null ? '' : `Over ${count(found.tokens)} tokens of the pack’s texts: `;
	return `${tokens}${count(high)} of ${count(all)} features of ${shortSite(from)} (${percent(high / all)}) have a best match in ${shortSite(target)} whose cosine is above ${fixed(found.chance.q999, 3)}, which 1 in 1,000 random directions reaches. The median cosine is ${fixed(middle, 2)}; by chance it is ${fixed(found.chance.median, 2)}.${none}`;
}

/** Counts of the best cosines. */
export function histogramOf(best: PairRow[]): { edges: number[]; counts: number[] } {
	const least = Math.min(0, ...best.map((row) => row.cosine));
	const step = (1 - least) / BARS;
	const counts = new Array<number>(BARS).fill(0);
	for (const { cosine } of best)
		counts[Math.min(BARS - 1, Math.max(0, Math.floor((cosine - least) / step)))]!++;
	return { edges: Array.from({ length: BARS + 1 }, (_, i) => least + i * step), counts };
}

/** Every match of every feature. */
export function matchesTable(request: PairRequest, found: PairMatches): Table {
	const rows: Table['rows'] = [];
	for (let f = 0; f * found.k < found.indices.length; f++)
		for (let i = 0; i < found.k; i++) {
			const row = rowOf(request, found, f, i);
			if (row)
				rows.push([
					row.id,
					i + 1,
					row.match,
					row.score,
					row.cosine,
					row.z,
					row.high ? 'yes' : 'no'
				]);
		}
	const columns = ['feature', 'rank', 'match', request.measure, 'cosine', 'z', 'high'];
	return { name: 'Matches', columns, rows };
}
