import { describe, expect, it } from 'vitest';
import { parseLabels } from '../../../../src/core/packs/labels';

const SAE = 'blocks.0.hook_resid_post';
const parse = (labels: unknown) => parseLabels(JSON.stringify({ labels }), SAE, 8).labels;
const line = (over: Record<number, unknown> = {}) =>
	Object.assign([3, 'truth', 'next: “fox”', 0.8, 0.9, 0.7, 0.05], over) as unknown[];

describe('parseLabels', () => {
	it('gives a feature its name, the score being its F1', () => {
		expect(parse([line(), line({ 0: 5, 1: 'pattern', 6: null })])).toEqual(
			new Map([
				[
					3,
					{
						text: 'next: “fox”',
						source: 'truth',
						score: 0.8,
						precision: 0.9,
						recall: 0.7,
						chance: 0.05
					}
				],
				[
					5,
					{
						text: 'next: “fox”',
						source: 'pattern',
						score: 0.8,
						precision: 0.9,
						recall: 0.7,
						chance: null
					}
				]
			])
		);
	});

	it('takes scores that are left out as not measured', () => {
		expect(parse([[0, 'pattern', 'x']]).get(0)).toMatchObject({ score: null, chance: null });
		expect(parse([]).size).toBe(0);
	});

	it('takes in how many examples a name holds', () => {
		const counted = parse([
			line({ 7: 21, 8: 24, 9: 5, 10: 6 }),
			line({ 0: 4, 7: 2, 8: 9 }),
			line({ 0: 5 })
		]);
		expect(counted.get(3)?.held).toEqual({ holds: 21, of: 24, strongest: 5, ofStrongest: 6 });
		expect(counted.get(4)?.held).toEqual({ holds: 2, of: 9, strongest: null, ofStrongest: null });
		expect(counted.get(5)?.held).toBeUndefined();
	});

	it.each<[string, unknown]>([
		['more examples that agree than there are', [line({ 7: 25, 8: 24 })]],
		['more strong examples that agree than there are', [line({ 7: 9, 8: 24, 9: 7, 10: 6 })]],
		['more strong examples than examples', [line({ 7: 4, 8: 4, 9: 4, 10: 6 })]],
		['half an example', [line({ 7: 1.5, 8: 24 })]],
		['no list', {}],
		['a line that is no list', ['3']],
		['a feature beyond the last', [line({ 0: 8 })]],
		['a feature before the first', [line({ 0: -1 })]],
		['half a feature', [line({ 0: 1.5 })]],
		['a feature twice', [line(), line()]],
		['more lines than features', Array.from({ length: 9 }, (_, i) => line({ 0: i }))],
		['a source nobody knows', [line({ 1: 'oracle' })]],
		['a source that objects have anyway', [line({ 1: 'constructor' })]],
		['a name that is none', [line({ 2: 7 })]],
		['an empty name', [line({ 2: ' ' })]],
		['a name without end', [line({ 2: 'x'.repeat(10_000) })]],
		['a score above 1', [line({ 3: 1.01 })]],
		['a negative chance', [line({ 6: -0.1 })]],
		['a score in words', [line({ 4: '0.9' })]]
	])('refuses %s in a sentence', (_, labels) => {
		expect(() => parse(labels)).toThrow(
			expect.objectContaining({
				name: 'pack-damaged',
				message: expect.stringMatching(
					/^The file of names for blocks\.0\.hook_resid_post .*\. Fetch/
				)
			})
		);
	});

	it.each(['', '{', 'null', '[]', '7'])('refuses "%s"', (json) => {
		expect(() => parseLabels(json, SAE, 8)).toThrow(
			expect.objectContaining({ name: 'pack-damaged' })
		);
	});

	it('reads patterns that are no names', () => {
		const file = (patterns: unknown) => JSON.stringify({ labels: [], patterns });
		const { labels, patterns } = parseLabels(file([[3, 'pattern “fox”', 0.4, 0.9, 0.25]]), SAE, 8);
		expect(labels.size).toBe(0);
		expect(patterns.get(3)).toMatchObject({ source: 'pattern', precision: 0.9, recall: 0.25 });
		for (const wrong of [{}, [[8, 'x', 1, 1, 1]], [7], [[1, 'x', 2, 0, 0]]])
			expect(() => parseLabels(file(wrong), SAE, 8)).toThrow(
				expect.objectContaining({ name: 'pack-damaged' })
			);
	});
});
