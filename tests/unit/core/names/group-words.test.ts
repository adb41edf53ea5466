import { describe, expect, it } from 'vitest';
import { UPSTREAM, type UpstreamKind } from '../../../../src/core/flow/flow';
import { groupOf, GROUPS } from '../../../../src/core/flow/groups';
import { GROUP_NAMES, mainGroup } from '../../../../src/core/names/group-words';
import { Draws } from '../../../draws';

const draws = new Draws(5);
const subsets: UpstreamKind[][] = Array.from({ length: 8 }, (_, bits) =>
	UPSTREAM.filter((_kind, i) => bits & (1 << i))
);

describe('the groups of active matches', () => {
	it('are all subsets of the three, each once, the smaller ones first', () => {
		const keys = GROUPS.map((group) => [...group].sort().join());
		expect(new Set(keys)).toEqual(new Set(subsets.map((set) => [...set].sort().join())));
		expect(GROUPS.map((group) => group.length)).toEqual([0, 1, 1, 1, 2, 2, 2, 3]);
	});

	it('are found whatever the order of the kinds, and however often one is named', () => {
		for (const set of subsets) {
			const at = groupOf(set);
			expect([...GROUPS[at]!].sort()).toEqual([...set].sort());
			for (let trial = 0; trial < 5; trial++) {
				const again = draws.shuffled([...set, ...set]);
				expect(groupOf(again)).toBe(at);
			}
		}
	});

	it('are named after their members, the stream first', () => {
		expect(GROUP_NAMES).toEqual([
			'none of them',
			'residual before',
			'MLP',
			'attention',
			'residual before + MLP',
			'residual before + attention',
			'MLP + attention',
			'residual before + MLP + attention'
		]);
	});
});

describe('the main group', () => {
	it('is the largest, the first of equals', () => {
		for (let trial = 0; trial < 50; trial++) {
			const shares = draws.list(8, () => draws.integer(0, 5) / 5);
			const { name, share } = mainGroup(shares);
			expect(share).toBe(Math.max(...shares));
			const at = GROUP_NAMES.indexOf(name);
			expect(shares[at]).toBe(share);
			expect(shares.slice(0, at).every((other) => other < share)).toBe(true);
		}
	});

	it('is nothing of nothing', () => expect(mainGroup([])).toEqual({ name: '', share: 0 }));
});
