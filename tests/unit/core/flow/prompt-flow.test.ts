import { describe, expect, it } from 'vitest';
import type { Token } from '../../../../src/core/names/tokens';
import type { Active } from '../../../../src/core/flow/prompt';
import type { Decoders } from '../../../../src/core/flow/flow';
import {
	alignedToken,
	chosenResiduals,
	difference,
	largestDifferences,
	matchesOf,
	mergeActive,
	wholeSaes,
	type ActiveOn
} from '../../../../src/core/flow/prompt-flow';

const R0 = 'blocks.0.hook_resid_post';
const R1 = 'blocks.1.hook_resid_post';
const M1 = 'blocks.1.hook_mlp_out';
const on = (share: number): Active => ({ share, peak: share, at: 1 });
const NULL = { median: 0.2, std: 0.02, q999: 0.3, draws: 20_000, seed: 1 };
/** Shares by feature, of one SAE after the other. */
const active = (saes: Record<string, Record<number, number>>): ActiveOn =>
	new Map(
		Object.entries(saes).map(([sae, features]) => [
			sae,
			new Map(Object.entries(features).map(([index, share]) => [Number(index), on(share)]))
		])
	);

/** Feature 5 of R1 matches feature 3 of R0 well and feature 4 of M1 poorly. */
const decoders: Decoders = {
	at: (site) => ([R0, R1, M1].includes(site) ? site : null),
	best: (_, target) => (target === R0 ? { index: 3, cosine: 0.8 } : { index: 4, cosine: 0.25 }),
	cosine: () => 0,
	null: () => NULL
};

describe('mergeActive', () => {
	it('says of every feature what it is on each prompt', () => {
		const merged = mergeActive([active({ [R0]: { 1: 0.5, 2: 1 } }), active({ [R0]: { 2: 0.25 } })]);
		expect(merged.get(R0)!.get(1)).toEqual([on(0.5), null]);
		expect(merged.get(R0)!.get(2)).toEqual([on(1), on(0.25)]);
	});
	it('manages with prompts on which a whole SAE is silent', () => {
		const merged = mergeActive([active({ [R0]: { 1: 0.5 } }), active({ [M1]: { 4: 1 } })]);
		expect(merged.get(M1)!.get(4)).toEqual([null, on(1)]);
		expect(mergeActive([])).toEqual(new Map());
	});
});

describe('difference', () => {
	it('is that of the second from the first, and none for a prompt alone', () => {
		expect(difference([on(0.5), null])).toBe(-0.5);
		expect(difference([null, on(0.25)])).toBe(0.25);
		expect(difference([on(0.5)])).toBe(0);
	});
});

describe('chosenResiduals', () => {
	const alone = mergeActive([
		active({ [R0]: { 1: 0.25, 2: 0.5, 3: 0.75 }, [M1]: { 4: 1 }, [R1]: { 5: 0.5 } })
	]);
	it('takes the strongest of each residual site, and leaves room for modules', () => {
		expect(chosenResiduals(alone, 6)).toEqual([
			{ sae: R0, index: 3 },
			{ sae: R0, index: 2 },
			{ sae: R1, index: 5 }
		]);
		expect(chosenResiduals(new Map(), 6)).toEqual([]);
	});
	it('takes of two prompts what differs most, and of equal differences the stronger', () => {
		const both = mergeActive([
			active({ [R0]: { 1: 0.2, 2: 1, 3: 0.9, 4: 0.3 } }),
			active({ [R0]: { 1: 0.8, 2: 1, 3: 0.9 } })
		]);
		expect(chosenResiduals(both, 6).map(({ index }) => index)).toEqual([1, 4, 2, 3]);
	});
	it('never takes more than are to be drawn, however many sites there are', () => {
		const sites = Array.from({ length: 20 }, (_, l) => `blocks.${l}.hook_resid_post`);
		const many = mergeActive([active(Object.fromEntries(sites.map((s) => [s, { 1: 1 }])))]);
		expect(chosenResiduals(many, 10)).toHaveLength(10);
	});
});

