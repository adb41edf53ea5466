import { describe, expect, it } from 'vitest';
import { DOSE_PROMPTS, loops, wordsOf } from '../../../../src/core/steering/dose';
import {
	counted,
	parseThemes,
	THEME_PROMPTS,
	themesJson,
	type Themes
} from '../../../../src/core/steering/themes';

describe('loops', () => {
	it.each([
		['he saw the sea he saw the sea', true],
		['the sea the sea the sea', false],
		['the sea the sea the sea the sea', true],
		['sea sea sea sea sea sea sea sea', true],
		['sea sea sea sea sea', false],
		['He was very happy. Then he was very sad. At last he was very tired.', false],
		['It was so nice. Tom said it was so good. Ann said it was so bad.', false],
		['Go home now, Tom. She said: go home now, Tom. He said: Go home now, Tom.', true],
		['Go home now, Tom. She said: go home now, Tom.', false],
		['one two three one two three one two three one two three', true],
		['', false]
	])('in %j: %s', (text, expected) => {
		expect(loops(text)).toBe(expected);
	});
});

describe('words', () => {
	it('are told from marks, in lower case', () => {
		expect(wordsOf('“Don’t!” she SAID, 3 times')).toEqual([
			'“',
			'don’t',
			'!',
			'”',
			'she',
			'said',
			',',
			'3',
			'times'
		]);
	});

	it('of a theme are counted among all words, marks apart', () => {
		expect(counted('The sea, the Sea and a seal.', ['sea'])).toEqual({ hits: 2, of: 7 });
		expect(counted('Why? Who is it?', ['?'])).toEqual({ hits: 2, of: 4 });
	});
});

it('themes are measured on prompts that no dose was found on', () => {
	expect(THEME_PROMPTS).toHaveLength(20);
	expect(THEME_PROMPTS.filter((prompt) => DOSE_PROMPTS.includes(prompt))).toEqual([]);
});

describe('a file of themes', () => {
	const id = 'blocks.3.hook_resid_post/4';
	const written = { share: 0.1, words: 20, perplexity: 2, loops: 0 };
	const themes: Themes = {
		prompt: 'Once',
		plain: [' upon', ' a'],
		themes: [
			{
				name: 'sea',
				words: ['sea'],
				edits: [{ id, mode: 'add', value: 6.5 }],
				kl: 0.1,
				perplexityRatio: 1.2,
				steered: [' sea'],
				measured: [{ temperature: 0, texts: 20, plain: written, steered: written, random: written }]
			}
		]
	};
	const json = (over: object) => {
		const whole = themesJson(themes) as { themes: object[] };
		return JSON.stringify({ ...whole, themes: [{ ...whole.themes[0], ...over }] });
	};

	it('comes back as it was written', () => {
		expect(parseThemes(json({}))).toEqual(themes);
	});

	it('may say nothing of what was measured', () => {
		expect(parseThemes(json({ measured: null })).themes[0]!.measured).toEqual([]);
	});

	it.each<[string, object]>([
		['no edit', { edits: [] }],
		['an edit that adds nothing', { edits: [`${id}=ablate`] }],
		['an edit of no feature', { edits: ['sea=add:3'] }],
		['no name', { name: ' ' }],
		['a ratio below 0', { perplexity_ratio: -1 }],
		[
			'a share above 1',
			{ measured: [{ ...themes.themes[0]!.measured[0], steered: { ...written, share: 2 } }] }
		],
		['tokens that are none', { steered: [1] }]
	])('with %s is refused', (_, over) => {
		expect(() => parseThemes(json(over))).toThrow(/^The file of themes/);
	});

	it('is refused when it is not JSON', () => {
		expect(() => parseThemes('themes')).toThrow('The file of themes is not JSON.');
	});
});
