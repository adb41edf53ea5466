/** Token patterns against the recipe's own N2G on the same toy features: `tests/golden/patterns.py`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
	joinTexts,
	patternsOf,
	scorePatterns,
	spelled,
	type LastActivations
} from '../../../../src/core/corpus/patterns';

interface Golden {
	/** Of each feature: how far back, which token, and its weight; the first is the last token. */
	looks: [back: number, token: number, weight: number][][];
	floor: number;
	stories: number[][];
	contexts: [feature: number, place: number, level: number][];
	patterns: Record<string, number[][]>;
	scored: Record<
		string,
		{ f1: number; precision: number; recall: number; name: string; passes: boolean }
	>;
}

const golden = JSON.parse(
	readFileSync(path.resolve(import.meta.dirname, '../../../fixtures/patterns.json'), 'utf8')
) as Golden;
const LENGTH = golden.stories[0]!.length;

function activation(feature: number, ids: number[]): number {
	const at = (back: number) => ids[ids.length - 1 - back];
	const looks = golden.looks[feature]!;
	if (at(0) !== looks[0]![1]) return 0;
	const sum = looks.reduce((n, [back, token, w]) => n + (at(back) === token ? w : 0), 0);
	return sum > golden.floor ? sum : 0;
}

const lastActivations: LastActivations = async (rows) =>
	Float32Array.from(rows, ({ feature, ids }) => activation(feature, ids));

const contexts = golden.contexts.map(([feature, place, activation]) => ({
	feature,
	activation,
	ids: golden.stories[Math.floor(place / LENGTH)]!.slice(0, (place % LENGTH) + 1)
}));

function firing(stories: number[][], feature: number) {
	const found = stories.flatMap((story, s) =>
		story.map((_, t) => ({
			place: s * LENGTH + t,
			a: activation(feature, story.slice(0, t + 1))
		}))
	);
	const on = found.filter(({ a }) => a > 0);
	return {
		texts: joinTexts(stories),
		tokens: Uint32Array.from(on, ({ place }) => place),
		activations: Float32Array.from(on, ({ a }) => a)
	};
}

it('finds the recipe’s patterns', async () => {
	const found = await patternsOf(contexts, lastActivations, { start: [0], pad: 0 });
	const expected = Object.entries(golden.patterns).map(([f, listed]) => [Number(f), listed]);
	expect(expected.length).toBeGreaterThan(30);
	expect([...found].sort(([a], [b]) => a - b)).toEqual(expected);
});

it('scores them as the recipe does, on texts that had no part in it', () => {
	const parts = [0, 1].map((half) => golden.stories.filter((_, i) => i % 2 === half));
	for (const [f, expected] of Object.entries(golden.scored)) {
		const patterns = golden.patterns[f]!;
		const [fit, held] = parts.map((stories) => firing(stories, Number(f)));
		const found = scorePatterns(patterns, fit!, held!);
		const name = spelled(patterns, (id) => ` ${id}`);
		const { f1, precision, recall, passes } = found;
		expect({ f1, precision, recall, passes, name }, f).toEqual(expected);
	}
});

it('reads no token of the text before', () => {
	const texts = joinTexts([
		[1, 2],
		[3, 4]
	]);
	const fit = { texts, tokens: new Uint32Array(), activations: new Float32Array() };
	const held = { texts, tokens: Uint32Array.of(2), activations: Float32Array.of(1) };
	expect(scorePatterns([[2, 3]], fit, held)).toMatchObject({ recall: 0 });
	expect(scorePatterns([[3]], fit, held)).toMatchObject({ recall: 1, precision: 1 });
});
