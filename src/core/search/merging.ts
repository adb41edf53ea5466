/** What several ways of searching found, in one list. */
import type { FeatureId } from '../names/ids';

export interface Hit {
	id: FeatureId;
	/** The measure of its way. */
	score: number;
	/** How likely it is what was looked for, from 0 to 1: what ways are merged by. */
	confidence: number;
	why: string;
}

/**
 * One hit a feature. Ways that agree add up as independent evidence does: 1 − Π (1 − confidence). Its reasons stand
 * in the order of their weight.
 */
export function merged(hits: Iterable<Hit>): Hit[] {
	const byId = new Map<FeatureId, Hit[]>();
	for (const hit of hits) {
		const own = byId.get(hit.id);
		if (own) own.push(hit);
		else byId.set(hit.id, [hit]);
	}
	return [...byId].map(([id, own]) => {
		const reasons = own.toSorted((a, b) => b.confidence - a.confidence);
		const missed = own.reduce((product, { confidence }) => product * (1 - confidence), 1);
		const why = [...new Set(reasons.map((hit) => hit.why))].join('; ');
		return { id, score: 1 - missed, confidence: 1 - missed, why };
	});
}

/** Best first; of equals the one that came first. */
export function best<T extends { score: number }>(hits: readonly T[], top: number): T[] {
	return hits.toSorted((a, b) => b.score - a.score).slice(0, top);
}
