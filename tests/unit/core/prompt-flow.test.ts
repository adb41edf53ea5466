import { describe, expect, it } from 'vitest';
import type { Decoders } from '../../../src/core/flow';
import { chosenResiduals, matchesOf, type Active } from '../../../src/core/prompt-flow';

const R0 = 'blocks.0.hook_resid_post';
const R1 = 'blocks.1.hook_resid_post';
const M1 = 'blocks.1.hook_mlp_out';
const on = (share: number): Active => ({ share, peak: share, at: 1 });
const NULL = { median: 0.2, std: 0.02, q999: 0.3, draws: 20_000, seed: 1 };

/** Feature 5 of R1 matches feature 3 of R0 well and feature 4 of M1 poorly. */
const decoders: Decoders = {
	at: (site) => ([R0, R1, M1].includes(site) ? site : null),
	best: (_, target) => (target === R0 ? { index: 3, cosine: 0.8 } : { index: 4, cosine: 0.25 }),
	cosine: () => 0,
	null: () => NULL
};

describe('chosenResiduals', () => {
	const active = new Map([
		[R0, new Map([1, 2, 3].map((f) => [f, on(f / 4)]))],
		[M1, new Map([[4, on(1)]])],
		[R1, new Map([[5, on(0.5)]])]
	]);
	it('takes the strongest of each residual site, and leaves room for modules', () => {
		expect(chosenResiduals(active, 6)).toEqual([
			{ sae: R0, index: 3 },
			{ sae: R0, index: 2 },
			{ sae: R1, index: 5 }
		]);
		expect(chosenResiduals(new Map(), 6)).toEqual([]);
	});
});

describe('matchesOf', () => {
	const both = new Map([
		[R0, new Map([[3, on(1)]])],
		[M1, new Map([[4, on(1)]])]
	]);
	it('draws an edge to a match that counts and is active', () => {
		const edges = matchesOf(`${R1}/5`, both, decoders, {});
		expect(edges).toEqual([{ from: `${R0}/3`, to: `${R1}/5`, cosine: 0.8, z: expect.closeTo(30) }]);
	});
	it('follows the reader’s thresholds', () => {
		const edges = matchesOf(`${R1}/5`, both, decoders, { tRes: 0.9, tModule: 0.2 });
		expect(edges.map((edge) => edge.from)).toEqual([`${M1}/4`]);
	});
	it('draws none to a match that is silent here, nor from a module', () => {
		const silent = new Map([[R0, new Map([[7, on(1)]])]]);
		expect(matchesOf(`${R1}/5`, silent, decoders, {})).toEqual([]);
		expect(matchesOf(`${M1}/5`, both, decoders, {})).toEqual([]);
	});
});
