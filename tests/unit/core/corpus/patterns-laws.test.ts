/** Patterns of toy features whose rule is known, and their scores counted place by place. */
import { describe, expect, it } from 'vitest';
import {
	joinTexts,
	patternsOf,
	scorePatterns,
	spelled,
	type FiringTexts,
	type LastActivations,
	type Pattern,
	type PatternContext
} from '../../../../src/core/corpus/patterns';
import { Draws } from '../../../draws';

const draws = new Draws(33);
const [START, PAD, ANY] = [0, 99, -1];

/** A feature's rule: the ending on which it fires, with `ANY` for a token of no matter. */
const fits = (rule: Pattern, ids: number[]) =>
	ids.length >= rule.length &&
	rule.every((id, i) => id === ANY || id === ids[ids.length - rule.length + i]);

const activationsOf =
	(rules: Pattern[]): LastActivations =>
	async (rows) =>
		Float32Array.from(rows, ({ feature, ids }) => Number(fits(rules[feature]!, ids.slice(1))));

/** A text that ends as the rule wants it. */
function contextOf(rule: Pattern, feature: number, before = 8): PatternContext {
	const filled = rule.map((id) => (id === ANY ? draws.integer(1, 9) : id));
	return {
		feature,
		activation: 1,
		ids: [...draws.list(before, () => draws.integer(1, 9)), ...filled]
	};
}

describe('the patterns of a feature', () => {
	it('are its rule, for every rule of up to six tokens', async () => {
		const rules = draws.list(60, () => {
			const length = draws.integer(1, 6);
			return draws.list(length, (i) =>
				i > 0 && i < length - 1 && draws.chance(0.5) ? ANY : draws.integer(10, 90)
			);
		});
		const contexts = rules.flatMap((rule, f) => [0, 1, 2].map(() => contextOf(rule, f)));
		const found = await patternsOf(contexts, activationsOf(rules), { start: [START], pad: PAD });
		expect(found.size).toBe(60);
		rules.forEach((rule, f) => expect(found.get(f)).toEqual([rule]));
	});

	it('are none for a rule that is longer than six tokens, or of which the text holds too little', async () => {
		const rule = [11, 12, 13, 14, 15, 16, 17];
		const context = { feature: 0, activation: 1, ids: rule };
		const options = { start: [START], pad: PAD };
		expect((await patternsOf([context], activationsOf([rule]), options)).size).toBe(0);
		const short = { feature: 0, activation: 1, ids: [12, 13] };
		expect((await patternsOf([short], activationsOf([[11, 12, 13]]), options)).size).toBe(0);
		expect((await patternsOf([], activationsOf([]), options)).size).toBe(0);
	});

	it('need half of the activation, of the context’s for the ending and of the ending’s for a token', async () => {
		// Every token of the ending counts by a weight.
		const weights = new Map([
			[21, 0.125],
			[22, 0.5],
			[23, 0.375]
		]);
		const lastActivations: LastActivations = async (rows) =>
			Float32Array.from(rows, ({ ids }) =>
				ids.reduce((sum, id) => sum + (weights.get(id) ?? 0), 0)
			);
		const of = async (activation: number) => {
			const context = { feature: 3, activation, ids: [21, 22, 23] };
			return (await patternsOf([context], lastActivations, { start: [START], pad: PAD })).get(3);
		};
		expect(await of(0.75)).toEqual([[23]]);
		// Two tokens reach 0.875, of which the last alone keeps less than half.
		expect(await of(0.76)).toEqual([[22, 23]]);
		// Three reach 1: without either of the first two at least half is left.
		expect(await of(2)).toEqual([[23]]);
		expect(await of(2.01)).toBeUndefined();
	});

	it('are listed once each, in ascending order', async () => {
		const lastActivations: LastActivations = async (rows) =>
			Float32Array.from(rows, ({ ids }) => Number([30, 31, 32].includes(ids.at(-1)!)));
		const contexts = [32, 30, 31, 30, 32].map((id) => ({
			feature: 0,
			activation: 1,
			ids: [5, id]
		}));
		const found = await patternsOf(contexts, lastActivations, { start: [START], pad: PAD });
		expect(found.get(0)).toEqual([[30], [31], [32]]);
	});

	it('say how far the work is, up to its last step', async () => {
		const steps: [number, number][] = [];
		const onStep = (done: number, total: number) => steps.push([done, total]);
		await patternsOf([], activationsOf([]), { start: [], pad: PAD }, onStep);
		expect(new Set(steps.map(([, total]) => total))).toEqual(new Set([12]));
		const done = steps.map(([n]) => n);
		expect(done).toEqual(done.toSorted((a, b) => a - b));
		expect(done[0]).toBe(0);
		expect(done.at(-1)).toBe(11);
	});
});