describe('matchesOf', () => {
	const alone = mergeActive([active({ [R0]: { 3: 1 }, [M1]: { 4: 1 }, [R1]: { 5: 1 } })]);
	it('draws an edge to a match that counts and is active', () => {
		const edges = matchesOf(`${R1}/5`, alone, decoders, {});
		expect(edges).toEqual([
			{ from: `${R0}/3`, to: `${R1}/5`, cosine: 0.8, z: expect.closeTo(30), on: [true] }
		]);
	});
	it('follows the reader’s thresholds', () => {
		const edges = matchesOf(`${R1}/5`, alone, decoders, { tRes: 0.9, tModule: 0.2 });
		expect(edges.map((edge) => edge.from)).toEqual([`${M1}/4`]);
	});
	it('draws none to a match that is silent here, nor from a module', () => {
		const silent = mergeActive([active({ [R0]: { 7: 1 }, [R1]: { 5: 1 } })]);
		expect(matchesOf(`${R1}/5`, silent, decoders, {})).toEqual([]);
		expect(matchesOf(`${M1}/4`, alone, decoders, {})).toEqual([]);
	});
	it('draws one of two prompts where both ends fire on the same one, and says on which', () => {
		const apart = mergeActive([active({ [R0]: { 3: 1 } }), active({ [R1]: { 5: 1 } })]);
		expect(matchesOf(`${R1}/5`, apart, decoders, {})).toEqual([]);
		const second = mergeActive([
			active({ [R0]: { 3: 1 } }),
			active({ [R0]: { 3: 1 }, [R1]: { 5: 1 } })
		]);
		expect(matchesOf(`${R1}/5`, second, decoders, {})[0]!.on).toEqual([false, true]);
	});
});

describe('wholeSaes', () => {
	it('names the SAEs of which nothing active was left out', () => {
		const merged = mergeActive([active({ [R0]: { 1: 1, 2: 1 }, [R1]: { 5: 1 }, [M1]: {} })]);
		expect(wholeSaes(merged, new Set([`${R0}/1`, `${R1}/5`]))).toEqual([R1, M1]);
	});
});

describe('largestDifferences', () => {
	it('lists features of every site, the largest first, and nothing that is the same', () => {
		const merged = mergeActive([
			active({ [R0]: { 1: 0.5, 2: 1 }, [M1]: { 4: 0.9 } }),
			active({ [R0]: { 1: 0.501, 2: 0.4 } })
		]);
		expect(largestDifferences(merged, 9).map(({ id }) => id)).toEqual([`${M1}/4`, `${R0}/2`]);
		expect(largestDifferences(merged, 1)).toHaveLength(1);
	});
});

describe('alignedToken', () => {
	const tokens = (text: string): Token[] =>
		[...text].map((letter) => ({ id: letter.charCodeAt(0), text: letter, special: false }));
	const all = (first: string, second: string) =>
		[...first].map((_, t) => alignedToken(tokens(first), tokens(second), t));

	it('is the same token where only one word was exchanged', () => {
		expect(all('abXcd', 'abYcd')).toEqual([0, 1, 2, 3, 4]);
	});
	it('counts from the end after a word more or less', () => {
		expect(all('abXcd', 'abYZcd')).toEqual([0, 1, 2, 4, 5]);
		expect(all('abXYcd', 'abZcd')).toEqual([0, 1, 2, 2, 3, 4]);
	});
	it('stays inside the second prompt, whatever it is', () => {
		expect(all('abc', 'a')).toEqual([0, 0, 0]);
		expect(all('abab', 'ab')).toEqual([0, 1, 1, 1]);
		expect(all('abc', 'abc')).toEqual([0, 1, 2]);
		expect(all('abc', 'xyzw')).toEqual([0, 1, 2]);
	});
});
