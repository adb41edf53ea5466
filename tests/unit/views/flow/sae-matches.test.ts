import { describe, expect, it } from 'vitest';
import type { PairMatches, PairRequest } from '../../../../src/core/flow/matches';
import {
	bestOf,
	histogramOf,
	matchesTable,
	pairInWords
} from '../../../../src/views/flow/experiments/sae-matches';

const [FROM, TARGET] = ['blocks.2.hook_resid_post', 'blocks.1.hook_resid_post'];
const request: PairRequest = { from: FROM, target: TARGET, measure: 'cosine', k: 2 };
/** Three features: two matches, one match, none. */
const found: PairMatches = {
	k: 2,
	indices: Int32Array.of(4, 5, 6, -1, -1, -1),
	scores: Float32Array.of(0.5, 0.25, 0.75, 0, 0, 0),
	cosines: Float32Array.of(0.5, 0.25, 0.75, 0, 0, 0),
	chance: { median: 0.25, std: 0.125, q999: 0.625, draws: 20_000, seed: 1 },
	without: 1,
	tokens: null
};

describe('a whole pair', () => {
	it('lists the best matches, strongest first, each against the null', () => {
		expect(bestOf(request, found)).toEqual([
			{ id: `${FROM}/1`, match: `${TARGET}/6`, score: 0.75, cosine: 0.75, z: 4, high: true },
			{ id: `${FROM}/0`, match: `${TARGET}/4`, score: 0.5, cosine: 0.5, z: 2, high: false }
		]);
	});

	it('says how many are high, of all, and why some have none', () => {
		const said = pairInWords(request, bestOf(request, found), found);
		expect(said).toContain('1 of 3 features of R2 (33.3 %)');
		expect(said).toContain('0.625');
		expect(said).toContain('1 has a decoder row of zero');
		const none = { ...found, indices: new Int32Array(6).fill(-1), without: 3, tokens: 500 };
		expect(pairInWords(request, bestOf(request, none), none)).toBe(
			'None of the 3 features of R2 has a match in R1.'
		);
	});

	it('counts every best cosine once', () => {
		const { edges, counts } = histogramOf(bestOf(request, found));
		expect(counts.reduce((a, b) => a + b, 0)).toBe(2);
		expect(edges[0]).toBe(0);
		expect(edges.at(-1)).toBeCloseTo(1, 12);
		const below = bestOf(request, { ...found, cosines: Float32Array.of(-0.5, 0, 1, 0, 0, 0) });
		expect(histogramOf(below).edges[0]).toBe(-0.5);
		expect(histogramOf(below).counts.at(-1)).toBe(1);
	});

	it('saves every match, with its rank', () => {
		const { rows } = matchesTable(request, found);
		expect(rows.map((row) => row.slice(0, 4))).toEqual([
			[`${FROM}/0`, 1, `${TARGET}/4`, 0.5],
			[`${FROM}/0`, 2, `${TARGET}/5`, 0.25],
			[`${FROM}/1`, 1, `${TARGET}/6`, 0.75]
		]);
	});
});