describe('the score of patterns', () => {
	const texts = (n: number) =>
		draws.list(n, () => draws.list(draws.integer(1, 12), () => draws.integer(1, 4)));

	/** Of every token: whether a pattern says that the feature fires there. */
	const said = (patterns: Pattern[], all: number[][]) =>
		all.flatMap((text) => text.map((_, t) => patterns.some((p) => fits(p, text.slice(0, t + 1)))));

	function firingIn(all: number[][]): FiringTexts {
		const tokens = Array.from({ length: all.flat().length }, (_, i) => i).filter(() =>
			draws.chance(0.3)
		);
		return {
			texts: joinTexts(all),
			tokens: Uint32Array.from(tokens),
			activations: Float32Array.from(tokens, () => draws.integer(1, 10) / 10)
		};
	}

	/** Precision and recall of what fires above a share of the largest activation. */
	function agreement(says: boolean[], { tokens, activations }: FiringTexts, above: number) {
		const fires = Array.from(tokens).filter((_, i) => activations[i]! > above);
		const hits = fires.filter((place) => says[place]).length;
		const claims = says.filter(Boolean).length;
		const [precision, recall] = [claims && hits / claims, fires.length && hits / fires.length];
		return { precision, recall, f1: hits && (2 * precision * recall) / (precision + recall) };
	}

	it('is that of the level which serves best on the first texts, on the second', () => {
		for (let trial = 0; trial < 60; trial++) {
			const patterns = draws.list(draws.integer(1, 3), () => [
				...draws.list(draws.integer(0, 2), () => draws.pick([ANY, 1, 2])),
				draws.integer(1, 4)
			]);
			const [a, b] = [texts(12), texts(12)];
			const [fit, held] = [a, b].map(firingIn);
			const top = Math.max(0, ...fit!.activations);
			const levels = [0, 0.2, 0.4, 0.6].map((share) => Math.fround(share * top));
			const f1s = levels.map((level) => agreement(said(patterns, a), fit!, level).f1);
			const level = levels[f1s.indexOf(Math.max(...f1s))]!;
			const expected = agreement(said(patterns, b), held!, level);
			const found = scorePatterns(patterns, fit!, held!);
			for (const name of ['precision', 'recall', 'f1'] as const)
				expect(found[name]).toBeCloseTo(expected[name], 12);
			expect(found.passes).toBe(expected.precision >= 0.5 && expected.recall >= 0.5);
			expect(found.patterns).toBe(patterns);
		}
	});

	it('is nothing where nothing fires, and where no pattern matches', () => {
		const none = { ...firingIn([]), texts: joinTexts([[1, 2]]) };
		expect(scorePatterns([[1]], none, none)).toMatchObject({
			f1: 0,
			precision: 0,
			recall: 0,
			passes: false
		});
		expect(scorePatterns([[9]], none, none)).toMatchObject({ f1: 0, passes: false });
	});
});

describe('joined texts', () => {
	it('know where each token lies, and where its text begins', () => {
		const all = draws.list(20, () => draws.list(draws.integer(0, 9), () => draws.integer(0, 5)));
		const { ids, starts, positions } = joinTexts(all);
		expect([...ids]).toEqual(all.flat());
		let at = 0;
		for (const text of all) {
			for (let t = 0; t < text.length; t++) expect(starts[at + t]).toBe(at);
			at += text.length;
		}
		for (const [id, own] of positions)
			expect(own).toEqual([...ids.keys()].filter((place) => ids[place] === id));
		expect([...positions.values()].flat()).toHaveLength(ids.length);
	});
});

describe('a pattern in words', () => {
	const text = (id: number) => ['\n', ' fox', 's', ' ', ' the'][id]!;

	it.each<[Pattern[], string]>([
		[[[1]], 'pattern “fox”'],
		[[[4, 1, 2]], 'pattern “the foxs”'],
		[[[4, ANY, 1]], 'pattern “the[…] fox”'],
		[[[1], [2], [4]], 'pattern “fox / s / the”'],
		[[[1], [2], [4], [0]], 'pattern “fox / s / the”'],
		[[[3]], 'pattern “␣”'],
		[[[4, 0, 1]], 'pattern “the⏎ fox”'],
		[[], 'pattern “␣”']
	])('%j is %s', (patterns, words) => expect(spelled(patterns, text)).toBe(words));
});
